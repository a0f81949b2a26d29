"""The name gives an address, and not the right one: hosts, resolvers that differ, search lists, dead members, families."""

from tests.lab.resolver import asks
from tests.lab.scenario import Expect, Scenario, Step, Sure
from tests.lab.steps import dnsmasq, filters, ip, lies, serve

_V4_KNOWN = "host-record={name},{server}"
_DOWN: dict[str, str] = {"kind": "nameserver", "address": "{nameserver}"}


_LINE = "name.hosts-override"


def _hosts(
    name: str,
    broken: str,
    line: str,
    *steps: Step,
    outcome: str = "refused",
    known: str = "{server}",
    certainty: Sure = "likely",
    instead: str = "",
) -> Scenario:
    """The hosts file leads to a machine that fails, the DNS to one that connects.

    The line may be there on purpose, and the service down: so it is likely at most, and behind what is `instead` confirmed.
    """
    return Scenario(
        name=name,
        about="name.hosts-override",
        broken=broken,
        topology="lan",
        steps=(serve("server", address=known), lies(addresses={"{name}": [known]}), *steps),
        typed="{name}:{port}",
        etc=asks("{nameserver}", hosts=line),
        truth=frozenset({_LINE, instead} - {""}),
        expect=Expect(verdict=instead, outcome=outcome, alternatives=frozenset({_LINE}))
        if instead
        else Expect(
            verdict=_LINE,
            certainty=certainty,
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
    _hosts(
        "hosts-line-to-nobody",
        "an old line in hosts leads to nobody",
        "{gone} {name}\n",
        outcome="unreachable",
        instead="path.host-unreachable",
    ),
    _hosts("hosts-line-of-a-block-list", "a block list in hosts gives 0.0.0.0", "0.0.0.0 {name}\n", certainty="confirmed"),
    _hosts(
        "hosts-line-to-loopback",
        "hosts leads the machine's name to 127.0.1.1, as Debian's installer writes it, and the service is elsewhere",
        "127.0.1.1 {name} {host}\n",
        instead="server.not-listening",
    ),
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
        # The other view may differ on purpose, and the service of this one be down.
        expect=Expect(verdict="name.answers-differ", certainty="likely", outcome=outcome, culprit=_DOWN, words=(new, old)),
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
    Scenario(
        name="all-of-two-refuse",
        about="server.not-listening",
        broken="both addresses of the name refuse",
        topology="lan",
        steps=(lies(addresses={"{name}": ["{server}", "{server_b}"]}),),
        typed="{name}:{port}",
        etc=asks("{nameserver}"),
        expect=Expect(verdict="server.not-listening", certainty="likely", never=frozenset({"name.dead-address"})),
    ),
    Scenario(
        name="alias-to-a-closed-port",
        about="server.not-listening",
        broken="an alias leads to a machine where nothing listens",
        topology="lan",
        steps=(lies(addresses={"a.{other_zone}": ["{server}"]}, aliases={"{name}": "a.{other_zone}"}),),
        typed="{name}:{port}",
        etc=asks("{nameserver}", search="{zone}"),
        expect=Expect(verdict="server.not-listening", certainty="likely", never=frozenset({"name.search-domain"})),
    ),
    Scenario(
        name="both-views-are-closed",
        about="server.not-listening",
        broken="two nameservers differ, and what each gives refuses",
        topology="lan",
        steps=(
            lies(at=("{nameserver}",), addresses={"{name}": ["{server}"]}),
            lies(at=("{nameserver_b}",), addresses={"{name}": ["{server_b}"]}),
        ),
        typed="{name}:{port}",
        etc=asks("{nameserver}", "{nameserver_b}"),
        expect=Expect(verdict="server.not-listening", certainty="likely", never=frozenset({"name.answers-differ"})),
    ),
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
        # Only root can see that no rule of this machine rejects the one family.
        nobody=Expect(
            verdict="name.family-mismatch", certainty="likely", status="degraded", outcome="connected", culprit={"address": bad}
        ),
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
        name="v4-name-and-no-v4-here",
        about="path.no-route",
        broken="the name has IPv4 alone, and this machine has IPv6 alone",
        topology="lan",
        steps=(serve("server"), lies(addresses={"{name}": ["{server}"]}), ip("client", "-4 address flush dev eth0")),
        typed="{name}:{port}",
        etc=asks("{nameserver_6}"),
        expect=Expect(
            verdict=("path.no-route", "name.no-address"), outcome=("blocked", "name-error"), never=frozenset({"name.not-found"})
        ),
    ),
    Scenario(
        name="localhost-is-both-and-nothing-listens-on-v4",
        about="name.family-mismatch",
        broken="localhost is 127.0.0.1 as well, and the service listens on ::1",
        topology="host",
        steps=(serve("client", address="::1"),),
        typed="localhost:{port}",
        expect=Expect(verdict="name.family-mismatch", status="degraded", outcome="connected", culprit={"address": "127.0.0.1"}),
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

SCENARIOS = (*_HOSTS, *_DIFFER, *_SEARCH, *_DEAD, *_FAMILY)
