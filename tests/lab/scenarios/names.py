"""The name does not lead to the right machine: every cause of the group, in several disguises, with its look-alikes."""

from tests.lab.scenario import Expect, Scenario, Step, Sure
from tests.lab.steps import dnsmasq, filters, ip, lies, serve

_FAST = "options timeout:2 attempts:1"
"""A resolver's own patience is 5 s twice; a play need not wait for it, and a loaded machine may need more than 1 s."""
_KNOWS = "host-record={name},{server},{server_6}"
_V4_KNOWN = "host-record={name},{server}"
_SILENT = "meta l4proto { tcp, udp } th dport 53 drop"
_REJECTED = "meta l4proto { tcp, udp } th dport 53 reject"
_LOCALHOST = "127.0.0.1 localhost\n::1 localhost\n"


def asks(*servers: str, search: str = "", options: str = "", nsswitch: str = "files dns", hosts: str = "") -> dict[str, str]:
    """Files of a client that asks these nameservers; `hosts` are lines besides localhost's."""
    lines = [f"nameserver {one}" for one in servers] + ([f"search {search}"] if search else [])
    return {
        "resolv.conf": "\n".join([*lines, f"{_FAST} {options}".strip()]) + "\n",
        "nsswitch.conf": f"passwd: files\nhosts: {nsswitch}\n",
        "hosts": _LOCALHOST + hosts,
    }


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


