"""This machine's own packet filter."""

from tests.lab.scenario import Expect, Scenario
from tests.lab.steps import filters, serve

SCENARIOS = (
    Scenario(
        name="rejected-here",
        about="path.local-firewall",
        broken="this machine's own filter rejects the port on its way out",
        steps=(serve("server"), filters("client", "output", "tcp dport {port} reject")),
        expect=Expect(verdict="path.local-firewall", never=frozenset({"path.rejected", "server.not-listening"})),
    ),
    Scenario(
        name="dropped-here",
        about="path.local-firewall",
        broken="this machine's own filter drops the port on its way out",
        steps=(serve("server"), filters("client", "output", "tcp dport {port} drop")),
        expect=Expect(
            verdict="path.local-firewall",
            certainty=("likely", "confirmed"),
            outcome="timeout",
            never=frozenset({"path.filtered", "server.down"}),
        ),
        nobody=Expect(verdict="path.local-firewall", certainty="likely", outcome="timeout"),
    ),
)
