"""This machine, or this program, can't connect: what is wrong is on the client's own side."""

from tests.lab.scenario import QUICK, Expect, Scenario
from tests.lab.steps import serve

SCENARIOS = (
    Scenario(
        name="source-not-here",
        about="client.bad-source",
        broken="the source address that is asked for is not on this machine",
        steps=(serve("server"),),
        arguments=(*QUICK, "--source", "{gone}"),
        expect=Expect(verdict="client.bad-source", outcome="blocked"),
    ),
)