_NOT_FOUND = (
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


def _hosts(name: str, broken: str, line: str, *steps: Step, outcome: str = "refused", known: str = "{server}") -> Scenario:
    """The hosts file leads to a machine that fails, the DNS to one that connects."""
    return Scenario(
        name=name,
        about="name.hosts-override",
        broken=broken,
        topology="lan",
        steps=(serve("server", address=known), lies(addresses={"{name}": [known]}), *steps),
        typed="{name}:{port}",
        etc=asks("{nameserver}", hosts=line),
        expect=Expect(
            verdict="name.hosts-override",
            outcome=outcome,
            culprit={"kind": "file", "path": "/etc/hosts", "line": "3"},
            words=(known,),
        ),
    )


_HOSTS = (
    _hosts("hosts-line-of-old", "an old line in hosts, and another address in the DNS", "{server_b} {name} # since 2019\n"),
    _hosts("hosts-line-of-old-v6", "an old line in hosts, over IPv6", "{server_b_6} {name}\n", known="{server_6}"),
    _hosts(
        "hosts-line-to-a-silent-machine",
        "an old line in hosts leads to an address that stays silent",
        "{server_b} {host} {name}\n",
        filters("server", "input", "ip daddr {server_b} drop"),
        outcome="timeout",
    ),
    _hosts("hosts-line-to-nobody", "an old line in hosts leads to nobody", "{gone} {name}\n", outcome="unreachable"),
    _hosts("hosts-line-of-a-block-list", "a block list in hosts gives 0.0.0.0", "0.0.0.0 {name}\n"),
    Scenario(
        name="hosts-line-agrees",
        about="server.not-listening",
        broken="nothing listens; the hosts file says what the DNS says",
        topology="lan",
        steps=(lies(addresses={"{name}": ["{server}"]}),),
        typed="{name}:{port}",
        etc=asks("{nameserver}", hosts="{server} {name}\n"),
        expect=Expect(verdict="server.not-listening", certainty="likely", never=frozenset({"name.hosts-override"})),
    ),
    Scenario(
        name="hosts-line-and-both-are-closed",
        about="server.not-listening",
        broken="nothing listens, neither where hosts leads nor where the DNS leads",
        topology="lan",
        steps=(lies(addresses={"{name}": ["{server}"]}),),
        typed="{name}:{port}",
        etc=asks("{nameserver}", hosts="{server_b} {name}\n"),
        expect=Expect(
            verdict=("server.not-listening", "name.hosts-override"),
            certainty=("likely", "possible"),
        ),
    ),
)


def _differs(name: str, broken: str, old: str, new: str, *, outcome: str = "refused", steps: tuple[Step, ...] = ()) -> Scenario:
    """The first nameserver gives an address that fails, the second one that connects."""
    return Scenario(
        name=name,
        about="name.answers-differ",
        broken=broken,
        topology="lan",
        steps=(
            serve("server", address=new),
            lies(at=("{nameserver}",), addresses={"{name}": [old]}),
            lies(at=("{nameserver_b}",), addresses={"{name}": [new]}),
            *steps,
        ),
        typed="{name}:{port}",
        etc=asks("{nameserver}", "{nameserver_b}"),
        expect=Expect(verdict="name.answers-differ", outcome=outcome, culprit=_DOWN, words=(new, old)),
    )


_DIFFER = (
    _differs("stale-record", "the first nameserver has an old record", "{server_b}", "{server}"),
    _differs("stale-record-v6", "the first nameserver has an old AAAA record", "{server_b_6}", "{server_6}"),
    _differs(
        "stale-record-to-silence",
        "the first nameserver has an old record, and that address is silent",
        "{server_b}",
        "{server}",
        outcome="timeout",
        steps=(filters("server", "input", "ip daddr {server_b} drop"),),
    ),
    Scenario(
        name="one-nameserver-denies",
        about="name.answers-differ",
        broken="the first nameserver says NXDOMAIN, the second knows the name",
        topology="lan",
        steps=(
            serve("server"),
            lies(at=("{nameserver}",)),
            lies(at=("{nameserver_b}",), addresses={"{name}": ["{server}"]}),
        ),
        typed="{name}:{port}",
        etc=asks("{nameserver}", "{nameserver_b}"),
        expect=Expect(verdict="name.answers-differ", outcome="name-error", culprit=_DOWN, never=frozenset({"name.not-found"})),
    ),
    Scenario(
        name="inner-and-outer-view",
        about="name.answers-differ",
        broken="split horizon: a nameserver given by --nameserver knows the inner address",
        topology="lan",
        steps=(
            serve("server", address="{server}"),
            lies(at=("{nameserver}",), addresses={"{name}": ["{server_b}"]}),
            dnsmasq("nameserver", _V4_KNOWN, at=("{nameserver_b}",)),
        ),
        typed="{name}:{port}",
        arguments=("--attempts", "2", "--delay", "0.5", "--nameserver", "{nameserver_b}"),
        etc=asks("{nameserver}"),
        expect=Expect(verdict="name.answers-differ", culprit=_DOWN),
    ),
)

_SEARCH = (
    Scenario(
        name="search-list-with-a-wildcard",
        about="name.search-domain",
        broken="ndots:5 completes a full name, and the search domain answers for every name",
        topology="lan",
        steps=(
            serve("server", address="{server}"),
            dnsmasq(
                "nameserver", "address=/{zone}/{server_b}", "local=/{other_zone}/", "host-record={host}.{other_zone},{server}"
            ),
        ),
        typed="{host}.{other_zone}:{port}",
        etc=asks("{nameserver}", search="{zone}", options="ndots:5"),
        expect=Expect(
            verdict="name.search-domain",
            culprit={"kind": "name", "name": "{host}.{other_zone}.{zone}"},
            words=("{server}", "{server_b}"),
        ),
    ),
    Scenario(
        name="short-name-and-a-wildcard",
        about="name.search-domain",
        broken="a short name, completed by a domain that answers for every name",
        topology="lan",
        steps=(serve("server", address="{server}"), dnsmasq("nameserver", "address=/{zone}/{server_b}", "domain-needed")),
        typed="{host}:{port}",
        etc=asks("{nameserver}", search="{zone}"),
        expect=Expect(verdict="name.search-domain", certainty="likely", culprit={"name": "{name}"}),
    ),
    Scenario(
        name="short-name-and-a-namesake",
        about="name.search-domain",
        broken="a short name: the first search domain has a namesake of what was meant",
        topology="lan",
        steps=(
            serve("server", address="{server}"),
            lies(addresses={"{host}.{other_zone}": ["{server_b}"], "{name}": ["{server}"]}),
        ),
        typed="{host}:{port}",
        etc=asks("{nameserver}", search="{other_zone} {zone}"),
        expect=Expect(verdict="name.search-domain", certainty="likely", culprit={"name": "{host}.{other_zone}"}),
    ),
    Scenario(
        name="short-name-rightly-completed",
        about="server.not-listening",
        broken="nothing listens; a short name was completed as it should be",
        topology="lan",
        steps=(dnsmasq("nameserver", "local=/{zone}/", "domain-needed", _V4_KNOWN),),
        typed="{host}:{port}",
        etc=asks("{nameserver}", search="{zone}"),
        expect=Expect(verdict="server.not-listening", certainty="likely", never=frozenset({"name.search-domain"})),
    ),
)


def _dead(
    name: str, broken: str, addresses: list[str], alive: str, dead: str, *steps: Step, about: str = "name.dead-address"
) -> Scenario:
    return Scenario(
        name=name,
        about=about,
        broken=broken,
        topology="lan",
        steps=(serve("server", address=alive), lies(addresses={"{name}": addresses}), *steps),
        typed="{name}:{port}",
        etc=asks("{nameserver}"),
        expect=Expect(verdict=about, status="degraded", outcome="connected", culprit={"address": dead}, words=(dead,)),
    )


_MANY = [f"{{many_{number}}}" for number in range(1, 21)]
_DEAD = (
    _dead("one-of-two-refuses", "one of two addresses refuses", ["{server}", "{server_b}"], "{server}", "{server_b}"),
    _dead("one-of-two-refuses-v6", "one of two, over IPv6", ["{server_6}", "{server_b_6}"], "{server_6}", "{server_b_6}"),
    _dead("one-of-two-is-nobodys", "one of two addresses is nobody's", ["{gone}", "{server}"], "{server}", "{gone}"),
    _dead(
        "one-of-two-is-silent",
        "one of two addresses is silent",
        ["{server}", "{server_b}"],
        "{server}",
        "{server_b}",
        filters("server", "input", "ip daddr {server_b} drop"),
    ),
    _dead(
        "one-of-twenty-refuses",
        "one of twenty addresses refuses",
        [*_MANY[:7], "{server_b}", *_MANY[7:19]],
        "0.0.0.0",
        "{server_b}",
        *(ip("server", f"address add {one}/24 dev eth0") for one in _MANY),
        filters("server", "input", "ip daddr {server_b} tcp dport {port} reject with tcp reset"),
    ),
    Scenario(
        name="one-of-two-in-hosts",
        about="name.dead-address",
        broken="two lines in hosts, and one of the addresses refuses",
        topology="lan",
        steps=(serve("server", address="{server_b}"),),
        typed="{name}:{port}",
        etc=asks("{nameserver}", nsswitch="files", hosts="{server} {name}\n{server_b} {name}\n"),
        expect=Expect(verdict="name.dead-address", status="degraded", outcome="connected", culprit={"address": "{server}"}),
    ),
)


def _family(name: str, broken: str, serves: str, bad: str, hosts: str = "{server} {name}\n{server_6} {name}\n") -> Scenario:
    return Scenario(
        name=name,
        about="name.family-mismatch",
        broken=broken,
        topology="lan",
        steps=(serve("server", address=serves),),
        typed="{name}:{port}",
        etc=asks("{nameserver}", nsswitch="files", hosts=hosts),
        expect=Expect(verdict="name.family-mismatch", status="degraded", outcome="connected", culprit={"address": bad}),
    )


_FAMILY = (
    _family("aaaa-for-a-v4-service", "the name has both families, the service has IPv4 alone", "{server}", "{server_6}"),
    _family("a-for-a-v6-service", "the name has both families, the service has IPv6 alone", "{server_6}", "{server}"),
    Scenario(
        name="localhost-is-both",
        about="name.family-mismatch",
        broken="localhost is ::1 as well, and the service listens on 127.0.0.1",
        topology="host",
        steps=(serve("client", address="127.0.0.1"),),
        typed="localhost:{port}",
        expect=Expect(verdict="name.family-mismatch", status="degraded", outcome="connected", culprit={"address": "::1"}),
    ),
    Scenario(
        name="localhost-is-v6-alone",
        about="name.family-mismatch",
        broken="localhost is ::1 alone, and the service listens on 127.0.0.1",
        topology="host",
        steps=(serve("client", address="127.0.0.1"),),
        typed="localhost:{port}",
        etc={"hosts": "::1 localhost\n"},
        expect=Expect(verdict="name.family-mismatch", culprit={"address": "::1"}, words=("127.0.0.1",)),
    ),
    Scenario(
        name="localhost-is-v4-alone",
        about="name.family-mismatch",
        broken="localhost is 127.0.0.1 alone, and the service listens on ::1",
        topology="host",
        steps=(serve("client", address="::1"),),
        typed="localhost:{port}",
        etc={"hosts": "127.0.0.1 localhost\n"},
        expect=Expect(verdict="name.family-mismatch", culprit={"address": "127.0.0.1"}, words=("::1",)),
    ),
    Scenario(
        name="v6-is-filtered",
        about="name.family-mismatch",
        broken="the name has both families, and the server's filter drops IPv6",
        topology="lan",
        steps=(
            serve("server"),
            lies(addresses={"{name}": ["{server}", "{server_6}"]}),
            filters("server", "input", "meta nfproto ipv6 tcp dport {port} drop"),
        ),
        typed="{name}:{port}",
        etc=asks("{nameserver}"),
        expect=Expect(
            verdict=("name.family-mismatch", "path.filtered"), certainty="likely", status="degraded", outcome="connected"
        ),
    ),
)

SCENARIOS = (
    *_NOT_FOUND,
    *_NO_ADDRESS,
    *_NAMESERVER_DOWN,
    *_NAMESERVER_ERROR,
    *_HOSTS,
    *_DIFFER,
    *_SEARCH,
    *_DEAD,
    *_FAMILY,
)
