"""Which checks a cause of name, proxy or client asks for, and when: none without its reason, none twice as wide as it must be."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.casefile import CASES, all_files, load
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.decide import wanted_checks
from tui.diagnosis.hypothesis import Hypothesis
from tui.diagnosis.ranking import judged
from tui.diagnosis.readings import checks, counters
from tui.model.case import Case
from tui.model.facts import (
    Hop,
    NameserverAnswer,
    NameSources,
    Outcome,
    PathMtu,
    Quiet,
    Route,
    SystemAnswer,
    Talk,
    TcpAttempt,
    UnixAttempt,
)
from tui.model.frame import Frame
from tui.model.judgement import State
from tui.model.nameserver import Nameserver
from tui.model.requests import (
    AskNameserver,
    Connect,
    ListAddresses,
    MeasureMtu,
    ReadCode,
    ReadConfinement,
    ResolveSystem,
    SendEcho,
    TalkTo,
    TraceHops,
)
from tui.model.target import parse_target

BY_ID = {one.id: one for one in hypotheses()}


def _case(name: str) -> Case:
    """The case of a file, as `cause/name`."""
    return load(CASES / f"{name}.toml").case


def _without(case: Case, purpose: str) -> Case:
    """The case before the attempts of this purpose were made."""
    return replace(case, facts=tuple(fact for fact in case.facts if getattr(fact, "purpose", None) != purpose))


def _others(case: Case, *causes: str) -> set[str]:
    """The addresses that the causes want tried although the client would not have used them."""
    wanted = wanted_checks(case, [BY_ID[one] for one in causes])
    return {one.address for one in wanted if isinstance(one, Connect) and one.purpose == "other-address"}


def test_the_dns_address_is_tried_once_the_hosts_entry_fails() -> None:
    """The hosts entry's failing address asks for one attempt on the DNS's; equal requests are one check."""
    case = _without(_case("name.hosts-override/old-entry-and-the-dns-address-connects"), "other-address")

    wanted = [one for one in wanted_checks(case, hypotheses()) if isinstance(one, Connect) and one.purpose == "other-address"]

    assert wanted == [Connect(address="10.0.0.5", port=5432, purpose="other-address", timeout_s=case.options.timeout_s)]


def test_no_other_address_is_tried_while_the_target_connects() -> None:
    """A hosts entry or an answer that differs sends nothing anywhere as long as the address in use connects."""
    for name in ("name.hosts-override/overrides-and-connects", "name.answers-differ/content-network"):
        assert _others(_case(name), "name.hosts-override", "name.answers-differ", "name.search-domain") == set()


def test_another_resolvers_address_is_tried_once_the_one_in_use_fails() -> None:
    """What another resolver gives is tried after a failure, in the family of the address that failed."""
    case = _without(_case("name.answers-differ/split-horizon"), "other-address")

    assert _others(case, "name.answers-differ") == {"10.0.0.5"}


def test_localhost_of_one_family_asks_for_the_other_loopback() -> None:
    """A name of this machine that gives ::1 alone, and is refused there, has 127.0.0.1 tried; a literal address has not."""
    case = _without(_case("name.family-mismatch/localhost-is-v6-alone"), "other-address")
    literal = replace(case, target=parse_target("[::1]:8080"))

    assert _others(case, "name.family-mismatch") == {"127.0.0.1"}
    assert _others(literal, "name.family-mismatch") == set()


def test_servfail_is_asked_again_without_the_check_of_signatures() -> None:
    """Only the server that answered SERVFAIL gets the question with the CD bit, and only where the name fails."""
    case = _case("name.nameserver-error/dnssec")
    helped = _case("name.nameserver-error/first-server-fails-second-helps")

    assert _unchecked(case) == {AskNameserver(server="192.0.2.53", name="db-1.corp.example", checking_disabled=True)}
    assert _unchecked(helped) == set()


def _unchecked(case: Case) -> set[AskNameserver]:
    wanted = wanted_checks(case, [BY_ID["name.nameserver-error"]])
    return {one for one in wanted if isinstance(one, AskNameserver) and one.checking_disabled}


def test_a_wildcard_is_looked_for_only_behind_a_completed_name_that_fails() -> None:
    """The name that nobody made is asked for in the search domain of a failing completed name, and nowhere else."""
    hypothesis = [BY_ID["name.search-domain"]]
    case = _case("name.search-domain/short-name-as-intended")
    healthy = _case("name.search-domain/alias-is-no-completion")

    nobody = [one.name for one in wanted_checks(case, hypothesis) if isinstance(one, AskNameserver) and "nobody" in one.name]

    assert nobody == ["refused-asks-for-a-name-that-nobody-made.corp.example"]
    assert not [one for one in wanted_checks(healthy, hypothesis) if isinstance(one, AskNameserver) and "nobody" in one.name]


def test_a_proxys_name_is_resolved_before_it_is_tried() -> None:
    """A proxy named by a host is looked up first, and then each of its addresses is tried once."""
    hypothesis = [BY_ID["path.proxy"]]
    case = _without(_case("path.proxy/proxy-and-direct-way-fail"), "proxy")
    proxy = "proxy.corp.example"
    unresolved = replace(
        case, facts=tuple(fact for fact in case.facts if not (isinstance(fact, SystemAnswer) and fact.name == proxy))
    )

    assert ResolveSystem(name=proxy) in wanted_checks(unresolved, hypothesis)
    assert not _proxied(unresolved, hypothesis)
    assert _proxied(case, hypothesis) == [
        Connect(address="10.0.0.8", port=3128, purpose="proxy", timeout_s=case.options.timeout_s)
    ]


def _proxied(case: Case, hypothesis: list[Hypothesis]) -> list[Connect]:
    return [one for one in wanted_checks(case, hypothesis) if isinstance(one, Connect) and one.purpose == "proxy"]


def test_the_proxys_name_never_stands_for_the_targets() -> None:
    """A later lookup of the proxy's name changes neither the target's addresses nor what is said of its name."""
    case = _case("path.proxy/name-of-the-proxy-is-not-resolved")

    assert judged(BY_ID["name.not-found"], case).state is State.RULED_OUT
    assert Connect(address="203.0.113.7", port=443, attempts=3, delay_s=2.0) in wanted_checks(
        replace(case, asked=(), ended=()), [BY_ID["path.proxy"]]
    )


def test_policies_and_addresses_are_read_only_after_an_errno_that_asks_for_them() -> None:
    """A refusal reads no policy and no address list; EPERM reads the policies, EADDRNOTAVAIL with a source the addresses."""
    both = [BY_ID["client.blocked"], BY_ID["client.bad-source"]]
    refused = _attempted(Outcome.REFUSED, "ECONNREFUSED")
    forbidden = _attempted(Outcome.BLOCKED, "EPERM")
    unbound = _attempted(Outcome.BLOCKED, "EADDRNOTAVAIL", source="192.0.2.77")

    assert not {ReadConfinement(), ListAddresses()} & set(wanted_checks(refused, both))
    assert ReadConfinement() in wanted_checks(forbidden, both)
    assert ListAddresses() in wanted_checks(unbound, both)


def test_what_looks_like_a_policy_or_a_bad_source_and_is_neither() -> None:
    """No free port, no descriptor left, an invalid argument: none of them is taken for a policy or a bad source."""
    for errno in ("EADDRNOTAVAIL", "EMFILE", "ENFILE", "EINVAL", "ENETUNREACH", "EHOSTUNREACH", "EAFNOSUPPORT"):
        case = _attempted(Outcome.BLOCKED, errno)
        assert judged(BY_ID["client.blocked"], case).state is State.RULED_OUT
        assert judged(BY_ID["client.bad-source"], case).state is State.NOT_RELEVANT


def test_eacces_without_a_known_route_stays_open() -> None:
    """EACCES may come from a `prohibit` route, so without the route it is no more than possible; EPERM can't."""
    assert judged(BY_ID["client.blocked"], _attempted(Outcome.BLOCKED, "EACCES")).state is State.OPEN
    assert judged(BY_ID["client.blocked"], _attempted(Outcome.BLOCKED, "EPERM")).state is State.LIKELY


