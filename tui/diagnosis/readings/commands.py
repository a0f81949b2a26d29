"""Commands for remedies, with the names that are known.

Law: what came from outside is one quoted word. A name that nobody knows is never a placeholder: the command does without
it, or is a look that shows it. Units are named only where there may be a systemd.
"""

import re

from tui.diagnosis.readings import hosts, outcomes, text_places
from tui.diagnosis.readings.answers import service_name
from tui.model.case import Case
from tui.model.command_line import behind, quoted
from tui.model.facts import Container, Listener, NotObserved, SessionHost
from tui.model.requests import ReadService
from tui.model.schemes import Family

ENGINES = frozenset({"docker", "podman"})
"""The engines whose command lines are alike."""
_OF_OTHERS = frozenset(
    {
        *("docker-proxy", "dockerd", "containerd", "conmon", "rootlessport", "pasta", "slirp4netns", "podman", "crio"),
        *("systemd", "systemd-resolve", "dnsmasq", "unbound", "named", "coredns", "socat", "ssh", "sshd", "xinetd", "inetd"),
    }
)
"""Programs that serve more than one service: engines and their forwarders, resolvers, the door by which people come in."""
_UNITS_OF_OTHERS = ("docker.", "containerd.", "podman.", "crio.", "systemd-", "user@", "init.", "ssh.", "sshd.")
_MANAGED = (".service", ".socket")
"""The types of units that systemd restarts; a scope is not."""
_PROXIES = frozenset({"nginx", "haproxy", "apache2", "httpd", "caddy", "envoy", "traefik", "squid"})
_CLUSTER_NAME = re.compile(r"[^.]+\.(?P<namespace>[^.]+)\.svc(?:\..+)?", re.IGNORECASE)
"""NAME.NAMESPACE.svc.cluster.local (kubernetes.io, DNS for Services and Pods)."""
_UNITS = {
    "PostgreSQL": "postgresql",
    "MySQL": "mysql",
    "Redis": "redis-server",
    "MongoDB": "mongod",
    "AMQP": "rabbitmq-server",
    "SSH": "ssh",
    "LDAP": "slapd",
    "MQTT": "mosquitto",
    "NATS": "nats-server",
    "Elasticsearch": "elasticsearch",
    "memcached": "memcached",
    "SQL Server": "mssql-server",
    "Cassandra": "cassandra",
    "ClickHouse": "clickhouse-server",
    "etcd": "etcd",
    "Docker": "docker",
    "rsync": "rsync",
    "RDP": "xrdp",
}
"""The unit of a family that one program serves almost everywhere, as Debian calls it; HTTP and mail have many."""


def prefix_to(case: Case, address: str) -> str | None:
    """The prefix that leads to the machine of `address`, where there is one and it is clear which."""
    if not outcomes.is_remote(case, address):
        return None
    table = hosts.table(case, address)
    if table and table.vantage:
        return table.vantage
    return case.options.servers[0] if len(case.options.servers) == 1 else None


def on(case: Case, address: str) -> str:
    """`On 10.0.0.5: ` where a command is for that machine and no prefix leads there; else nothing. It opens a sentence."""
    return f"On {address}: " if outcomes.is_remote(case, address) and not prefix_to(case, address) else ""


def opening(place: str, sentence: str) -> str:
    """A sentence, opened by where its command is to be typed, as `on` says it."""
    return f"{place}{sentence[:1].lower()}{sentence[1:]}" if place else sentence


def has_systemd(case: Case, prefix: str | None = None) -> bool:
    """Whether there may be units on the machine behind the prefix: nothing says that there is no systemd."""
    host = case.last(SessionHost)
    if host and prefix is None and not host.systemd:
        return False
    return not any(
        fact.absent and isinstance(fact.request, ReadService) and fact.request.vantage == prefix for fact in case.all(NotObserved)
    )


def is_root(case: Case) -> bool | None:
    """Whether the session is root; None where nobody looked."""
    host = case.last(SessionHost)
    return None if host is None else host.user == 0


def is_in_pod(case: Case) -> bool:
    """Whether client or target are Kubernetes': by the client's environment, or by the target's name."""
    host = case.last(SessionHost)
    return bool(host and host.pod) or text_places.inside(case) == "pod"


def own_container(case: Case) -> str:
    """The container that the session itself runs in; empty for none."""
    host, others = case.last(SessionHost), outcomes.other_namespaces(case)
    return (host.container if host else others.inside if others else None) or ""


def endpoints(case: Case) -> str:
    """The look at what Kubernetes leads the target's name to, and which policies hold it, in the target's namespace."""
    match = _CLUSTER_NAME.fullmatch(case.tcp.host.rstrip("."))
    where = f"-n {quoted(match['namespace'])}" if match else "--all-namespaces"
    return f"kubectl get endpoints,networkpolicy {where}"


def listeners(port: int, prefix: str | None = None, *, proto: str = "tcp") -> str:
    """The look at who holds a port, as root with the programs."""
    return behind(prefix, f"ss -l{proto[0]}np 'sport = :{port}'")


