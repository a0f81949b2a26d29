"""Readings of a case that several causes share: what a rule does and how it is undone, how a service ended, other ports."""

import itertools

import pytest
from msgspec.structs import replace

from tui.diagnosis.hypotheses.client.blocked import denies
from tui.diagnosis.readings import queues, rule_remedies, rules, services
from tui.diagnosis.readings.code import call_words
from tui.diagnosis.readings.likely_ports import MOST, likely_ports, slips
from tui.model.case import Case
from tui.model.command_line import behind
from tui.model.facts import (
    Code,
    CodeValue,
    Confinement,
    IcmpError,
    Listener,
    LogLine,
    Outcome,
    ProcessState,
    Rule,
    Service,
    TcpAttempt,
)
from tui.model.options import Options
from tui.model.target import TcpTarget, parse_target

HERE = "127.0.0.1"


def _tcp(text: str) -> TcpTarget:
    target = parse_target(text)
    assert isinstance(target, TcpTarget)
    return target


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        (8080, {8081, 8079, 8008, 880, 808, 9080}),
        (5432, {5433, 5431, 4532, 5342, 5423, 432, 532, 542, 543, 55432, 54432, 54332, 54322, 6432, 5402}),
        (1, {2, 11, 9}),
        (65535, {65534, 6535, 5535}),
    ],
)
def test_a_slip_is_one_key_away(port: int, expected: set[int]) -> None:
    """One up or down, two digits swapped, one changed, doubled or lost; the likeliest, one up and down, come first."""
    found = slips(port)

    assert expected <= set(found)
    assert found[0] == (port + 1 if port < 65535 else port - 1)


@pytest.mark.parametrize("port", [1, 9, 10, 80, 443, 5432, 8080, 65535])
def test_every_slip_is_another_port(port: int) -> None:
    """None is the port itself, none stands twice, none begins with a zero or lies beyond the highest port."""
    found = slips(port)

    assert len(set(found)) == len(found)
    assert port not in found
    assert all(0 < one <= 65535 and abs(len(str(one)) - len(str(port))) <= 1 for one in found)


def test_likely_ports_are_few_and_in_order() -> None:
    """A family's ports come first, then the doors that most servers have, then slips; never the target's own, never more."""
    assert likely_ports(_tcp("10.0.3.9:6380"))[:6] == (6379, 26379, 22, 443, 80, 6381)
    assert likely_ports(_tcp("10.0.3.9:59999"))[:5] == (22, 443, 80, 60000, 59998)
    assert 22 not in likely_ports(_tcp("10.0.3.9:22"))
    assert {len(likely_ports(_tcp(f"10.0.3.9:{port}"))) for port in (22, 80, 6380, 59999)} == {MOST}


def _rule(verdict: str = "drop", on: str = "request", **more: object) -> Rule:
    shape = {"backend": "nft", "family": "inet", "table": "filter", "chain": "input", "hook": "input", "text": "tcp dport 80 x"}
    return Rule(**{**shape, "handle": 7, "verdict": verdict, "on": on, **more})  # type: ignore[arg-type]


ICMP = IcmpError(type=3, code=3, meaning="port unreachable", sender="10.0.3.9")


def _attempt(outcome: Outcome, icmp: IcmpError | None = None, error_queue: str = "empty") -> TcpAttempt:
    return TcpAttempt(
        address="10.0.3.9",
        port=80,
        outcome=outcome,
        latency_ms=1.0,
        icmp=icmp,
        error_queue="icmp" if icmp else error_queue,  # type: ignore[arg-type]
    )


SILENT, RESET, ERROR = _attempt(Outcome.TIMEOUT), _attempt(Outcome.REFUSED), _attempt(Outcome.REFUSED, ICMP)
UNKNOWN = _attempt(Outcome.REFUSED, error_queue="unknown")