def test_a_full_queue_or_another_socket_type_is_no_stale_socket() -> None:
    """EAGAIN (the queue is full) and EPROTOTYPE (a datagram socket) prove that the socket is not left over."""
    path = "/run/app.sock"
    for outcome, errno in ((Outcome.TIMEOUT, "EAGAIN"), (Outcome.BLOCKED, "EPROTOTYPE")):
        attempt = UnixAttempt(id="attempt-1", path=path, outcome=outcome, errno=errno, latency_ms=0.1)
        case = Case(target=parse_target(path), facts=(attempt,))
        for cause in ("unix.stale", "unix.missing", "unix.permission"):
            assert judged(BY_ID[cause], case).state is State.RULED_OUT


def test_a_test_of_dnssec_is_no_answer() -> None:
    """An address that comes only with the CD bit is not what programs get: it makes no resolver differ and finds no name."""
    case = _case("name.nameserver-error/dnssec")
    kept = tuple(fact for fact in case.facts if not isinstance(fact, NameserverAnswer) or fact.checking_disabled)

    alone = replace(case, facts=kept)

    assert judged(BY_ID["name.answers-differ"], alone).state is State.NOT_LOOKED_AT


def _attempted(outcome: Outcome, errno: str, *, source: str | None = None) -> Case:
    """A case with one attempt on an address, and nothing else."""
    attempt = TcpAttempt(
        id="attempt-1",
        address="10.0.0.5",
        port=5432,
        source=source,
        outcome=outcome,
        errno=errno,
        latency_ms=0.1,
        error_queue="empty",
    )
    return Case(target=parse_target("10.0.0.5:5432"), facts=(attempt,))


