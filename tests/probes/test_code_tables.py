"""Numbers and words that others define, each entry by the text that defines it."""

import errno
import os
import ssl
import struct

import pytest

from tui.model.facts import Echo, IcmpError
from tui.model.requests import SendEcho
from tui.probes.kernel.failures import icmp_error
from tui.probes.path import ping_program, route, rtnetlink
from tui.probes.services.logs import files_of
from tui.probes.services.units import shown_units
from tui.probes.sockets.cgroups import engine_of
from tui.probes.talk.binary import ALERTS, tls

OLDER_ALERTS = {41: "no_certificate", 100: "no_renegotiation"}
NEWER_ALERTS = {
    86: "inappropriate_fallback",
    90: "user_canceled",
    109: "missing_extension",
    116: "certificate_required",
    120: "no_application_protocol",
}
DROPPED_ALERTS = {"certificate_unobtainable", "bad_certificate_hash_value", "decompression_failure", "user_cancelled"}
"""Gone from RFC 8446, or spelled otherwise there."""


def _alert(number: int) -> str | None:
    return tls(bytes((21, 3, 3, 0, 2, 2, number)))


def test_alerts_have_the_names_of_the_registry() -> None:
    """As Python's `ssl` names them, and those that it leaves out as RFC 5246, 7507 and 8446 do; another one is a number."""
    by_python = {each.value: each.name.removeprefix("ALERT_DESCRIPTION_").lower() for each in ssl.AlertDescription}
    wanted = {number: name for number, name in by_python.items() if name not in DROPPED_ALERTS} | OLDER_ALERTS | NEWER_ALERTS

    assert wanted == ALERTS
    assert {number: _alert(number) for number in wanted} == {number: f"alert {name}" for number, name in wanted.items()}
    assert _alert(250) == "alert 250"


PING_WORDS = {
    "10.0.1.1": {
        "Destination Net Unreachable": (3, 0),
        "Destination Host Unreachable": (3, 1),
        "Destination Protocol Unreachable": (3, 2),
        "Destination Port Unreachable": (3, 3),
        "Destination Net Unknown": (3, 6),
        "Destination Host Unknown": (3, 7),
        "Destination Net Prohibited": (3, 9),
        "Destination Host Prohibited": (3, 10),
        "Packet filtered": (3, 13),
        "Precedence Violation": (3, 14),
        "Precedence Cutoff": (3, 15),
        "Time to live exceeded": (11, 0),
    },
    "fd00:1::1": {
        "Destination unreachable: No route": (1, 0),
        "Destination unreachable: Administratively prohibited": (1, 1),
        "Destination unreachable: Beyond scope of source address": (1, 2),
        "Destination unreachable: Address unreachable": (1, 3),
        "Destination unreachable: Port unreachable": (1, 4),
        "Destination unreachable: Source address failed ingress/egress policy": (1, 5),
        "Destination unreachable: Reject route to destination": (1, 6),
        "Time exceeded: Hop limit": (3, 0),
    },
}
"""print_icmp of iputils, ping.c and ping6_common.c."""


@pytest.mark.parametrize(
    ("sender", "words", "number"),
    [(sender, words, number) for sender, known in PING_WORDS.items() for words, number in known.items()],
)
def test_each_icmp_error_is_read_from_pings_words(sender: str, words: str, number: tuple[int, int]) -> None:
    """Type, code and sender; the line counts whichever request it answers, and with the zone of the sender."""
    text = f"From {sender} icmp_seq=2 {words}\n\n2 packets transmitted, 0 received\n"
    request = SendEcho(address=sender)

    assert ping_program.read(text, "", request) == Echo(address=sender, sent=2, received=0, icmp=icmp_error(*number, sender))
    assert ping_program.read(text.replace(" icmp", "%eth0 icmp"), "", request) == ping_program.read(text, "", request)


def test_words_that_ping_does_not_say_are_no_icmp_error() -> None:
    """The first line that is understood counts; one that is not says nothing."""
    odd = "From 10.0.1.1 icmp_seq=1 Something new\n"
    known = "From 10.0.1.2 icmp_seq=2 Packet filtered\n"
    more = "From 10.0.1.3 icmp_seq=3 Precedence Cutoff\n"

    def icmp(text: str) -> IcmpError | None:
        seen = ping_program.read(f"{text}3 packets transmitted, 0 received\n", "", SendEcho(address="10.0.9.9"))
        return seen.icmp if seen else None

    assert icmp(odd) is None
    assert icmp(odd + known + more) == icmp_error(3, 13, "10.0.1.2")


