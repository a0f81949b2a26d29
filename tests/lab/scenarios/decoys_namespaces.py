"""Decoys: what listens on the number that was asked, in another network namespace, says itself what it is."""

from tests.lab.decoys import REDIS, SURE, decoy, odd
from tests.lab.network import HERE
from tests.lab.scenario import Expect
from tests.lab.steps import start

_DEAD, _ELSEWHERE = "server.not-listening", "server.other-namespace"
_WEB = r"answers=HTTP/1.1 400 Bad Request\r\nServer: lab\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_MAIL = r"says=220 mail.example ESMTP Postfix\r\n"
_REDIS = r"answers=-NOAUTH Authentication required.\r\n"
_ANOTHER = Expect(verdict=_DEAD, certainty=SURE, never=frozenset({_ELSEWHERE}))
"""By its own words it is not what was asked for."""

SCENARIOS = (
    decoy(
        "web-in-a-namespace-where-postgres-was-asked",
        _DEAD,
        "PostgreSQL is dead; a namespace at our cable has that number for a web server, whose program says nothing",
        odd("neighbour", _WEB),
        topology="host",
        typed="postgresql://127.0.0.1:{port}",
        port="5432",
        expect=_ANOTHER,
    ),
    decoy(
        "mail-in-a-namespace-where-a-database-was-asked",
        _DEAD,
        "MySQL is dead; a namespace at our cable has that number for a mail server, and only the port says what was meant",
        odd("neighbour", _MAIL),
        topology="host",
        typed="{client}:{port}",
        port="3306",
        expect=_ANOTHER,
    ),
    decoy(
        "redis-by-its-words-in-a-namespace",
        f"{_ELSEWHERE} {_DEAD}",
        "Redis is asked; a namespace at our cable has one, whose program nobody would know for it",
        odd("neighbour", _REDIS),
        topology="host",
        typed="redis://{client}:{port}",
        port=REDIS,
        expect=Expect(verdict=(_ELSEWHERE, _DEAD), certainty=SURE, culprit={"port": "{port}"}),
    ),
    decoy(
        "ssh-on-loopback-of-a-namespace",
        _DEAD,
        "Redis is dead; a namespace that nothing leads to has that number on its loopback, and nobody can hear what it is",
        start(
            "client",
            *("unshare", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "sh"),
            *("{python}", "-IS", str(HERE / "odd_server.py"), "127.0.0.1", "{port}", r"says=SSH-2.0-Lab\r\n"),
        ),
        topology="host",
        typed="redis://127.0.0.1:{port}",
        port=REDIS,
        expect=Expect(verdict=_DEAD, certainty=SURE, never=frozenset({_ELSEWHERE})),
    ),
)