@pytest.mark.parametrize(
    ("rule", "attempts", "expected"),
    [
        (_rule("drop"), (SILENT, SILENT), True),
        (_rule("drop"), (SILENT, RESET), False),
        (_rule("drop"), (), False),
        (_rule("reject"), (), False),
        (_rule("tcp-reset"), (RESET, RESET), True),
        (_rule("tcp-reset"), (ERROR,), False),
        (_rule("tcp-reset"), (RESET, SILENT), False),
        (_rule("reject"), (ERROR, ERROR), True),
        (_rule("reject"), (ERROR, SILENT), True),
        (_rule("reject"), (UNKNOWN,), True),
        (_rule("reject"), (SILENT,), False),
        (_rule("reject"), (RESET,), False),
        (_rule("reject"), (ERROR, RESET), False),
        (_rule("reject"), (_attempt(Outcome.UNREACHABLE, ICMP),), True),
        (_rule("reject"), (_attempt(Outcome.REJECTED, ICMP),), True),
        (_rule("reject", on="answer"), (SILENT,), True),
        (_rule("tcp-reset", on="answer"), (SILENT,), True),
        (_rule("tcp-reset", on="answer"), (RESET,), False),
    ],
)
def test_a_rule_fits_where_every_attempt_ended_as_it_makes_them_end(
    rule: Rule, attempts: tuple[TcpAttempt, ...], expected: bool
) -> None:
    """A drop and what is done to the answer are silence; a reset and an ICMP error are told apart; a limited error is silence."""
    assert rules.fits(rule, attempts) is expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (_rule("drop"), "drops connections to it"),
        (_rule("drop", on="answer"), "drops the answers from it"),
        (_rule("tcp-reset"), "answers connections to it with a reset"),
        (_rule("reject"), "rejects connections to it"),
    ],
)
def test_what_a_rule_does_is_told(rule: Rule, expected: str) -> None:
    """What becomes of the connection, and whether of its request or of the answer."""
    assert rules.does(rule, "it") == expected


CASE = Case(target=parse_target("10.0.3.9:80"))


@pytest.mark.parametrize(
    ("rule", "show", "undo"),
    [
        (_rule(), "nft -a list chain inet filter input", "nft delete rule inet filter input handle 7"),
        (_rule(handle=None), "nft -a list chain inet filter input", "nft insert rule inet filter input tcp dport 80 accept"),
        (_rule(text=""), "nft -a list chain inet filter input", "nft insert rule inet filter input tcp dport 80 accept"),
        (
            _rule(text="", on="answer"),
            "nft -a list chain inet filter input",
            "nft insert rule inet filter input ct state established,related accept",
        ),
        (
            _rule(backend="iptables-nft", family="ip", chain="INPUT", line=3),
            "iptables -t filter -vnL INPUT --line-numbers",
            "iptables -t filter -D INPUT 3",
        ),
        (
            _rule(backend="iptables-legacy", family="ip6", chain="INPUT", line=3),
            "ip6tables-legacy -t filter -vnL INPUT --line-numbers",
            "ip6tables-legacy -t filter -D INPUT 3",
        ),
        (
            _rule(backend="iptables-nft", family="ip", chain="INPUT", text=""),
            "iptables -t filter -vnL INPUT --line-numbers",
            "iptables -t filter -I INPUT -p tcp --dport 80 -j ACCEPT",
        ),
        (
            _rule(backend="iptables-nft", family="ip", chain="INPUT", text="", on="answer"),
            "iptables -t filter -vnL INPUT --line-numbers",
            "iptables -t filter -I INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
        ),
        (_rule(made_by="ufw"), "nft -a list chain inet filter input", "ufw allow 80/tcp"),
        (
            _rule(made_by="ufw", hook="output"),
            "nft -a list chain inet filter input",
            "ufw allow out to 10.0.3.9 port 80 proto tcp",
        ),
        (
            _rule(made_by="firewalld"),
            "nft -a list chain inet filter input",
            "firewall-cmd --permanent --add-port=80/tcp && firewall-cmd --reload",
        ),
        *(
            (
                _rule(made_by="firewalld", hook=hook),
                "nft -a list chain inet filter input",
                "firewall-cmd --get-active-policies; firewall-cmd --direct --get-all-rules",
            )
            for hook in ("output", "postrouting", "egress")
        ),
        (_rule(made_by="fail2ban", chain="f2b-sshd"), "nft -a list chain inet filter f2b-sshd", "fail2ban-client status sshd"),
        (_rule(made_by="crowdsec"), "nft -a list chain inet filter input", "cscli decisions list"),
        *(
            (_rule(made_by=maker), "nft -a list chain inet filter input", "nft -a list chain inet filter input")
            for maker in ("docker", "podman", "libvirt", "kube-proxy", "calico", "cilium")
        ),
        (_rule(made_by="shorewall"), "nft -a list chain inet filter input", "nft delete rule inet filter input handle 7"),
    ],
)
def test_a_rule_is_undone_with_the_tool_that_made_it(rule: Rule, show: str, undo: str) -> None:
    """It is shown in its place and undone by its maker's own command; through the prefix where another machine has it."""
    here = list(rule_remedies.remedies(CASE, rule, "10.0.3.9"))
    there = list(rule_remedies.remedies(CASE, rule, "10.0.3.9", prefix="ssh db"))

    assert [one.command for one in here] == [show, undo]
    assert [one.command for one in there] == [behind("ssh db", show), behind("ssh db", undo)]
    assert all(one.do and one.verify for one in here)


