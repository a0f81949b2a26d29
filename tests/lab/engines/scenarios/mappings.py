"""Containers that run, and whose port is not where the client looks: another one inside, on loopback alone, not published."""

from tests.lab.engines.plays import Contained
from tests.lab.scenario import Expect

BEHIND = frozenset({"server.wrong-mapping", "server.bound-elsewhere", "server.other-namespace", "server.not-published"})
SEEN = Expect(
    verdict=tuple(sorted(BEHIND)),
    certainty=("confirmed", "likely"),
    outcome=("refused", "reset", "closed"),
    culprit={"container": "{name}"},
)
NOT_SEEN = Expect(
    verdict=(*sorted(BEHIND), "server.not-listening", "server.closes-early", "path.local-firewall", None),
    certainty=("confirmed", "likely", "possible"),
    outcome=("refused", "reset", "closed"),
)

CONTAINED = (
    Contained(
        name="wrong-port-inside",
        about="server.wrong-mapping",
        truth=BEHIND,
        broken="the mapping leads to a port of the container where nothing listens",
        lines=("run -d --name {name} -p {port}:8080 web:1 httpd -f -p 80",),
        expect=SEEN,
        nobody=NOT_SEEN,
    ),
    Contained(
        name="on-its-own-loopback",
        about="server.wrong-mapping",
        truth=BEHIND,
        broken="the program in the container listens on 127.0.0.1 alone",
        lines=("run -d --name {name} -p {port}:80 web:1 httpd -f -p 127.0.0.1:80",),
        expect=Expect(
            verdict="server.bound-elsewhere", outcome=("refused", "reset", "closed"), words=("container {name}", "127.0.0.1:80")
        ),
        nobody=NOT_SEEN,
    ),
    Contained(
        name="not-published",
        about="server.other-namespace",
        truth=BEHIND,
        broken="the container runs and listens, and its port is not published",
        lines=("run -d --name {name} cache:1 redis-server --port {port}",),
        expect=Expect(
            verdict=tuple(sorted(BEHIND)), certainty=("confirmed", "likely"), culprit={"container": "{name}"}, words=("{name}",)
        ),
        nobody=NOT_SEEN,
    ),
)
