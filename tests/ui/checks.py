"""What the checks of the scenes see: facts with fixed times, one function for each kind of request."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from tui.model.facts import (
    Addresses,
    Advice,
    AnyFact,
    Code,
    CodeValue,
    Confinement,
    Echo,
    Hop,
    HostsEntry,
    Limits,
    Listener,
    Listeners,
    NameserverAnswer,
    NameSources,
    Neighbour,
    NotObserved,
    OtherNamespaces,
    Outcome,
    ProcessState,
    Proxy,
    ResetOrigin,
    Route,
    SystemAnswer,
    Talk,
    TcpAttempt,
    Tracking,
    UnixAttempt,
    UnixPath,
)
from tui.model.facts.reset_origin import Reference
from tui.model.nameserver import Nameserver
from tui.model.requests import (
    AnyRequest,
    AskNameserver,
    Connect,
    ConnectUnix,
    ExamineProcess,
    ExamineUnixPath,
    FindResetOrigin,
    ListOtherNamespaces,
    LookUpNeighbour,
    LookUpRoute,
    ReadCode,
    ReadFirewall,
    ReadLimits,
    ReadNameSources,
    ReadService,
    ReadTracking,
    ResolveSystem,
    SendEcho,
    TalkTo,
    TraceHops,
    TryPorts,
)

BEGIN = datetime(2026, 11, 20, 11, 2, 3, tzinfo=UTC)
"""When every scene begins."""


def at(seconds: float) -> str:
    """A time of the scene, as facts have it."""
    return (BEGIN + timedelta(seconds=seconds)).isoformat(timespec="microseconds").replace("+00:00", "Z")


def attempts(
    outcome: Outcome, *, latency_ms: float = 0.4, number: int = 3, next_in_s: float | None = 2.0
) -> Callable[[AnyRequest], Iterable[AnyFact]]:
    """So many attempts of the schedule, two seconds apart; the last says whether another one follows."""

    def tell(request: AnyRequest) -> Iterable[AnyFact]:
        assert isinstance(request, Connect)
        refused = outcome is Outcome.REFUSED
        for count in range(1, min(number, request.attempts) + 1):
            yield TcpAttempt(
                address=request.address,
                port=request.port,
                purpose=request.purpose,
                number=count,
                total=request.attempts,
                outcome=outcome,
                errno={Outcome.REFUSED: "ECONNREFUSED", Outcome.TIMEOUT: "ETIMEDOUT"}.get(outcome),
                error_queue="empty" if refused else "unknown",
                latency_ms=latency_ms + count / 10,
                local_address="10.0.5.7",
                local_port=49150 + count,
                next_in_s=next_in_s if count < request.attempts else None,
                at=at(0.1 + (count - 1) * (2 + latency_ms / 1000)),
                command=f"nc -vz -w 4 {request.address} {request.port}",
            )

    return tell


def routed(request: AnyRequest) -> Iterable[AnyFact]:
    """Loopback is local; everything else goes through the gateway."""
    assert isinstance(request, LookUpRoute)
    local = request.address.startswith("127.") or request.address == "::1"
    if local:
        text = f"local {request.address} dev lo src {request.address}"
        return [
            Route(
                address=request.address,
                type="local",
                device="lo",
                source=request.address,
                text=text,
                at=at(0),
                command=f"ip route get {request.address}",
            )
        ]
    text = f"{request.address} via 10.0.5.1 dev eth0 src 10.0.5.7"
    return [
        Route(
            address=request.address,
            type="unicast",
            gateway="10.0.5.1",
            device="eth0",
            source="10.0.5.7",
            text=text,
            at=at(0),
            command=f"ip route get {request.address}",
        )
    ]


def named(request: AnyRequest) -> Iterable[AnyFact]:
    """The files know nothing; two nameservers are configured."""
    assert isinstance(request, ReadNameSources)
    return [
        NameSources(
            name=request.name,
            nsswitch=("files", "dns"),
            nsswitch_line="/etc/nsswitch.conf:12",
            servers=(Nameserver(address="10.0.0.2"), Nameserver(address="10.0.0.3")),
            search=("example.org",),
            expansions=(f"{request.name}.example.org",),
            at=at(0),
            command="cat /etc/resolv.conf",
        )
    ]


def in_hosts(request: AnyRequest) -> Iterable[AnyFact]:
    """The hosts file names the host."""
    assert isinstance(request, ReadNameSources)
    entry = HostsEntry(path="/etc/hosts", line=12, address="10.0.3.9", text=f"10.0.3.9 {request.name}")
    return [
        NameSources(
            name=request.name,
            hosts=(entry,),
            nsswitch=("files", "dns"),
            servers=(Nameserver(address="10.0.0.2"), Nameserver(address="10.0.0.3")),
            at=at(0),
        )
    ]


def resolved(request: AnyRequest) -> Iterable[AnyFact]:
    """Programs here get one address."""
    assert isinstance(request, ResolveSystem)
    return [
        SystemAnswer(
            name=request.name,
            addresses=("10.0.3.9",),
            source="dns",
            took_ms=2.1,
            at=at(0),
            command=f"getent ahosts {request.name}",
        )
    ]


def answered(request: AnyRequest) -> Iterable[AnyFact]:
    """The second nameserver has an old address."""
    assert isinstance(request, AskNameserver)
    address = "10.0.3.9" if request.server == "10.0.0.2" else "10.0.3.4"
    command = f"dig @{request.server} {request.name}"
    if not request.name.startswith("db-1"):
        yield NameserverAnswer(
            server=request.server,
            name=request.name,
            rtype="A",
            outcome="answered",
            rcode="NXDOMAIN",
            rtt_ms=1.7,
            at=at(0),
            command=command,
        )
        return
    yield NameserverAnswer(
        server=request.server,
        name=request.name,
        rtype="A",
        outcome="answered",
        rcode="NOERROR",
        addresses=(address,),
        ttl_s=60,
        rtt_ms=1.8,
        at=at(0),
        command=command,
    )
    yield NameserverAnswer(
        server=request.server,
        name=request.name,
        rtype="AAAA",
        outcome="answered",
        rcode="NOERROR",
        rtt_ms=1.9,
        at=at(0),
        command=f"{command} AAAA",
    )


def agreed(request: AnyRequest) -> Iterable[AnyFact]:
    """Both nameservers have the right address."""
    for fact in answered(request):
        assert isinstance(fact, NameserverAnswer)
        yield replace(fact, addresses=("10.0.3.9",)) if fact.addresses else fact


def listener(port: int, process: str, pid: int, *, address: str = "127.0.0.1", proto: str = "tcp", **more: object) -> Listener:
    """A socket of a process."""
    known = {"user": process, "queue": 0, "queue_limit": 128, "inode": port, "uid": 100, **more}
    return Listener(proto=proto, address=address, port=port, process=process, pid=pid, **known)  # type: ignore[arg-type]  # given by keyword


OTHERS = (
    listener(22, "sshd", 611, address="0.0.0.0", user="root", unit="ssh.service"),
    listener(53, "systemd-resolve", 402, address="127.0.0.53", user="systemd-resolve"),
    listener(53, "systemd-resolve", 402, address="127.0.0.53", proto="udp", user="systemd-resolve", queue=None),
    listener(68, "dhclient", 388, address="0.0.0.0", proto="udp", user="root", queue=None),
    listener(80, "nginx", 901, address="0.0.0.0", user="root", unit="nginx.service", queue_limit=511),
    listener(80, "nginx", 901, address="::", user="root", unit="nginx.service", queue_limit=511),
    listener(6379, "redis-server", 733, user="redis", queue_limit=511),
    listener(8000, "gunicorn", 1204, user="app", queue=129, queue_limit=128),
    listener(9100, "node_exporter", 820, address="::", user="nobody"),
    listener(25, "master", 990, user="root", unit="postfix.service", queue_limit=100),
    Listener(proto="tcp", address="0.0.0.0", port=10050, inode=7, uid=113),
    Listener(proto="udp", address="127.0.0.1", port=323, inode=8, uid=114),
)
POSTGRES = listener(
    5433,
    "postgres",
    812,
    user="postgres",
    unit="postgresql@16-main.service",
    command="/usr/lib/postgresql/16/bin/postgres",
    queue_limit=200,
)


def table(*listeners: Listener, hidden: int = 2) -> Callable[[AnyRequest], Iterable[AnyFact]]:
    """A socket table."""
    return lambda _request: [Listeners(listeners=listeners, hidden_owners=hidden, at=at(0.1), command="ss -ltnup")]


def no_proxy(_request: AnyRequest) -> Iterable[AnyFact]:
    """No proxy applies."""
    return [Proxy(applies=False, at=at(0), command="env | grep -i _proxy")]


def alive(request: AnyRequest) -> Iterable[AnyFact]:
    """The machine answers echo requests."""
    assert isinstance(request, SendEcho)
    return [
        Echo(
            address=request.address,
            sent=3,
            received=3,
            rtt_ms=(1.1, 1.0, 1.2),
            ttl=62,
            at=at(11),
            command=f"ping -c 3 {request.address}",
        )
    ]


def three_hops(request: AnyRequest) -> Iterable[AnyFact]:
    """Two routers answer, and then nobody."""
    assert isinstance(request, TraceHops)
    command = f"traceroute -T -p {request.port} {request.address}"
    for ttl, sender in ((1, "10.0.5.1"), (2, "10.0.1.1")):
        yield Hop(
            address=request.address,
            port=request.port,
            ttl=ttl,
            sender=sender,
            outcome="time-exceeded",
            rtt_ms=0.5 * ttl,
            at=at(12),
            command=command,
        )
    yield Hop(address=request.address, port=request.port, ttl=3, outcome="silent", at=at(14), command=command)


def other_ports(request: AnyRequest) -> Iterable[AnyFact]:
    """Only ssh answers."""
    assert isinstance(request, TryPorts)
    for port in request.ports:
        yield TcpAttempt(
            address=request.address,
            port=port,
            purpose="other-port",
            outcome=Outcome.CONNECTED if port == 22 else Outcome.TIMEOUT,
            latency_ms=1.2 if port == 22 else 1500.0,
            at=at(16),
            command=f"nc -vz -w 2 {request.address} {port}",
        )


def neighbour(request: AnyRequest) -> Iterable[AnyFact]:
    """The gateway is there."""
    assert isinstance(request, LookUpNeighbour)
    return [
        Neighbour(
            address=request.address,
            device=request.device,
            state="reachable",
            mac="02:42:0a:00:05:01",
            at=at(0.2),
            command=f"ip neigh show {request.address}",
        )
    ]


def own_addresses(_request: AnyRequest) -> Iterable[AnyFact]:
    """This machine's addresses."""
    return [Addresses(addresses=(("lo", "127.0.0.1"), ("lo", "::1"), ("eth0", "10.0.5.7")), at=at(0), command="ip -br addr")]


