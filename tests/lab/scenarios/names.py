"""The name gives no address, or only after a wait: it does not exist, has no address, or its nameservers fail."""

from tests.lab.resolver import asks
from tests.lab.scenario import Expect, Scenario, Step, Sure
from tests.lab.steps import dnsmasq, filters, lies, serve

_KNOWS = "host-record={name},{server},{server_6}"
_SILENT = "meta l4proto { tcp, udp } th dport 53 drop"
_REJECTED = "meta l4proto { tcp, udp } th dport 53 reject"


def _no_name(
    name: str,
    about: str,
    broken: str,
    *steps: Step,
    etc: dict[str, str] | None = None,
    typed: str = "{name}:{port}",
    certainty: Sure | tuple[Sure, ...] = "confirmed",
    culprit: dict[str, str] | None = None,
    words: tuple[str, ...] = (),
    never: frozenset[str] = frozenset(),
    arguments: tuple[str, ...] = ("--attempts", "1"),
) -> Scenario:
    """A scenario on the LAN whose name gives no address."""
    return Scenario(
        name=name,
        about=about,
        broken=broken,
        topology="lan",
        steps=(serve("server"), *steps),
        typed=typed,
        arguments=arguments,
        etc=etc or asks("{nameserver}"),
        expect=Expect(verdict=about, certainty=certainty, outcome="name-error", culprit=culprit or {}, words=words, never=never),
    )


_NOT_FOUND: tuple[Scenario, ...] = (
    _no_name(
        "name-unknown",
        "name.not-found",
        "the zone does not have the name (a real dnsmasq)",
        dnsmasq("nameserver", "local=/{zone}/", "host-record=www.{zone},{server}"),
        culprit={"kind": "name", "name": "{name}"},
        words=("{nameserver}",),
    ),
    _no_name(
        "name-mistyped",
        "name.not-found",
        "one letter too many; the hosts file has the right name",
        lies(addresses={"{name}": ["{server}"]}),
        etc=asks("{nameserver}", hosts="{server} {name}\n"),
        typed="{host}s.{zone}:{port}",
        words=("{name}",),
    ),
    _no_name(
        "name-short-without-search",
        "name.not-found",
        "a short name, and no search list to complete it",
        dnsmasq("nameserver", "domain-needed", "local=/{zone}/", _KNOWS),
        typed="{host}:{port}",
        culprit={"name": "{host}"},
    ),
    _no_name(
        "name-unknown-over-v6",
        "name.not-found",
        "the name does not exist; the nameserver is asked over IPv6",
        lies(addresses={"www.{zone}": ["{server}"]}),
        etc=asks("{nameserver_6}"),
        words=("{nameserver_6}",),
    ),
    _no_name(
        "alias-to-nothing",
        "name.not-found",
        "an alias (CNAME) of a name that does not exist",
        lies(aliases={"{name}": "gone.{zone}"}),
        words=("gone.{zone}",),
    ),
    _no_name(
        "nsswitch-asks-no-dns",
        "name.not-found",
        "nsswitch.conf asks the hosts file alone, and the DNS knows the name",
        dnsmasq("nameserver", _KNOWS),
        etc=asks("{nameserver}", nsswitch="files"),
        culprit={"kind": "file", "path": "/etc/nsswitch.conf", "line": "2"},
    ),
    _no_name(
        "nsswitch-asks-no-files",
        "name.not-found",
        "nsswitch.conf asks the DNS alone, and the hosts file knows the name",
        lies(addresses={"www.{zone}": ["{server}"]}),
        etc=asks("{nameserver}", nsswitch="dns", hosts="{server} {name}\n"),
        culprit={"kind": "file", "path": "/etc/nsswitch.conf"},
    ),
)