@pytest.mark.parametrize(("comment", "namespace"), [("shop/db:sql", "shop"), ("db", "default")])
def test_a_service_without_endpoints_is_mended_in_its_namespace(comment: str, namespace: str) -> None:
    """The rule that kube-proxy sets for it leads to the service, not to the rule."""
    _, mend = rule_remedies.remedies(
        CASE, _rule("reject", comment=f"{comment} has no endpoints", made_by="kube-proxy"), "10.0.3.9"
    )

    assert mend.command == (f"kubectl -n {namespace} get endpoints,pods -o wide; kubectl -n {namespace} describe service db")


@pytest.mark.parametrize(
    ("packets", "words"),
    [(None, ""), (0, ""), (1, " Its counter stands at 1 packet."), (2, " Its counter stands at 2 packets.")],
)
def test_a_counter_is_told_where_it_counted(packets: int | None, words: str) -> None:
    """A counter at nothing, or none, says nothing."""
    assert rules.counted_packets(_rule(packets=packets)) == words


def _service(**more: object) -> Service:
    return Service(**{"name": "shop.service", "manager": "systemd", "load": "loaded", "why": "port", **more})  # type: ignore[arg-type]


def _local(*facts: Service, names: tuple[str, ...] = ()) -> Case:
    attempt = TcpAttempt(address=HERE, port=80, outcome=Outcome.REFUSED, latency_ms=0.1)
    options = Options(service=names[0]) if names else Options()
    return Case(target=parse_target(f"{HERE}:80"), facts=(attempt, *facts), options=options)


@pytest.mark.parametrize("enabled", ["disabled", "masked", "masked-runtime", "static", "indirect", None])
def test_a_unit_that_nobody_wants_to_run_is_no_rival(enabled: str | None) -> None:
    """A stopped unit that is not enabled leaves the other the only one; an enabled or running one does not."""
    rests = _service(name="old.service", active="inactive", enabled=enabled)
    rivals = [_service(name="old.service", active="inactive", enabled="enabled"), _service(name="old.service", active="active")]
    rivals.append(_service(name="old.service", active="failed", enabled=enabled))
    ours = _service(active="failed")

    assert services.is_sole(_local(ours, rests), HERE, ours)
    assert not any(services.is_sole(_local(ours, rival), HERE, ours) for rival in rivals)


def test_a_service_and_its_socket_are_one() -> None:
    """A socket unit and the service that it starts are no rivals, and neither is what was looked at for another reason."""
    ours = _service(active="active", socket="shop.socket")
    others = [_service(name="shop.socket", active="active"), _service(name="x.service", active="active", why="family")]

    assert all(services.is_sole(_local(ours, other), HERE, ours) for other in others)
    assert services.is_sole(_local(ours, others[0]), HERE, others[0])


BEFORE = {"active": "active", "restarts": 1, "main_pid": 50, "started": 100.0, "at": "2026-11-25T10:00:00+00:00"}


@pytest.mark.parametrize(
    ("change", "times", "words"),
    [
        ({"restarts": 2}, 1, "shop.service was restarted once in 20 s"),
        ({"restarts": 5}, 4, "shop.service was restarted 4 times in 20 s"),
        ({"restarts": 5, "at": "2026-11-25T10:00:01+00:00"}, 4, "shop.service was restarted 4 times in 1 s"),
        ({"restarts": 5, "at": "2026-11-25T10:00:00.5+00:00"}, 4, "shop.service was restarted 4 times"),
        ({"restarts": 5, "at": ""}, 4, "shop.service was restarted 4 times"),
        ({"main_pid": 51, "started": 101.0}, 0, "shop.service was started anew in 20 s: its process is 51, it was 50"),
        ({"main_pid": 51, "started": 100.0}, None, ""),
        ({"main_pid": None, "started": 101.0}, None, ""),
        ({"started": 101.0}, None, ""),
        ({"restarts": 0}, None, ""),
        ({"restarts": None}, None, ""),
        ({}, None, ""),
    ],
)
def test_a_restart_shows_between_two_looks(change: dict[str, object], times: int | None, words: str) -> None:
    """By the manager's counter, or by another process that was started later; with how often and in which time."""
    after = {**BEFORE, "at": "2026-11-25T10:00:20+00:00", **change}

    restart = services.restart(_local(_service(**BEFORE), _service(**after)), HERE)

    assert (restart.times if restart else None) == times
    assert (restart.in_words if restart else "") == words