def test_the_code_that_asked_is_read_first_in_its_branch() -> None:
    """The user's innermost frame that names a line is read, once; frames of libraries are not, and without code nothing is."""
    case = Case(target=parse_target("127.0.0.1:5432"))
    code = (
        Frame(path=None, line=None, function="main", language="python", role="user"),
        Frame(path="/srv/app/client.py", line=12, function="main", language="python", role="user"),
        Frame(path="/usr/lib/python3.11/socket.py", line=851, function="connect", language="python", role="library"),
    )

    wanted = wanted_checks(replace(case, code=code), hypotheses())

    assert [one for one in wanted if isinstance(one, ReadCode)] == [
        ReadCode(path="/srv/app/client.py", line=12, function="main", language="python")
    ]
    assert (
        next(iter(BY_ID["client.bad-source"].needs(replace(case, code=code))))
        == wanted[[type(one) for one in wanted].index(ReadCode)]
    )
    assert not any(isinstance(one, ReadCode) for one in wanted_checks(case, hypotheses()))


def test_a_quiet_attempt_starts_what_its_silence_would_ask_for() -> None:
    """Echo, hops and the first hop need not wait for the attempt's end, and the attempt's end asks for none of them again."""
    silent = _case("path.filtered/answers-to-ping")
    routes = tuple(fact for fact in silent.facts if isinstance(fact, Route))
    quiet = replace(silent, facts=(*routes, Quiet(address="10.0.3.9", port=5432, waited_ms=1100.0)))

    early = {type(one) for one in wanted_checks(quiet, hypotheses())}

    assert {SendEcho, TraceHops} <= early
    asked = replace(silent, facts=(*routes, *silent.facts), asked=wanted_checks(quiet, hypotheses()))
    assert not {SendEcho, TraceHops} & {type(one) for one in wanted_checks(asked, hypotheses())}


def test_what_is_quiet_on_this_machine_is_not_traced() -> None:
    """An address that is not known to be another machine's gets neither echo nor hops."""
    silent = _case("path.filtered/answers-to-ping")
    quiet = replace(silent, facts=(Quiet(address="10.0.3.9", port=5432, waited_ms=1100.0),))

    assert not {SendEcho, TraceHops} & {type(one) for one in wanted_checks(quiet, hypotheses())}


