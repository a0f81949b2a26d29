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