def usual_unit(family: Family | None) -> str:
    """The unit that usually serves a family; empty where none does."""
    return _UNITS.get(family.name, "") if family else ""


def unit(case: Case) -> str:
    """The unit that should listen, for a command line: as the person named it, or the usual one of its kind; else empty."""
    return service_name(case) or usual_unit(hosts.meant_family(case))


def container(case: Case, label: str | None, prefix: str | None = None) -> Container | None:
    """The container of this name or id, as its engine knows it, here or at the other end."""
    others = outcomes.other_namespaces(case, prefix)
    known = (*others.containers, *(one.container for one in others.namespaces if one.container)) if others else ()
    return next((one for one in known if label and label in {one.label, one.id, one.name}), None)


def log(case: Case, row: Listener | None, *, prefix: str | None = None, options: str = "-n 50") -> str:
    """The look at the last words of a listener: by container, unit or process, as far as they are known.

    `options` are those of journalctl. Where nothing is known, the newest warnings of the whole machine.
    """
    inside = container(case, row.container, prefix) if row else None
    if inside and inside.engine in ENGINES:
        return behind(prefix, f"{inside.engine} logs --tail 50 {quoted(inside.label)}")
    if not has_systemd(case, prefix):
        look = f"ls -l /proc/{row.pid}/fd" if row and row.pid else "ls -lt /var/log"
        return behind(prefix, look)
    if row and row.unit:
        return behind(prefix, f"journalctl -u {quoted(row.activates or row.unit)} {options}")
    if row and row.pid:
        return behind(prefix, f"journalctl _PID={row.pid} {options}")
    guess = unit(case)
    return behind(prefix, f"journalctl -u {quoted(guess)} {options}" if guess else f"journalctl -p warning {options}")


def clock(case: Case) -> str:
    """The look at this machine's clock, and whether it is kept."""
    return "timedatectl status" if has_systemd(case) else "date --utc"


def settings(case: Case, row: Listener) -> str:
    """The look at the settings of a listener's unit; empty where there is none."""
    return f"systemctl cat {quoted(row.unit)}" if row.unit and has_systemd(case) else ""


def holder(case: Case, row: Listener, *, prefix: str | None = None) -> str:
    """The look at who holds a port: its unit, its process, or who that is."""
    if row.unit and has_systemd(case, prefix):
        names = " ".join(quoted(unit) for unit in (row.unit, row.activates) if unit)
        return behind(prefix, f"systemctl status {names}")
    return behind(prefix, f"ps -fp {row.pid}") if row.pid else listeners(row.port, prefix)


def restart(case: Case, row: Listener | None, *, prefix: str | None = None) -> str:
    """The change that starts a listener's own unit or container anew; empty where that is not known, or serves others too."""
    inside = container(case, row.container, prefix) if row else None
    if inside and inside.engine in ENGINES and row and row.process not in _OF_OTHERS:
        return behind(prefix, f"{inside.engine} restart {quoted(inside.label)}")
    unit = "" if row is None or row.process in _PROXIES else _own_unit(case, row, prefix)
    return behind(prefix, f"systemctl restart {quoted(unit)}") if unit else ""


def reload(case: Case, row: Listener | None, *, prefix: str | None = None) -> str:
    """The change by which a listener's own unit reads its settings anew, which ends nobody's connection; empty as `restart`."""
    unit = _own_unit(case, row, prefix) if row else ""
    return behind(prefix, f"systemctl reload {quoted(unit)}") if unit else ""


def apply(case: Case, row: Listener | None, *, prefix: str | None = None) -> str:
    """The change that makes new settings valid: a web proxy, which serves others too, reads them anew; others are restarted."""
    is_shared = row is not None and row.process in _PROXIES
    return reload(case, row, prefix=prefix) if is_shared else restart(case, row, prefix=prefix)


def _own_unit(case: Case, row: Listener, prefix: str | None) -> str:
    """The unit that may be restarted for a listener's sake; empty where there is none, or it is an engine's or a resolver's."""
    unit = (row.activates if row.is_systemds else row.unit) or ""
    others = (row.process in _OF_OTHERS and not row.is_systemds) or unit.startswith(_UNITS_OF_OTHERS)
    may = unit.endswith(_MANAGED) and not row.container and not others and has_systemd(case, prefix)
    return unit if may else ""


def log_of_program(case: Case, program: str, prefix: str | None = None) -> str:
    """The look at what a program without a unit has logged, to be put behind the prefix to its machine."""
    return f"journalctl -t {quoted(program)} -n 50" if has_systemd(case, prefix) else "ls -lt /var/log"


def status(case: Case, name: str, *, prefix: str | None = None) -> str:
    """The look at a unit; where no name is known, at those that have failed; without systemd at all processes."""
    if not has_systemd(case, prefix):
        return behind(prefix, "ps -eo pid,user,lstart,args")
    return behind(prefix, f"systemctl status {quoted(name)}" if name else "systemctl list-units --type=service --state=failed")
