"""Something on the way says no, or nothing: routes, neighbours, filters in between."""

from tests.lab.scenario import Expect, Scenario
from tests.lab.steps import filters, ip, serve


def _blocked(cause: str, **culprit: str) -> Expect:
    return Expect(verdict=cause, outcome="blocked", culprit=culprit)


_REJECT, _DROP = "tcp dport {port} reject", "tcp dport {port} drop"

SCENARIOS = (
    Scenario(
        name="rejected-by-router",
        about="path.rejected",
        broken="router1 rejects the port",
        steps=(serve("server"), filters("router1", "forward", _REJECT)),
        expect=Expect(verdict="path.rejected", culprit={"kind": "address", "address": "{router1}"}, words=("{router1}",)),
    ),
    Scenario(
        name="prohibited-by-router-v6",
        about="path.rejected",
        broken="router2 prohibits the port, over IPv6",
        steps=(serve("server"), filters("router2", "forward", f"{_REJECT} with icmpx admin-prohibited")),
        typed="[{server_6}]:{port}",
        expect=Expect(verdict="path.rejected", outcome="rejected", culprit={"address": "{router2_6}"}),
    ),
    Scenario(
        name="rejected-by-server",
        about="path.rejected",
        broken="the server's own filter rejects the port with ICMP",
        steps=(serve("server"), filters("server", "input", _REJECT)),
        expect=Expect(verdict="path.rejected", culprit={"address": "{server}"}),
    ),
    Scenario(
        name="dropped-by-server",
        about="path.filtered",
        broken="the server's filter drops the port and nothing else",
        steps=(serve("server"), filters("server", "input", _DROP)),
        expect=Expect(verdict="path.filtered", certainty="likely", outcome="timeout", never=frozenset({"server.down"})),
    ),
    Scenario(
        name="rejected-by-router-v6",
        about="path.rejected",
        broken="router1 rejects the port, over IPv6",
        steps=(serve("server"), filters("router1", "forward", _REJECT)),
        typed="[{server_6}]:{port}",
        expect=Expect(verdict="path.rejected", culprit={"address": "{router1_6}"}),
    ),
    Scenario(
        name="host-prohibited-by-router",
        about="path.rejected",
        broken="router2 prohibits the host (ICMP 3/10), which the errno calls unreachable",
        steps=(serve("server"), filters("router2", "forward", f"{_REJECT} with icmp host-prohibited")),
        expect=Expect(
            verdict="path.rejected",
            outcome="rejected",
            culprit={"address": "{router2}"},
            never=frozenset({"path.host-unreachable", "server.down"}),
        ),
    ),
    Scenario(
        name="dropped-by-router",
        about="path.filtered",
        broken="router1 drops the port and nothing else",
        steps=(serve("server"), filters("router1", "forward", _DROP)),
        expect=Expect(verdict="path.filtered", certainty="likely", outcome="timeout", never=frozenset({"server.down"})),
    ),
    Scenario(
        name="dropped-by-server-v6",
        about="path.filtered",
        broken="the server's filter drops the port, over IPv6",
        steps=(serve("server"), filters("server", "input", _DROP)),
        typed="[{server_6}]:{port}",
        expect=Expect(verdict="path.filtered", certainty="likely", outcome="timeout", never=frozenset({"server.down"})),
    ),
    Scenario(
        name="everything-dropped-by-server",
        about="path.filtered",
        broken="the server's filter drops every TCP port, and ping is answered",
        steps=(serve("server"), filters("server", "input", "meta l4proto tcp drop")),
        expect=Expect(verdict="path.filtered", certainty="likely", outcome="timeout", never=frozenset({"server.down"})),
    ),
    Scenario(
        name="everything-dropped-behind-the-routers",
        about="server.down",
        broken="the server drops all that comes, or is off: from here that can't be told apart",
        steps=(filters("server", "input", "drop"),),
        expect=Expect(verdict=("server.down", "path.filtered"), certainty=("likely", "possible"), outcome="timeout"),
    ),
    Scenario(
        name="routing-loop",
        about="path.routing-loop",
        broken="two routers send the packets to each other",
        steps=(ip("router2", "route add {nowhere}/32 via {router1_far}"), ip("router1", "route add {nowhere}/32 via {router2}")),
        typed="{nowhere}:{port}",
        expect=Expect(verdict="path.routing-loop", outcome="unreachable"),
    ),
    Scenario(
        name="routing-loop-v6",
        about="path.routing-loop",
        broken="two routers send the packets to each other, over IPv6",
        steps=(
            ip("router2", "route add {nowhere_6}/128 via {router1_far_6}"),
            ip("router1", "route add {nowhere_6}/128 via {router2_6}"),
        ),
        typed="[{nowhere_6}]:{port}",
        expect=Expect(verdict="path.routing-loop", outcome="unreachable"),
    ),
    Scenario(
        name="router-without-a-route-v6",
        about="path.host-unreachable",
        broken="router1 knows no way to the network, over IPv6",
        typed="[{nowhere_6}]:{port}",
        expect=Expect(verdict="path.host-unreachable", outcome="unreachable", culprit={"address": "{router1_6}"}),
    ),
    Scenario(
        name="no-route-v6",
        about="path.no-route",
        broken="the client has no IPv6 route there",
        steps=(serve("server"), ip("client", "-6 route del default")),
        typed="[{server_6}]:{port}",
        expect=_blocked("path.no-route"),
    ),
    Scenario(
        name="no-route-on-a-lan",
        about="path.no-route",
        broken="a machine of another network, and this one has no gateway",
        topology="lan",
        typed="{nowhere}:{port}",
        expect=_blocked("path.no-route"),
    ),
    Scenario(
        name="no-route-for-any-address-of-the-name",
        about="path.no-route",
        broken="a name with both families, and a route to neither",
        topology="lan",
        typed="{name}:{port}",
        etc={"hosts": "{nowhere} {name}\n{nowhere_6} {name}\n", "nsswitch.conf": "hosts: files\n"},
        expect=_blocked("path.no-route"),
    ),
    Scenario(
        name="route-throw",
        about="path.no-route",
        broken="a throw route in the only table",
        steps=(serve("server"), ip("client", "route add throw {server}/32"), ip("client", "route del default")),
        expect=Expect(verdict=("path.no-route", "path.route-rejects"), outcome="blocked"),
    ),
    Scenario(
        name="rule-prohibits",
        about="path.route-rejects",
        broken="a policy rule (ip rule) prohibits the destination, and no route does",
        steps=(serve("server"), ip("client", "rule add to {server}/32 prohibit")),
        expect=Expect(
            verdict="path.route-rejects",
            certainty=("confirmed", "likely"),
            outcome="blocked",
            never=frozenset({"path.no-route", "client.blocked"}),
        ),
    ),
    Scenario(
        name="route-unreachable-v6",
        about="path.route-rejects",
        broken="an unreachable route on the client, over IPv6",
        steps=(serve("server"), ip("client", "route add unreachable {server_6}/128")),
        typed="[{server_6}]:{port}",
        expect=_blocked("path.route-rejects", kind="route"),
    ),
    Scenario(
        name="no-route",
        about="path.no-route",
        broken="the client has no default route",
        steps=(serve("server"), ip("client", "route del default")),
        expect=_blocked("path.no-route"),
    ),
    *(
        Scenario(
            name=f"route-{kind}",
            about="path.route-rejects",
            broken=f"a route of type {kind} on the client",
            steps=(serve("server"), ip("client", f"route add {kind} {{server}}/32")),
            expect=_blocked("path.route-rejects", kind="route"),
        )
        for kind in ("unreachable", "prohibit", "blackhole")
    ),
    Scenario(
        name="nobody-on-the-link",
        about="path.host-unreachable",
        broken="nobody has this address of the client's own link",
        typed="{gone}:{port}",
        expect=Expect(verdict="path.host-unreachable", outcome="unreachable"),
    ),
    Scenario(
        name="nobody-behind-the-router",
        about="path.host-unreachable",
        broken="nobody has this address of the server's link",
        typed="{away}:{port}",
        expect=Expect(verdict="path.host-unreachable", outcome="unreachable"),
    ),
)
