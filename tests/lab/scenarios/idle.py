"""Connections that are held idle: a router that forgets them, a service that closes them by itself, and one that does not."""

from tests.lab.decoys import odd
from tests.lab.scenario import CONTROL, HEALTHY, Expect, Scenario, Step
from tests.lab.steps import filters, serve, sysctl

_HELD = ("--attempts", "1", "--idle", "4")
_CAUSE = frozenset({"path.idle-timeout"})


def _forgets(role: str, hook: str, verdict: str) -> tuple[Step, ...]:
    """A stateful packet filter that forgets after two seconds, and then knows the connection's packets no more."""
    return (
        filters(role, hook, f"ct state invalid {verdict}"),
        sysctl(role, "net.netfilter.nf_conntrack_tcp_timeout_established=2", "net.netfilter.nf_conntrack_tcp_loose=0"),
    )


SCENARIOS = (
    Scenario(
        name="router-forgets-idle-connections",
        about="path.idle-timeout",
        broken="a router forgets a connection after two seconds of silence, and drops what it does not know",
        steps=(serve("server", "greet"), *_forgets("router1", "forward", "drop")),
        arguments=_HELD,
        expect=Expect(verdict="path.idle-timeout", status="degraded", outcome="connected", words=("4 s", "without a word")),
    ),
    Scenario(
        name="router-forgets-idle-connections-and-resets",
        about="path.idle-timeout",
        broken="the same, and it answers with a reset",
        steps=(serve("server", "greet"), *_forgets("router1", "forward", "reject with tcp reset")),
        arguments=_HELD,
        expect=Expect(verdict="path.idle-timeout", status="degraded", outcome="connected", words=("reset",)),
    ),
    Scenario(
        name="nobody-asked-about-idle-connections",
        about="path.idle-timeout",
        truth=frozenset({"path.idle-timeout"}),
        broken="the same router, and nobody asked about idle connections: nothing is wrong so far",
        steps=(serve("server", "greet"), *_forgets("router1", "forward", "drop")),
        expect=HEALTHY,
    ),
    Scenario(
        name="service-closes-idle-connections-itself",
        about=CONTROL,
        broken="nothing of the path: the service closes what is silent for two seconds",
        steps=(odd("server", r"idles=220 lab ready\r\n"),),
        arguments=_HELD,
        expect=HEALTHY,
    ),
    Scenario(
        name="idle-connections-stay",
        about=CONTROL,
        broken="nothing: a stateful router remembers for days",
        steps=(serve("server", "greet"), filters("router1", "forward", "ct state invalid drop")),
        arguments=_HELD,
        expect=HEALTHY,
    ),
)