@pytest.mark.parametrize("number", [errno.ENETUNREACH, errno.EPERM, errno.EINVAL, errno.EHOSTUNREACH, errno.EACCES])
@pytest.mark.parametrize("call", ["connect", "sendmsg", "sendto"])
@pytest.mark.parametrize("program", ["ping", "ping6"])
def test_pings_own_errors_have_their_errno(program: str, call: str, number: int) -> None:
    """By the text of strerror(3); one that this system does not know is repeated."""
    request = SendEcho(address="10.0.9.9")
    seen = ping_program.read("", f"{program}: {call}: {os.strerror(number)}\n", request)
    strange = ping_program.read("", f"{program}: {call}: {'x' * 100}\n", request)

    assert seen
    assert strange
    assert (seen.error, strange.error) == (errno.errorcode[number], "x" * 80 + "…")


def test_pings_command_line() -> None:
    """Numbers only, the count, the spacing, one second for the last, and the hop limit where one is wanted."""
    request = SendEcho(address="10.0.9.9", count=4)

    assert ping_program.arguments(request, 0.25) == ["ping", "-n", "-c", "4", "-i", "0.25", "-W", "1", "10.0.9.9"]
    assert ping_program.arguments(request, 1.0, 7) == ["ping", "-n", "-c", "4", "-i", "1", "-W", "1", "-t", "7", "10.0.9.9"]


LOG_FILES = {
    "nginx.service": ("/var/log/nginx/error.log",),
    "apache2.service": ("/var/log/apache2/error.log",),
    "httpd.service": ("/var/log/httpd/error_log",),
    "redis-server.service": ("/var/log/redis/redis-server.log",),
    "redis.service": ("/var/log/redis/redis-server.log", "/var/log/redis/redis.log"),
    "postgresql@15-main.service": ("/var/log/postgresql/postgresql-15-main.log",),
    "postgresql.service": (),
    "mysql.service": ("/var/log/mysql/error.log",),
    "mysqld.service": ("/var/log/mysqld.log", "/var/log/mysql/error.log"),
    "mariadb.service": ("/var/log/mysql/error.log", "/var/log/mariadb/mariadb.log"),
    "mongod.service": ("/var/log/mongodb/mongod.log",),
    "haproxy.service": ("/var/log/haproxy.log",),
    "squid.service": ("/var/log/squid/cache.log",),
    "redis-server@two.service": ("/var/log/redis/redis-server.log",),
    "shop.service": (),
}


@pytest.mark.parametrize(("unit", "files"), LOG_FILES.items())
def test_a_service_that_keeps_its_own_log(unit: str, files: tuple[str, ...]) -> None:
    """Where the packages of Debian and Red Hat let each service write; an instance where its file is named by it."""
    assert files_of(unit) == files


ID = "c" * 64
ENGINES = {
    f"/system.slice/docker-{ID}.scope": "docker",
    f"/docker/{ID}": "docker",
    f"/machine.slice/libpod-{ID}.scope": "podman",
    f"/libpod_parent/libpod-{ID}": "podman",
    f"/libpod_parent/{ID}": "podman",
    f"/kubepods.slice/kubepods-pod1.slice/cri-containerd-{ID}.scope": "containerd",
    f"/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:{ID}": "unknown",
    f"/cri-containerd/{ID}": "containerd",
    f"/system.slice/containerd-{ID}.scope": "containerd",
    f"/kubepods.slice/kubepods-pod1.slice/crio-{ID}.scope": "cri-o",
    "/lxc.payload.web-1/system.slice/nginx.service": "lxc",
    "/machine.slice/machine-debian.scope": "nspawn",
    f"/kubepods/burstable/pod1/{ID}": "unknown",
    f"/docker/{ID}/kubepods/pod1/{'d' * 64}": "unknown",
    "/system.slice/nginx.service": None,
    "/": None,
}


@pytest.mark.parametrize(("path", "engine"), ENGINES.items())
def test_an_engine_by_its_control_groups(path: str, engine: str | None) -> None:
    """By the beginning that the engine gives to its groups, or by the group above; of the innermost container."""
    assert engine_of(path) == engine


def _rule(action: int, *attributes: tuple[int, bytes], family: int = 2, length: int = 0, tos: int = 0, flags: int = 0) -> bytes:
    """A rule as the kernel sends it (struct fib_rule_hdr, then attributes)."""
    more = b"".join(struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4) for kind, value in attributes)
    return struct.pack("=8BI", family, length, 0, tos, 254, 0, 0, action, flags) + more


NUMBER = struct.pack("=I", 7)