def unconfined(_request: AnyRequest) -> Iterable[AnyFact]:
    """No policy holds this process."""
    return [Confinement(seccomp="none", lsm_profile="unconfined", at=at(0), command="grep Seccomp /proc/self/status")]


def stale_socket(request: AnyRequest) -> Iterable[AnyFact]:
    """A socket file that nobody listens on."""
    assert isinstance(request, ExamineUnixPath)
    return [
        UnixPath(
            path=request.path,
            type="socket",
            owner="app",
            group="app",
            mode="srwxrwxrwx",
            listening=False,
            at=at(0),
            command=f"ls -l {request.path}",
        )
    ]


def unix_refused(request: AnyRequest) -> Iterable[AnyFact]:
    """The kernel finds nobody behind the file."""
    assert isinstance(request, ConnectUnix)
    for count in range(1, request.attempts + 1):
        yield UnixAttempt(
            path=request.path,
            number=count,
            total=request.attempts,
            outcome=Outcome.REFUSED,
            errno="ECONNREFUSED",
            latency_ms=0.1,
            at=at(2 * count),
            next_in_s=2.0 if count < request.attempts else None,
        )


def client_code(request: AnyRequest) -> Iterable[AnyFact]:
    """A client whose port is a constant, beside a compose file that publishes another one."""
    assert isinstance(request, ReadCode)
    yield Code(
        at=at(0.01),
        command=f"sed -n '8,14p' {request.path}",
        path=request.path,
        line=request.line,
        function=request.function,
        language=request.language,
        found=True,
        call_line=12,
        source=(
            (8, "def connect():"),
            (9, "    while True:"),
            (10, "        try:"),
            (11, "            sock = socket.socket()"),
            (12, "            sock.connect((HOST, PORT))"),
            (13, "        except OSError:"),
            (14, "            continue"),
        ),
        values=(
            CodeValue(
                part="host", value="127.0.0.1", origin="constant", name="HOST", line=4, sentence="the constant HOST at line 4"
            ),
            CodeValue(part="port", value="5432", origin="constant", name="PORT", line=5, sentence="the constant PORT at line 5"),
        ),
        elsewhere=(
            CodeValue(
                part="port",
                value="5433",
                origin="settings",
                path="docker-compose.yml",
                line=9,
                sentence="docker-compose.yml:9 publishes 5433 for db",
            ),
        ),
        advice=(
            Advice(
                id="retry-no-delay",
                line=13,
                sentence="The handler at line 13 goes on to the next attempt without any delay.",
                suggestion=("time.sleep(2)  # give it time, and log the attempt with its time",),
            ),
        ),
    )