def test_a_quiet_talk_starts_what_its_silence_would_ask_for() -> None:
    """A second talk, other protocols and the measurement of large packets need not wait for the first one's end."""
    silent = _case("path.mtu/answers-vanish")
    before = replace(silent, facts=tuple(fact for fact in silent.facts if not isinstance(fact, Talk | PathMtu)), asked=())
    first = wanted_checks(before, hypotheses())
    asked = next(one for one in first if isinstance(one, TalkTo))
    word = Quiet(address=asked.address, port=asked.port, waited_ms=2500.0, protocol=asked.protocol)
    quiet = replace(before, facts=(*before.facts, word), asked=first)

    early = wanted_checks(quiet, hypotheses())

    assert {(one.protocol, one.again) for one in early if isinstance(one, TalkTo)} >= {("HTTP", 1), ("TLS", 0)}
    assert [one.writes for one in early if isinstance(one, MeasureMtu)] == [True]
    assert not any(isinstance(one, TalkTo | MeasureMtu) for one in first if one is not asked)


REASONS: tuple[tuple[str, str, set[str]], ...] = (
    ("name.nameserver-error", "dnssec", {"nameserver-answer"}),
    ("name.nameserver-error", "first-server-fails-second-helps", set()),
    ("name.hosts-override", "both-addresses-fail", {"connect"}),
    ("name.hosts-override", "agrees-with-the-dns", set()),
    ("name.answers-differ", "split-horizon", {"connect"}),
    ("name.answers-differ", "content-network", set()),
    ("name.search-domain", "namesake-in-the-other-domain", {"connect", "nameserver-answer"}),
    ("name.search-domain", "alias-is-no-completion", set()),
    ("name.family-mismatch", "localhost-is-v6-alone", {"connect", "listeners"}),
    ("name.family-mismatch", "localhost-has-both", {"listeners"}),
    ("port.wrong-port", "far-sibling-open", {"listeners", "other-ports", "talk"}),
    ("port.wrong-port", "far-greeting", {"listeners", "other-ports"}),
    ("port.wrong-port", "all-zeros-means-this-machine", {"listeners"}),
    ("port.udp-only", "connects", {"listeners"}),
    ("port.wrong-protocol", "closes-on-http-and-speaks-tls", {"listeners", "talk"}),
    ("port.wrong-protocol", "anything-on-a-usual-port", {"listeners"}),
    ("path.local-firewall", "rejects", {"addresses", "firewall", "listeners"}),
    ("path.local-firewall", "rejects-v6", {"addresses", "echo", "firewall", "hops", "listeners"}),
    ("path.local-firewall", "packets-leave", {"echo", "firewall", "hops", "listeners", "neighbour"}),
    ("path.conntrack-full", "limits-alone", {"echo", "hops", "limits"}),
    ("path.conntrack-full", "full-at-the-server", {"drop-watch", "echo", "hops"}),
    ("path.reverse-path", "counted-and-not-watched", {"drop-watch"}),
    ("path.reverse-path", "neither-end-drops", {"drop-watch"}),
    ("path.local-firewall", "own-address-stays-silent", {"firewall", "listeners"}),
    ("path.no-route", "ipv6-switched-off", {"addresses"}),
    ("path.no-route", "a-router-says-it", set()),
    ("path.proxy", "proxy-answers", {"connect", "proxy", "proxy-answer"}),
    ("path.proxy", "name-of-the-proxy-is-not-resolved", {"proxy", "system-answer"}),
    ("path.proxy", "exempted-by-no-proxy", {"proxy"}),
    ("path.host-unreachable", "failed-neighbour", {"addresses", "echo", "hops", "neighbour"}),
    ("path.host-unreachable", "deadline-before-the-kernels", {"echo", "hops", "neighbour"}),
    ("path.host-unreachable", "loopback-is-down", {"addresses"}),
    ("path.host-unreachable", "answers-after-all", set()),
    ("path.rejected", "by-a-router", {"addresses", "echo", "hops", "listeners"}),
    ("path.rejected", "by-a-router-with-port-unreachable", {"addresses", "hops", "listeners"}),
    ("path.rejected", "by-the-target-itself", {"addresses", "listeners"}),
    ("path.rejected", "servers-rule-sends-the-reset", {"firewall", "listeners"}),
    ("path.rejected", "plain-reset", {"listeners"}),
    ("path.filtered", "another-machines-table", {"drop-watch", "echo", "firewall", "hops", "listeners", "neighbour"}),
    ("path.filtered", "other-port-resets", {"echo", "hops", "listeners", "neighbour", "other-ports"}),
    ("path.filtered", "refused", {"listeners"}),
    ("path.routing-loop", "hops-not-seen", {"echo", "hops"}),
    ("path.mtu", "answers-vanish", {"path-mtu"}),
    ("path.mtu", "answers", set()),
    ("path.mtu", "the-head-of-a-large-answer-comes", {"path-mtu"}),
    ("server.down", "total-silence-from-afar", {"echo", "hops", "neighbour", "other-ports"}),
    ("server.down", "a-refusal-is-an-answer", set()),
    ("server.not-listening", "here", {"listeners", "service"}),
    ("server.not-listening", "connects", {"listeners"}),
    ("server.other-namespace", "inner-loopback", {"listeners", "other-namespaces"}),
    ("server.other-namespace", "led-elsewhere-by-a-rule", {"listeners"}),
    ("server.port-taken", "a-go-between-answers", {"listeners", "service"}),
    ("server.port-taken", "service-runs", {"listeners"}),
    ("server.backlog-full", "comes-and-goes", {"listeners", "process-state", "queue-watch"}),
    ("server.backlog-full", "room-here", {"listeners", "queue-watch"}),
    ("server.backlog-full", "from-outside", {"echo", "hops", "listeners"}),
    ("server.backlog-full", "refused", {"listeners"}),
    ("server.backlog-full", "unix-queue", {"process-state", "unix-path"}),
    ("server.backlog-full", "unix-refused", {"unix-path"}),
    ("path.route-overlap", "nothing-else-can-be-meant", {"connect", "device", "neighbour", "other-namespaces"}),
    ("path.route-overlap", "a-container-has-the-address", {"device", "other-namespaces"}),
    ("path.route-overlap", "no-other-route", {"device", "neighbour"}),
    ("path.banned", "by-fail2ban", {"bans", "firewall", "listeners"}),
    ("path.banned", "rejected-by-the-host-that-lives", {"firewall", "listeners"}),
    ("path.address-conflict", "two-answer-and-all-refuse", {"address-owners", "listeners", "neighbour"}),
    ("path.address-conflict", "behind-a-router", {"listeners"}),
    ("path.idle-timeout", "all-answer", {"idle"}),
    ("path.idle-timeout", "nobody-asked", set()),
    ("path.cloud-filter", "no-cloud", {"cloud", "echo", "hops"}),
    ("server.starting", "comes-up", {"service"}),
    ("server.starting", "one-refusal-of-many", set()),
    ("server.flapping", "connects-at-the-end", {"listeners", "service"}),
    ("server.flapping", "two-addresses", {"listeners"}),
    ("server.closes-early", "forwarder-without-a-backend", {"listeners", "process-state"}),
    ("server.closes-early", "closes-when-spoken-to", {"listeners", "talk"}),
    ("server.closes-early", "closes-each-time", {"listeners"}),
    ("server.unresponsive", "stopped-here", {"listeners", "process-state", "queue-watch", "talk"}),
    ("server.unresponsive", "one-moment-in-d", {"listeners", "process-state"}),
    ("server.unresponsive", "busy-and-it-answers", {"listeners", "talk"}),
    ("client.ports-exhausted", "chosen-source-without-a-port", {"addresses", "limits"}),
    ("client.ports-exhausted", "all-in-use", {"limits"}),
    ("client.fd-limit", "own-limit", {"limits"}),
    ("client.fd-limit", "the-named-process", {"process-state"}),
    ("client.fd-limit", "another-process-at-its-limit", set()),
    ("client.bad-source", "address-moved-away", {"addresses"}),
    ("client.bad-source", "connects-with-a-source", set()),
    ("client.blocked", "allowed-by-ip-address-allow", {"confinement"}),
    ("client.blocked", "connection-table-has-room", {"confinement", "limits"}),
    ("client.blocked", "prohibit-route", set()),
)
"""For each cause that asks for more than names, routes and attempts: cases where it has a reason to, and where it has none."""


