"""Nothing is wrong, in many forms: none may be called a fault."""

from tests.lab.scenario import CONTROL, HEALTHY, Scenario
from tests.lab.steps import serve

SCENARIOS = (
    Scenario(name="healthy", about=CONTROL, broken="nothing", steps=(serve("server"),), expect=HEALTHY),
    Scenario(
        name="healthy-v6",
        about=CONTROL,
        broken="nothing, over IPv6",
        steps=(serve("server", "greet"),),
        typed="[{server_6}]:{port}",
        expect=HEALTHY,
    ),
    Scenario(
        name="healthy-on-a-lan",
        about=CONTROL,
        broken="nothing, on one link",
        topology="lan",
        steps=(serve("server", "greet", address="{server_b}"),),
        typed="{server_b}:{port}",
        expect=HEALTHY,
    ),
    Scenario(
        name="healthy-on-one-host",
        about=CONTROL,
        broken="nothing, on this machine",
        topology="host",
        steps=(serve("client", address="{client}"),),
        typed="{client}:{port}",
        expect=HEALTHY,
    ),
)
