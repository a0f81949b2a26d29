"""Containers that run, and those that do not: created, exited, restarting, paused."""

from tests.lab.engines.plays import ENGINES, Contained
from tests.lab.scenario import CONTROL, HEALTHY, Expect

SERVER = "web:1 httpd -f -p 80 -h /www"
NOT_SEEN = Expect(verdict="server.not-listening", certainty=("confirmed", "likely"))

CONTAINED = (
    Contained(
        name="published-and-fine",
        about=CONTROL,
        broken="nothing: a container's port is published, and it answers",
        lines=(f"run -d --name {{name}} -p {{port}}:80 {SERVER}",),
        typed="http://127.0.0.1:{port}/",
        always=ENGINES,
        expect=HEALTHY,
    ),
    Contained(
        name="exited",
        about="server.crashed",
        truth=frozenset({"server.crashed", "server.not-listening"}),
        broken="the container that publishes the port has ended with status 3",
        lines=("run -d --name {name} -p {port}:80 web:1 sh -c 'echo shop: cannot read its settings >&2; exit 3'",),
        until={"{name}": "exited"},
        always=ENGINES,
        expect=Expect(
            verdict="server.crashed",
            culprit={"kind": "container", "container": "{name}"},
            words=("{name}", "exit status 3", "cannot read its settings"),
        ),
        nobody=NOT_SEEN,
    ),
    Contained(
        name="killed",
        about="server.crashed",
        truth=frozenset({"server.crashed", "server.not-listening"}),
        broken="the container that publishes the port was killed",
        lines=(f"run -d --name {{name}} -p {{port}}:80 {SERVER}", "kill {name}"),
        until={"{name}": "exited"},
        expect=Expect(verdict="server.crashed", culprit={"container": "{name}"}, words=("137",)),
        nobody=NOT_SEEN,
    ),
    Contained(
        name="ended-well",
        about="server.not-listening",
        broken="the container that publishes the port has done its work and ended with status 0",
        lines=("run -d --name {name} -p {port}:80 web:1 sh -c 'echo shop: all done'",),
        until={"{name}": "exited"},
        expect=Expect(verdict="server.not-listening", culprit={"container": "{name}"}, words=("{name}",)),
        nobody=NOT_SEEN,
    ),
    Contained(
        name="restarting",
        about="server.crashed",
        truth=frozenset({"server.crashed", "server.not-listening"}),
        broken="the container that publishes the port ends again and again",
        lines=("run -d --name {name} --restart always -p {port}:80 web:1 sh -c 'sleep 0.3; echo shop: no licence >&2; exit 4'",),
        until={"{name}": "restarted"},
        always=ENGINES,
        expect=Expect(
            verdict=("server.crashed", "server.flapping"),
            status=("failing", "intermittent"),
            outcome=("refused", "reset", "closed"),
            culprit={"container": "{name}"},
            words=("{name}", "no licence"),
        ),
        nobody=Expect(
            verdict=(
                *("server.not-listening", "server.flapping", "server.closes-early", "server.other-namespace"),
                *("path.local-firewall", None),
            ),
            certainty=("confirmed", "likely", "possible"),
            status=("failing", "intermittent"),
            outcome=("refused", "reset", "closed"),
        ),
    ),
    Contained(
        name="created",
        about="server.not-listening",
        broken="the container that publishes the port was created and never started",
        lines=(f"create --name {{name}} -p {{port}}:80 {SERVER}",),
        always=ENGINES,
        expect=Expect(
            verdict="server.not-listening",
            culprit={"kind": "container", "container": "{name}"},
            words=("{name}", "never started"),
        ),
        nobody=NOT_SEEN,
    ),
    Contained(
        name="paused",
        about="server.unresponsive",
        broken="the container that publishes the port is paused: its kernel accepts, and nothing answers",
        lines=(f"run -d --name {{name}} -p {{port}}:80 {SERVER}", "pause {name}"),
        typed="http://127.0.0.1:{port}/",
        always=ENGINES,
        expect=Expect(
            verdict="server.unresponsive",
            culprit={"kind": "container", "container": "{name}"},
            words=("{name}", "paused"),
            status="degraded",
            outcome="silent",
        ),
        nobody=Expect(verdict="server.unresponsive", certainty="likely", status="degraded", outcome="silent"),
    ),
    Contained(
        name="one-of-two",
        about="server.crashed",
        truth=frozenset({"server.crashed", "server.not-listening"}),
        broken="one of two like containers has ended, and the other one is well",
        lines=(
            f"run -d --name {{name}}-b -p {{other_port}}:80 {SERVER}",
            "run -d --name {name} -p {port}:80 web:1 sh -c 'exit 5'",
        ),
        until={"{name}": "exited"},
        expect=Expect(
            verdict="server.crashed", culprit={"container": "{name}"}, never=frozenset({"port.wrong-port"}), words=("status 5",)
        ),
        nobody=NOT_SEEN,
    ),
)