@pytest.mark.parametrize(("cause", "name", "expected"), REASONS, ids=[f"{cause}/{name}" for cause, name, _ in REASONS])
def test_a_cause_asks_for_what_could_decide_and_for_nothing_else(cause: str, name: str, expected: set[str]) -> None:
    """Beside names, routes, counters and attempts, a cause asks only for looks that can speak for or against it here."""
    case = _case(f"{cause}/{name}")
    always = {*checks.names(case), *checks.routes(case), *counters.checks(case), *checks.connects(case)}

    wanted = {one for one in BY_ID[cause].needs(case) if one not in always}

    assert {one.__struct_config__.tag for one in wanted} == expected


@pytest.mark.parametrize("path", all_files(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_way_is_traced_for_the_targets_port(path: Path) -> None:
    """The whole way is traced for the port that fails; another port is asked no further than the first hop."""
    case = load(path).case
    traced = [one for one in wanted_checks(case, hypotheses()) if isinstance(one, TraceHops)]

    assert all(one.port == case.tcp.port or one.max_hops == 1 for one in traced)


def test_a_nameserver_that_the_person_named_is_no_configured_one() -> None:
    """Every name that a lookup would try is asked of the configured servers and of those that the person named, apart."""
    case = _case("name.search-domain/short-name-as-intended")
    case = replace(case, options=replace(case.options, nameservers=(Nameserver(address="192.0.2.99", port=5353),)))
    sources = case.last(NameSources)
    assert sources is not None

    asked = [one for one in checks.names(case) if isinstance(one, AskNameserver)]

    assert {one.name for one in asked} == set(sources.expansions)
    for name in sources.expansions:
        servers = {(one.server, one.port, one.configured) for one in asked if one.name == name}
        assert servers == {*((one.address, one.port, True) for one in sources.servers), ("192.0.2.99", 5353, False)}


NAMES_ALONE = {"name.nameserver-down", "name.nameserver-error", "name.no-address", "name.not-found"}


@pytest.mark.parametrize("cause", [one for one in BY_ID if not one.startswith("unix.")])
def test_every_cause_asks_for_what_it_stands_on(cause: str) -> None:
    """Whatever is known, a cause about a TCP target asks for names, routes and attempts; one about the name for names."""
    for name in ("name.search-domain/short-name-as-intended", "path.filtered/answers-to-ping"):
        case = _case(name)
        needed = set(checks.names(case) if cause in NAMES_ALONE else checks.basics(case))

        assert needed <= set(BY_ID[cause].needs(case))


def test_a_mute_way_is_asked_for_its_first_hop_with_another_port() -> None:
    """Where no hop answers for the target's port, the first router is asked with another one; where one answers, it is not."""
    case = _case("path.filtered/answers-to-ping")
    route = next(one for one in case.all(Route) if one.gateway)
    other = TraceHops(address="10.0.3.9", port=443, max_hops=1)
    told = Hop(id="hop-9", address="10.0.3.9", port=5432, ttl=1, outcome="time-exceeded", sender=route.gateway or "")
    mute = tuple(fact for fact in case.facts if not isinstance(fact, Hop))

    def asks(*hops: Hop) -> bool:
        return other in set(BY_ID["path.local-firewall"].needs(replace(case, facts=(*mute, *hops))))

    assert asks(replace(told, outcome="silent", sender=""))
    assert not asks(told)
    assert not asks()