@pytest.mark.parametrize(
    ("state", "ended", "stopped", "starting"),
    [
        ({"active": "failed"}, True, False, False),
        ({"active": "gone"}, True, False, False),
        ({"active": "activating", "sub": "auto-restart"}, True, False, False),
        ({"active": "activating", "sub": "auto-restart-queued"}, True, False, False),
        ({"active": "activating", "sub": "start"}, False, False, True),
        ({"active": "activating"}, False, False, True),
        ({"active": "reloading"}, False, False, True),
        ({"active": "inactive"}, False, True, False),
        ({"active": "inactive", "load": "masked"}, False, True, False),
        ({"active": "inactive", "load": "not-found"}, False, False, False),
        ({"active": "active", "sub": "running"}, False, False, False),
    ],
)
def test_a_units_state_is_one_of_three(state: dict[str, object], ended: bool, stopped: bool, starting: bool) -> None:
    """It ended by itself, somebody stopped it, or it is being started; or it simply runs."""
    service = _service(**state)

    assert (services.ended(service), services.is_stopped(service), services.is_starting(service)) == (ended, stopped, starting)


WHEN = " at 2026-11-25 21:46:36 UTC"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"exit_status": 1}, "it ended with exit status 1"),
        ({"exit_status": 1, "ended": 1795643196.0}, f"it ended with exit status 1{WHEN}"),
        ({"exit_status": 1, "since": 1795643196.0, "active": "failed"}, f"it ended with exit status 1{WHEN}"),
        ({"exit_status": 1, "since": 1795643196.0, "active": "activating"}, "it ended with exit status 1"),
        ({"oom_killed": True, "signal": "KILL"}, "the kernel killed it because memory ran out"),
        ({"signal": "SEGV", "exit_status": 1}, "signal SEGV ended it"),
        ({"exit_status": 0}, "it ended"),
        (
            {"active": "gone", "main_pid": 50, "path": "/run/x.pid"},
            "its process 50 is gone, and its pid file /run/x.pid is still there",
        ),
        ({"exit_status": 1, "ended": 1e18}, "it ended with exit status 1 at 1000000000000000000 s after 1970"),
        *(
            ({"exit_status": status}, f"it ended with exit status {status} ({reason})")
            for status, reason in {
                200: "its working directory could not be entered",
                203: "its program could not be executed",
                209: "its output could not be opened",
                216: "its group does not exist",
                217: "its user does not exist",
                226: "its file system view could not be set up",
                238: "its state directory could not be made",
            }.items()
        ),
        *(
            ({"result": result}, reason)
            for result, reason in {
                "timeout": "it was not ready in time",
                "watchdog": "it stopped answering its watchdog",
                "start-limit-hit": "it was started too often in a short time",
                "service-start-limit-hit": "its service was started too often in a short time",
                "trigger-limit-hit": "it was triggered too often in a short time",
                "resources": "systemd could not give it what it asks for",
                "protocol": "it did not tell systemd what its type promises",
                "exec-condition": "a condition of its start was not met",
            }.items()
        ),
    ],
)
def test_how_a_service_ended_is_told(state: dict[str, object], words: str) -> None:
    """The most certain reason in words: the kernel, a signal, systemd's own exit statuses, its result."""
    assert services.how_it_ended(_service(**state)) == words


@pytest.mark.parametrize(
    ("restarts", "active", "words"),
    [
        (None, "failed", ""),
        (0, "failed", ""),
        (1, "failed", " systemd restarted it once and gave up."),
        (3, "activating", " systemd has restarted it 3 times and tries again."),
        (3, "active", ""),
    ],
)
def test_whether_its_manager_goes_on_is_told(restarts: int | None, active: str, words: str) -> None:
    """How often it was restarted, and whether that goes on."""
    assert services.again_and_again(_service(restarts=restarts, active=active)) == words