_NOT_FOUND += (
    _no_name(
        "name-unknown-with-a-search-list",
        "name.not-found",
        "no domain of the search list has the short name",
        dnsmasq("nameserver", "local=/{zone}/", "local=/{other_zone}/", "domain-needed", "host-record=www.{zone},{server}"),
        typed="{host}:{port}",
        etc=asks("{nameserver}", search="{zone} {other_zone}"),
        culprit={"name": "{host}"},
    ),
    _no_name(
        "name-unknown-with-a-root-dot",
        "name.not-found",
        "a dot at the end of a short name keeps the search list away",
        dnsmasq("nameserver", "local=/{zone}/", "domain-needed", _KNOWS),
        typed="{host}.:{port}",
        etc=asks("{nameserver}", search="{zone}"),
    ),
)
_NO_ADDRESS = (
    _no_name(
        "name-with-mail-only",
        "name.no-address",
        "the name has a mail record alone (a real dnsmasq)",
        dnsmasq("nameserver", "local=/{zone}/", "mx-host={name},mail.{zone},10", "txt-record={name},hello"),
        culprit={"name": "{name}"},
        never=frozenset({"name.not-found"}),
    ),
    _no_name(
        "name-without-records",
        "name.no-address",
        "NOERROR with neither A nor AAAA, over IPv6",
        lies(addresses={"{name}": []}),
        etc=asks("{nameserver_6}"),
        never=frozenset({"name.not-found"}),
    ),
    _no_name(
        "alias-without-address",
        "name.no-address",
        "an alias of a name that has no address",
        lies(addresses={"pool.{zone}": []}, aliases={"{name}": "pool.{zone}"}),
        words=("pool.{zone}",),
    ),
)

_DOWN: dict[str, str] = {"kind": "nameserver", "address": "{nameserver}"}
_NAMESERVER_DOWN = (
    _no_name(
        "nameserver-silent",
        "name.nameserver-down",
        "the only nameserver drops every query",
        dnsmasq("nameserver", _KNOWS),
        filters("nameserver", "input", _SILENT),
        culprit=_DOWN,
    ),
    _no_name(
        "nameserver-not-running",
        "name.nameserver-down",
        "nothing listens on the nameserver's port",
        culprit=_DOWN,
        never=frozenset({"name.not-found", "name.nameserver-error"}),
    ),
    _no_name(
        "nameserver-not-running-v6",
        "name.nameserver-down",
        "nothing listens on the nameserver's port, over IPv6",
        etc=asks("{nameserver_6}"),
        culprit={"address": "{nameserver_6}"},
    ),
    _no_name(
        "nameserver-moved-away",
        "name.nameserver-down",
        "nobody has the nameserver's address on this link",
        etc=asks("{gone}"),
        certainty=("confirmed", "likely"),
        culprit={"address": "{gone}"},
    ),
    _no_name(
        "both-nameservers-silent",
        "name.nameserver-down",
        "two nameservers, and neither answers",
        filters("nameserver", "input", _SILENT),
        etc=asks("{nameserver}", "{nameserver_b}"),
    ),
    _no_name(
        "truncated-and-no-tcp",
        "name.nameserver-down",
        "the answer does not fit UDP, and the nameserver's TCP port is closed",
        lies(tcp=False, addresses={"{name}": ["{server}"]}, truncated=["*"]),
        certainty=("confirmed", "likely"),
        culprit=_DOWN,
    ),
    Scenario(
        name="local-resolver-not-running",
        about="name.nameserver-down",
        broken="resolv.conf names a resolver on 127.0.0.53 that does not run",
        topology="host",
        typed="{name}:{port}",
        etc=asks("127.0.0.53"),
        expect=Expect(verdict="name.nameserver-down", outcome="name-error", culprit={"address": "127.0.0.53"}),
    ),
    Scenario(
        name="nameserver-behind-a-rejecting-router",
        about="name.nameserver-down",
        broken="a router rejects port 53: the nameserver itself may be well",
        steps=(dnsmasq("server", _KNOWS), filters("router1", "forward", _REJECTED)),
        typed="{name}:{port}",
        etc=asks("{server}"),
        expect=Expect(
            verdict="name.nameserver-down",
            certainty="likely",
            outcome="name-error",
            culprit={"address": "{server}"},
            words=("{router1}",),
        ),
    ),
    Scenario(
        name="first-nameserver-silent",
        about="name.nameserver-down",
        broken="the first of two nameservers is silent, so each lookup waits for it",
        topology="lan",
        steps=(
            serve("server"),
            dnsmasq("nameserver", _KNOWS, at=("{nameserver_b}",)),
            filters("nameserver", "input", "ip daddr {nameserver} udp dport 53 drop"),
        ),
        typed="{name}:{port}",
        etc=asks("{nameserver}", "{nameserver_b}"),
        expect=Expect(
            verdict="name.nameserver-down",
            certainty=("confirmed", "likely"),
            status="degraded",
            outcome="connected",
            culprit=_DOWN,
        ),
    ),
    Scenario(
        name="first-nameserver-not-running",
        about="name.nameserver-down",
        broken="nothing listens on the first of two nameservers",
        topology="lan",
        steps=(serve("server"), dnsmasq("nameserver", _KNOWS, at=("{nameserver_b}",))),
        typed="{name}:{port}",
        etc=asks("{nameserver}", "{nameserver_b}"),
        expect=Expect(
            verdict="name.nameserver-down",
            certainty="likely",
            status="degraded",
            outcome="connected",
            culprit=_DOWN,
        ),
    ),
    Scenario(
        name="first-nameserver-out-of-reach",
        about="name.nameserver-down",
        broken="the first of two nameservers is in a network without a route",
        topology="lan",
        steps=(serve("server"), dnsmasq("nameserver", _KNOWS)),
        typed="{name}:{port}",
        etc=asks("{nowhere}", "{nameserver}"),
        expect=Expect(
            verdict="name.nameserver-down",
            certainty="likely",
            status="degraded",
            outcome="connected",
            culprit={"address": "{nowhere}"},
        ),
    ),
    _no_name(
        "nameserver-filtered-here",
        "name.nameserver-down",
        "this machine's own filter rejects queries on their way out",
        dnsmasq("nameserver", _KNOWS),
        filters("client", "output", _REJECTED),
        certainty="likely",
        culprit=_DOWN,
    ),
    _no_name(
        "truncated-and-tcp-ends-early",
        "name.nameserver-down",
        "truncated answers, and over TCP the nameserver hangs up after one answer, which glibc does not bear",
        lies(tcp="once", addresses={"{name}": ["{server}"]}, truncated=["*"]),
        certainty=("possible", "likely"),
        never=frozenset({"name.not-found", "name.no-address"}),
    ),
    Scenario(
        name="nameserver-silent-for-aaaa",
        about="name.nameserver-down",
        broken="the nameserver answers for A and stays silent for AAAA",
        topology="lan",
        steps=(serve("server"), lies(addresses={"{name}": ["{server}"]}, silent_types=["AAAA"])),
        typed="{name}:{port}",
        etc=asks("{nameserver}"),
        expect=Expect(
            verdict="name.nameserver-down",
            certainty="likely",
            status="degraded",
            outcome="connected",
            culprit=_DOWN,
            words=("AAAA",),
        ),
    ),
)