def sleeping(request: AnyRequest) -> Iterable[AnyFact]:
    """A process that waits for work, as most do."""
    assert isinstance(request, ExamineProcess)
    yield ProcessState(at=at(0.4), pid=request.pid, name="postgres", state="S", state_words="sleeping", descriptor_limit=1024)


def origin_of_the_host(request: AnyRequest) -> Iterable[AnyFact]:
    """Resets from as far away as the host's own echo."""
    assert isinstance(request, FindResetOrigin)
    reference = Reference(kind="echo", received_ttl=62, smallest_ttl=3)
    yield ResetOrigin(
        at=at(0.9),
        address=request.address,
        port=request.port,
        received_ttl=62,
        smallest_ttl=3,
        references=(reference,),
        attempts=7,
    )


def nothing_elsewhere(request: AnyRequest) -> Iterable[AnyFact]:
    """No other network namespace, and no container."""
    assert isinstance(request, ListOtherNamespaces)
    yield OtherNamespaces(at=at(0.1), initial=True)


def rules_for_root(request: AnyRequest) -> Iterable[AnyFact]:
    """The packet filter, which only root may read."""
    assert isinstance(request, ReadFirewall)
    yield NotObserved(
        at=at(0.1),
        request=request,
        reason="Only root may list firewall rules.",
        remedy="Run refused as root, or list them yourself: sudo nft list ruleset",
    )


def room(request: AnyRequest) -> Iterable[AnyFact]:
    """Limits that are far away."""
    assert isinstance(request, ReadLimits)
    yield Limits(at=at(0.1), address=request.address, port=request.port, first_port=32768, last_port=60999, used_towards_target=0)


def no_unit(request: AnyRequest) -> Iterable[AnyFact]:
    """No unit that has to do with it."""
    assert isinstance(request, ReadService)
    return ()


def talks(request: AnyRequest) -> Iterable[AnyFact]:
    """A service that answers in the protocol it is spoken to."""
    assert isinstance(request, TalkTo)
    yield Talk(
        at=at(0.6),
        address=request.address,
        port=request.port,
        spoken=request.protocol,
        outcome="answered",
        understood="yes",
        protocols=(request.protocol,),
        first_bytes="N",
        waited_ms=0.8,
    )


def nothing_tracked(request: AnyRequest) -> Iterable[AnyFact]:
    """The kernel tracks no connection, so no rule leads one elsewhere."""
    assert isinstance(request, ReadTracking)
    yield Tracking(address=request.address, own=request.own, entries=0, loaded=False)