@pytest.mark.parametrize(
    ("text", "in_use", "ports"),
    [
        ("bind() to 0.0.0.0:80 failed (98: Address already in use)", True, (80,)),
        ("Error: listen EADDRINUSE :::8080", True, (8080,)),
        ("[Errno 98] port 5432", True, (5432,)),
        ("os error 98", True, ()),
        ("port 5432 is already in use", True, (5432,)),
        ("10:11:12.5 listening on ('0.0.0.0', 8000)", False, (8000,)),
        ("version :12.5", False, ()),
        ("the address was used", False, ()),
    ],
)
def test_a_log_line_names_ports_and_says_that_one_was_taken(text: str, in_use: bool, ports: tuple[int, ...]) -> None:
    """In the forms in which servers write it; times of day and versions are no ports."""
    line = LogLine(where="journal", text=text)

    assert bool(services.in_use_lines(_service(log=(line,)))) is in_use
    assert services.ports_in(line) == ports


def test_the_last_word_is_the_services_own_error() -> None:
    """A taken port says more than another error, that more than an idle line, and what systemd says is not its word."""
    lines = {
        "taken": LogLine(where="journal", text="bind: address already in use"),
        "error": LogLine(where="app.log", text="fatal: no such file"),
        "idle": LogLine(where="journal", text="bye"),
        "manager": LogLine(where="systemd", text="Failed with result exit-code"),
        "kernel": LogLine(where="kernel", text="segfault error"),
    }
    for kept in range(1, 6):
        for names in itertools.combinations(lines, kept):
            word = services.last_word(_service(log=tuple(lines[name] for name in names)))
            assert word == next((lines[name] for name in names if name not in {"manager", "kernel"}), None)

    assert services.quoted_end(_service(log=(lines["error"],))) == " It last said in app.log: “fatal: no such file”."
    assert services.quoted_end(_service(log=(lines["idle"],))) == " It last said: “bye”."
    assert services.quoted_end(_service(log_hidden=True)) == " Its journal may not be read by this user."
    assert services.quoted_end(_service()) == ""
    long = LogLine(where="journal", text="x" * 161)
    assert services.quoted_end(_service(log=(long,))) == f" It last said: “{'x' * 160}…”."
    assert "…" not in services.quoted_end(_service(log=(LogLine(where="journal", text="x" * 160),)))


@pytest.mark.parametrize(
    ("service", "commands"),
    [
        (
            _service(active="failed"),
            (
                "systemctl status shop.service; journalctl -u shop.service -n 50",
                "systemctl reset-failed shop.service; systemctl start shop.service",
            ),
        ),
        (
            _service(active="activating", manager="systemd-user"),
            (
                "systemctl --user status shop.service; journalctl --user-unit shop.service -n 50",
                "systemctl --user restart shop.service",
            ),
        ),
        (
            _service(active="activating", vantage="ssh db"),
            (
                "ssh db systemctl status shop.service; ssh db journalctl -u shop.service -n 50",
                "ssh db systemctl restart shop.service",
            ),
        ),
        (
            _service(name="shop", active="gone", manager="none", path="/run/x.pid", main_pid=50),
            ("cat /run/x.pid; journalctl -t shop -n 50", "rm /run/x.pid"),
        ),
    ],
)
def test_a_service_is_mended_by_its_manager(service: Service, commands: tuple[str, ...]) -> None:
    """Its own manager's commands, through the prefix where it runs elsewhere; without a manager its pid file and log."""
    assert tuple(one.command for one in services.remedies(_local(), service)) == commands


def test_a_service_killed_for_memory_gets_more() -> None:
    """The first thing to do about a kill for memory is about memory."""
    first = next(services.remedies(_local(), _service(active="failed", oom_killed=True)))

    assert first.command.startswith("systemctl show -p MemoryMax,MemoryHigh,MemoryPeak shop.service; journalctl -k")


def _value(part: str, value: str | None, sentence: str = "") -> CodeValue:
    return CodeValue(part=part, value=value, origin="literal", sentence=sentence)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((), "client.py:12 asks for it"),
        ((_value("host", "db"), _value("port", "80", "P")), "client.py:12 connects to db port 80: P"),
        ((_value("port", "80", "P"),), "client.py:12 connects to port 80: P"),
        ((_value("host", "db", "H"), _value("port", None)), "client.py:12 connects to db: H"),
        ((_value("url", "http://db", "U"),), "client.py:12 connects to http://db: U"),
        ((_value("path", "/run/x", "S"),), "client.py:12 connects to /run/x: S"),
    ],
)
def test_a_line_of_code_is_told_by_what_it_asks_for(values: tuple[CodeValue, ...], words: str) -> None:
    """Host and port as far as they are known, or the URL or path, and where the value stands."""
    assert call_words(Code(path="/srv/app/client.py", line=12, found=True, values=values)) == words