_NAMESERVER_ERROR = (
    *(
        _no_name(
            f"nameserver-{fault}",
            "name.nameserver-error",
            broken,
            lies(addresses={"{name}": ["{server}"]}, says={fault: ["*"]}),
            culprit=_DOWN,
            words=words,
            never=frozenset({"name.not-found", "name.no-address"}),
        )
        for fault, broken, words in (
            ("servfail", "the nameserver answers SERVFAIL", ("SERVFAIL",)),
            ("refused", "the nameserver answers REFUSED", ("REFUSED",)),
            ("bogus", "SERVFAIL that vanishes without the check of signatures (DNSSEC)", ("DNSSEC", "{server}")),
            ("garbled", "the nameserver answers with nonsense", ()),
            ("referred", "a lame delegation: the nameserver only names others", ()),
        )
    ),
    _no_name(
        "nameserver-without-upstream",
        "name.nameserver-error",
        "a real dnsmasq that has nobody to ask",
        dnsmasq("nameserver", "host-record=www.{other_zone},{server}"),
        culprit=_DOWN,
        words=("REFUSED",),
    ),
    _no_name(
        "servfail-over-v6",
        "name.nameserver-error",
        "the nameserver answers SERVFAIL, over IPv6",
        lies(addresses={}, servfail=["{name}"]),
        etc=asks("{nameserver_6}"),
        culprit={"address": "{nameserver_6}"},
    ),
    Scenario(
        name="first-nameserver-servfails",
        about="name.nameserver-error",
        broken="the first of two nameservers answers SERVFAIL, the second helps",
        topology="lan",
        steps=(
            serve("server"),
            lies(at=("{nameserver}",), servfail=["*"]),
            dnsmasq("nameserver", _KNOWS, at=("{nameserver_b}",)),
        ),
        typed="{name}:{port}",
        etc=asks("{nameserver}", "{nameserver_b}"),
        expect=Expect(verdict="name.nameserver-error", certainty="likely", status="degraded", outcome="connected", culprit=_DOWN),
    ),
)

SCENARIOS = (*_NOT_FOUND, *_NO_ADDRESS, *_NAMESERVER_DOWN, *_NAMESERVER_ERROR)
