"""What to look at where a server turns a client away in words of its own: those that each program has in its source."""

import pytest

from tui.diagnosis.causes import hypotheses
from tui.diagnosis.ranking import judged
from tui.model.case import Case
from tui.model.facts import Outcome, TcpAttempt
from tui.model.target import parse_target

TURNS_AWAY = next(one for one in hypotheses() if one.id == "server.turns-away")
ITS_LOG = "Read what it logs at the moment of an attempt."


@pytest.mark.parametrize(
    ("words", "named", "commands"),
    [
        # Redis, in networking.c
        ("-ERR max number of clients reached", "`maxclients` of Redis", ["redis-cli CONFIG GET maxclients"]),
        ("-DENIED Redis is running in protected mode because", "`protected-mode`", ["redis-cli CONFIG GET protected-mode"]),
        # MySQL, in share/messages_to_clients.txt
        (
            "error 1129: Host '10.0.1.2' is blocked because of many connection errors; unblock with 'mysqladmin flush-hosts'",
            "`max_connect_errors` of MySQL",
            [
                "mysql -e 'SELECT ip, host, sum_connect_errors FROM performance_schema.host_cache'",
                "mysqladmin flush-hosts",
            ],
        ),
        (
            "error 1130: Host '10.0.1.2' is not allowed to connect to this MySQL server",
            "the accounts of MySQL",
            ["mysql -e 'SELECT user, host FROM mysql.user'"],
        ),
        (
            "Host '10.0.1.2' is not allowed to connect to this MariaDB server",
            "the accounts of MySQL",
            ["mysql -e 'SELECT user, host FROM mysql.user'"],
        ),
        ("error 1040: Too many connections", "`max_connections` of MySQL", []),
        # PostgreSQL, in auth.c, postinit.c and proc.c
        ('FATAL: no pg_hba.conf entry for host "10.0.1.2", user "app"', "`pg_hba.conf` of PostgreSQL", []),
        ("FATAL: sorry, too many clients already", "`max_connections` of PostgreSQL", ["psql -c 'SHOW max_connections'"]),
        (
            "FATAL: remaining connection slots are reserved for roles with the SUPERUSER attribute",
            "`max_connections` of PostgreSQL",
            ["psql -c 'SHOW max_connections'"],
        ),
        # OpenSSH, in sshd.c
        ("Exceeded MaxStartups", "`MaxStartups` of sshd", ["sshd -T | grep -i maxstartups"]),
        ("Not allowed at this time", "`PerSourcePenalties` of sshd", ["sshd -T | grep -i persource"]),
        # memcached, in memcached.c
        ("ERROR Too many open connections", "number of connections of memcached", []),
        # Words of no program that is known.
        ("421 too busy, come back later", "accept this client", []),
    ],
)
def test_its_words_name_the_setting(words: str, named: str, commands: list[str]) -> None:
    """The one setting that the words mean is named, with the commands that show it and let this client in again."""
    attempt = TcpAttempt(
        id="attempt-1",
        address="10.0.3.9",
        port=4000,
        outcome=Outcome.CONNECTED,
        latency_ms=1.0,
        first_bytes=words,
        rejection=words,
    )

    judgement = judged(TURNS_AWAY, Case(target=parse_target("10.0.3.9:4000"), facts=(attempt,)))

    offered = [remedy for remedy in judgement.remedies if ITS_LOG not in remedy.do]
    assert named in " ".join(remedy.do for remedy in offered)
    assert [remedy.command for remedy in offered if remedy.command] == commands
    assert [remedy.changes for remedy in offered if remedy.command] == [False, True][: len(commands)]
