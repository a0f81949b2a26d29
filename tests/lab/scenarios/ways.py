"""Where a way ends: loops, silence at each place, dead machines, and rejections that their senders limit."""

from tests.lab.bench import Bench
from tests.lab.scenario import CONTROL, HEALTHY, Expect, Scenario
from tests.lab.steps import filters, ip, serve

_DROP, _REJECT = "tcp dport {port} drop", "tcp dport {port} reject"
_V6 = "[{server_6}]:{port}"
_NO_EXPIRY = "icmp type time-exceeded drop", "icmpv6 type time-exceeded drop"
_FILTERED = Expect(verdict="path.filtered", certainty="likely", outcome="timeout", never=frozenset({"server.down"}))
_LOOP = Expect(verdict="path.routing-loop", outcome="unreachable")
_ONE = ("--attempts", "1")


def _out_of_reach(sender: str) -> Expect:
    return Expect(verdict="path.host-unreachable", outcome="unreachable", culprit={"address": sender}, words=(sender,))


def _spent(bench: Bench) -> None:
    """router1 has just spent the ICMP errors that it allows the client (Linux: six, then one a second)."""
    for address in (bench.values["server"], bench.values["server_6"]):
        bench["client"].run("ping", "-n", "-q", "-c", "30", "-i", "0.01", "-t", "1", "-W", "0.1", address, check=False)


SCENARIOS = (
    Scenario(
        name="loop-between-routers",
        about="path.routing-loop",
        broken="router2 sends what is for the server's network back to router1",
        steps=(ip("router2", "route add {away}/32 via {router1_far}"),),
        typed="{away}:{port}",
        expect=_LOOP,
    ),
    Scenario(
        name="loop-between-routers-v6",
        about="path.routing-loop",
        broken="the same over IPv6",
        steps=(ip("router2", "route add {away_6}/128 via {router1_far_6}"),),
        typed="[{away_6}]:{port}",
        expect=_LOOP,
    ),
    Scenario(
        name="loop-with-one-attempt",
        about="path.routing-loop",
        broken="the loop, tried once",
        steps=(ip("router2", "route add {away}/32 via {router1_far}"),),
        typed="{away}:{port}",
        arguments=_ONE,
        expect=_LOOP,
    ),
    Scenario(
        name="dropped-by-first-router",
        about="path.filtered",
        broken="router1 drops the port",
        steps=(serve("server"), filters("router1", "forward", _DROP)),
        expect=_FILTERED,
    ),
    Scenario(
        name="dropped-by-last-router-v6",
        about="path.filtered",
        broken="router2 drops the port, over IPv6",
        steps=(serve("server"), filters("router2", "forward", _DROP)),
        typed=_V6,
        expect=_FILTERED,
    ),
    Scenario(
        name="dropped-with-one-attempt",
        about="path.filtered",
        broken="the server drops the port, tried once",
        steps=(serve("server"), filters("server", "input", _DROP)),
        arguments=_ONE,
        expect=_FILTERED,
    ),
    Scenario(
        name="dropped-behind-routers-that-say-nothing",
        about="path.filtered",
        broken="the server drops the port, and no router reports an expired packet",
        steps=(
            serve("server"),
            filters("server", "input", _DROP),
            filters("router1", "output", *_NO_EXPIRY),
            filters("router2", "output", *_NO_EXPIRY),
        ),
        expect=_FILTERED,
    ),
    Scenario(
        name="nobody-behind-the-router-v6",
        about="path.host-unreachable",
        broken="nobody has this address of the server's link, over IPv6",
        typed="[{away_6}]:{port}",
        expect=_out_of_reach("{router2_6}"),
    ),
    Scenario(
        name="nobody-behind-the-router-with-one-attempt",
        about="path.host-unreachable",
        broken="nobody has this address of the server's link, tried once: the checks beside the attempt take no error from it",
        typed="{away}:{port}",
        arguments=_ONE,
        expect=_out_of_reach("{router2}"),
    ),
    Scenario(
        name="gateway-is-gone",
        about="path.host-unreachable",
        broken="the client's gateway is an address that nobody has",
        steps=(ip("client", "route replace default via {gone}"),),
        expect=Expect(verdict="path.host-unreachable", outcome="unreachable", culprit={"address": "{gone}"}),
    ),
    Scenario(
        name="rejected-by-last-router-with-one-attempt",
        about="path.rejected",
        broken="router2 rejects the port, tried once",
        steps=(serve("server"), filters("router2", "forward", _REJECT)),
        arguments=_ONE,
        expect=Expect(verdict="path.rejected", culprit={"address": "{router2}"}),
    ),
    Scenario(
        name="rejected-by-a-router-over-its-limit",
        about="path.rejected",
        broken="router1 rejects the port, and has just spent the errors that it allows this client",
        steps=(serve("server"), filters("router1", "forward", _REJECT), _spent),
        expect=Expect(verdict="path.rejected", outcome=("refused", "timeout"), culprit={"address": "{router1}"}),
    ),
    Scenario(
        name="rejected-by-a-router-over-its-limit-v6",
        about="path.rejected",
        broken="the same over IPv6, tried once",
        steps=(serve("server"), filters("router1", "forward", _REJECT), _spent),
        typed=_V6,
        arguments=_ONE,
        expect=Expect(verdict="path.rejected", outcome=("refused", "timeout"), culprit={"address": "{router1_6}"}),
    ),
    Scenario(
        name="first-packet-lost",
        about=CONTROL,
        broken="nothing lasting: the server's filter loses every second SYN, so each attempt connects to its second",
        steps=(serve("server"), filters("server", "input", "tcp dport {port} tcp flags syn numgen inc mod 2 0 drop")),
        arguments=_ONE,
        expect=HEALTHY,
    ),
)
