"""A proxy between the program and the target: dead, alive, and exempted by each form of NO_PROXY that most programs read."""

from tests.lab.scenario import HEALTHY, Expect, Scenario
from tests.lab.steps import serve

CAUSE = "path.proxy"
_VALUES = {"port": "8080", "other_port": "3128"}
_DEAD = {"http_proxy": "http://{client}:{other_port}"}

SCENARIOS = (
    Scenario(
        name="dead-proxy-beside-a-healthy-service",
        about=CAUSE,
        broken="http_proxy names a port of this machine where nothing listens",
        steps=(serve("server"),),
        typed="http://{server}:{port}",
        values=_VALUES,
        environment=_DEAD,
        expect=Expect(
            verdict=CAUSE,
            status="degraded",
            outcome="connected",
            culprit={"kind": "proxy", "variable": "http_proxy"},
            words=("curl", "{other_port}"),
        ),
    ),
    Scenario(
        name="living-proxy-beside-a-healthy-service",
        about="control",
        broken="nothing: the proxy that http_proxy names is there",
        steps=(serve("server"), serve("client", port="{other_port}")),
        typed="http://{server}:{port}",
        values=_VALUES,
        environment=_DEAD,
        expect=HEALTHY,
    ),
    *(
        Scenario(
            name=f"dead-proxy-exempted-by-{form}",
            about="control",
            broken=f"nothing: the proxy is dead, and {entry} in NO_PROXY exempts the target for every program",
            steps=(serve("server"),),
            typed="http://{server}:{port}",
            values=_VALUES,
            environment=_DEAD | {"no_proxy": entry, "NO_PROXY": entry},
            expect=HEALTHY,
        )
        for form, entry in (("address", "{server}"), ("address-in-a-list", "localhost, {server},x"))
    ),
    Scenario(
        name="dead-proxy-exempted-for-some-programs",
        about=CAUSE,
        broken="the proxy is dead, and a network in NO_PROXY exempts the target for those that read networks",
        steps=(serve("server"),),
        typed="http://{server}:{port}",
        values=_VALUES,
        environment=_DEAD | {"no_proxy": "{server}/32"},
        expect=Expect(verdict=CAUSE, certainty="likely", status="degraded", outcome="connected", words=("Python", "directly")),
    ),
    Scenario(
        name="upper-case-http-proxy-is-not-for-curl",
        about=CAUSE,
        broken="HTTP_PROXY names a dead proxy, which curl and wget do not read",
        steps=(serve("server"),),
        typed="http://{server}:{port}",
        values=_VALUES,
        environment={"HTTP_PROXY": "http://{client}:{other_port}"},
        expect=Expect(verdict=CAUSE, status="degraded", outcome="connected", words=("curl, wget and git go directly",)),
    ),
    Scenario(
        name="proxy-of-another-scheme",
        about="control",
        broken="nothing: https_proxy does not concern plain HTTP",
        steps=(serve("server"),),
        typed="http://{server}:{port}",
        values=_VALUES,
        environment={"https_proxy": "http://{client}:{other_port}"},
        expect=HEALTHY,
    ),
)