@pytest.mark.parametrize(
    ("number", "action"),
    [
        (1, "lookup"),
        (2, "other"),
        (3, "other"),
        (4, "other"),
        (6, "blackhole"),
        (7, "unreachable"),
        (8, "prohibit"),
        (9, "other"),
    ],
)
def test_what_a_policy_rule_does(number: int, action: str) -> None:
    """FR_ACT_* of linux/fib_rules.h; `goto` and `nop` decide nothing here."""
    assert rtnetlink._rule(_rule(number)) == rtnetlink.PolicyRule(priority=0, action=action, table=254, prefix=None)


@pytest.mark.parametrize("selector", [2, 3, 10, 16, 17, 20, 22, 23, 24])
def test_a_rule_that_selects_by_more_than_the_destination(selector: int) -> None:
    """FRA_SRC, IIFNAME, FWMARK, FWMASK, OIFNAME, UID_RANGE, IP_PROTO, SPORT_RANGE and DPORT_RANGE of linux/fib_rules.h."""
    assert rtnetlink._rule(_rule(1, (selector, NUMBER))).conditional


@pytest.mark.parametrize("attribute", [6, 15, 19, 21])
def test_a_rule_that_selects_by_nothing_else(attribute: int) -> None:
    """FRA_PRIORITY, TABLE, PROTOCOL: none of them is a condition."""
    assert not rtnetlink._rule(_rule(1, (attribute, NUMBER))).conditional


def test_what_a_rule_says_beside_its_action() -> None:
    """Priority, table and prefix; a type of service or an exclusion makes it conditional, and an excluded prefix is none."""
    to = (1, bytes((10, 8, 0, 0)))
    whole = rtnetlink._rule(_rule(1, (6, NUMBER), (15, struct.pack("=I", 1000)), to, length=16))
    inverted = rtnetlink._rule(_rule(1, to, length=16, flags=2))

    assert whole == rtnetlink.PolicyRule(priority=7, action="lookup", table=1000, prefix="10.8.0.0/16")
    assert (inverted.prefix, inverted.conditional) == (None, True)
    assert rtnetlink._rule(_rule(1, tos=4)).conditional
    assert not rtnetlink._rule(_rule(1, flags=1)).conditional


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        *((1, "unicast"), (2, "local"), (3, "broadcast"), (4, "unicast"), (5, "multicast"), (6, "blackhole")),
        *((7, "unreachable"), (8, "prohibit"), (9, "throw"), (10, "unicast")),
    ],
)
def test_what_a_route_is(number: int, kind: str) -> None:
    """RTN_* of linux/rtnetlink.h: anycast, and what nobody uses, are reached like any other."""
    found = rtnetlink._found_route(struct.pack("=8BI", 2, 0, 0, 0, 254, 0, 0, number, 0))

    assert found == rtnetlink.FoundRoute(type=kind, prefix="default", table=254)
    assert route._type(kind) == kind


def test_a_path_mtu_that_was_learnt_expires() -> None:
    """RTA_METRICS with RTAX_MTU, and rta_expires of RTA_CACHEINFO in hundredths of a second."""

    def attribute(kind: int, value: bytes) -> bytes:
        return struct.pack("=HH", 4 + len(value), kind) + value

    header = struct.pack("=8BI", 2, 32, 0, 0, 254, 0, 0, 1, 0)
    mtu = attribute(8, attribute(2, struct.pack("=I", 1400)))
    to = attribute(1, bytes((10, 8, 0, 1)))
    learnt = rtnetlink._found_route(header + to + mtu + attribute(12, struct.pack("=IIi", 0, 0, 59_250)))
    kept = rtnetlink._found_route(header + to + mtu + attribute(12, struct.pack("=IIi", 0, 0, 0)))
    cut = rtnetlink._found_route(header + to + attribute(12, bytes(8)))

    assert (learnt.prefix, learnt.mtu, learnt.expires_s) == ("10.8.0.1", 1400, 592.5)
    assert (kept.mtu, kept.expires_s) == (1400, None)
    assert (cut.mtu, cut.expires_s) == (None, None)


@pytest.mark.parametrize(
    ("code", "status", "result", "ended"),
    [
        ("1", "3", "exit-code", (3, None)),
        ("2", "9", "signal", (None, "KILL")),
        ("3", "11", "core-dump", (None, "SEGV")),
        ("1", "0", "success", (0, None)),
        ("4", "19", "signal", (None, None)),
        ("0", "0", "success", (None, None)),
    ],
)
def test_how_a_main_process_ended(code: str, status: str, result: str, ended: tuple[int | None, str | None]) -> None:
    """CLD_EXITED, CLD_KILLED and CLD_DUMPED of waitid(2); a stopped process has not ended."""
    (unit,) = shown_units(f"Id=a.service\nExecMainCode={code}\nExecMainStatus={status}\nResult={result}\n")

    assert (unit.exit_status, unit.signal) == ended