def test_two_settings_that_say_otherwise_are_told() -> None:
    """Of the settings that say otherwise the first two stand beside the line."""
    elsewhere = tuple(_value("port", str(number), f"e{number}") for number in range(3))
    code = Code(path="C:\\app\\client.py", line=12, call_line=14, found=True, elsewhere=elsewhere)

    assert call_words(code) == "client.py:14 asks for it; e0; e1"


@pytest.mark.parametrize(
    ("deny", "allow", "address", "expected"),
    [
        ("10.0.0.0/8", None, "10.0.3.9", True),
        ("10.0.0.0/8", None, "11.0.3.9", False),
        ("10.0.3.9", None, "10.0.3.9", True),
        ("any", None, "10.0.3.9", True),
        ("any", None, "2001:db8::1", True),
        ("any", "10.0.0.0/8", "10.0.3.9", False),
        ("any", "localhost", "127.0.0.1", False),
        ("any", "localhost", "::1", False),
        ("any", "localhost", "10.0.3.9", True),
        ("link-local", None, "169.254.1.1", True),
        ("link-local", None, "fe80::1", True),
        ("multicast", None, "224.0.0.1", True),
        ("multicast", None, "10.0.3.9", False),
        ("nonsense 10.0.3.9", None, "10.0.3.9", True),
        ("nonsense", None, "10.0.3.9", False),
        (None, None, "10.0.3.9", False),
        ("any", None, "no-address", False),
    ],
)
def test_a_unit_denies_what_its_settings_cover(deny: str | None, allow: str | None, address: str, expected: bool) -> None:
    """Networks, addresses and systemd's words count; what is allowed comes first; what can't be read covers nothing."""
    assert denies(Confinement(ip_address_deny=deny, ip_address_allow=allow), address) is expected
    assert not denies(None, address)


def test_the_newest_look_at_a_process_counts_for_its_machine() -> None:
    """A process is known by its number and its machine: the same number elsewhere is another."""
    looks = [
        ProcessState(pid=50, name="old"),
        ProcessState(pid=50, name="new"),
        ProcessState(pid=50, name="far", vantage="ssh db"),
        ProcessState(pid=51, name="other"),
    ]
    case = replace(CASE, facts=tuple(looks))

    assert queues.process(case, 50, None) == looks[1]
    assert queues.process(case, 50, "ssh db") == looks[2]
    assert queues.process(case, 51, "ssh db") is None
    assert queues.process(case, None, None) is None


def _row(address: str, port: int = 80, proto: str = "tcp") -> Listener:
    return Listener(proto=proto, address=address, port=port)  # type: ignore[arg-type]


def test_the_nearest_listener_serves_an_address() -> None:
    """One on the address itself comes before a wildcard of its family, that before the other's; no other port or protocol."""
    rows = [
        _row("::"),
        _row("0.0.0.0"),
        _row("127.0.0.1"),
        _row("127.0.0.2"),
        _row("127.0.0.1", 81),
        _row("127.0.0.1", proto="udp"),
    ]

    for given in itertools.permutations(rows):
        assert queues.serving(_local(), HERE, list(given)) == [_row("127.0.0.1")]
    assert queues.serving(_local(), HERE, rows[:2]) == [_row("0.0.0.0")]
    assert queues.serving(_local(), HERE, rows[3:]) == []


@pytest.mark.parametrize(
    ("outcome", "latency_ms", "retransmits", "late"),
    [
        (Outcome.CONNECTED, 900.0, 1, True),
        (Outcome.CONNECTED, 1100.0, 2, True),
        (Outcome.CONNECTED, 899.9, 1, False),
        (Outcome.CONNECTED, 1100.0, 0, False),
        (Outcome.CONNECTED, 1100.0, None, False),
        (Outcome.REFUSED, 1100.0, 1, False),
        (Outcome.CONNECTED, 899.0, 1, False),
        (Outcome.CONNECTED, 1000.0, 0, False),
        (Outcome.CONNECTED, 1000.0, None, False),
        (Outcome.TIMEOUT, 1000.0, 1, False),
    ],
)
def test_a_connection_is_late_after_a_second_packet(
    outcome: Outcome, latency_ms: float, retransmits: int | None, late: bool
) -> None:
    """It connected, only after its packet was sent again, and so not within the time of the first."""
    attempt = TcpAttempt(address=HERE, port=80, outcome=outcome, latency_ms=latency_ms, retransmits=retransmits)

    assert queues.is_late(attempt) is late
