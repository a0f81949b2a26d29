"""By which names a program is known; the first is the one that ps and ss show."""

import pytest

from tui.diagnosis.readings.hosts import serves
from tui.model.facts import Listener
from tui.model.program_names import is_interpreter, known_as, script


@pytest.mark.parametrize(
    ("comm", "executable", "command", "names"),
    [
        ("postgres", "/usr/lib/postgresql/15/bin/postgres", "postgres: 15/main: checkpointer", ("postgres",)),
        ("nginx", "/usr/sbin/nginx", "nginx: master process /usr/sbin/nginx -g daemon on;", ("nginx",)),
        ("redis-server", "/usr/bin/redis-check-rdb", "/usr/bin/redis-server *:6379", ("redis-server", "redis-check-rdb")),
        ("httpd", "/bin/busybox", "httpd -f -p 80", ("httpd", "busybox")),
        ("systemd-resolve", None, "/lib/systemd/systemd-resolved", ("systemd-resolve", "systemd-resolved")),
        ("MainThread", "/usr/bin/node", "node /srv/app/server.js", ("MainThread", "server.js", "node")),
        ("worker 3", "/srv/shop/shop", "/srv/shop/shop --port 80", ("worker 3", "shop")),
        ("python3", "/usr/bin/python3.11", "python3 -m http.server 80", ("python3", "http.server", "python3.11")),
        ("python3", "/usr/bin/python3.11", "/usr/bin/python3 -u /opt/main.py --port 80", ("python3", "main.py", "python3.11")),
        ("python3", "/usr/bin/python3.11", "python3 -W ignore main.py", ("python3", "python3.11")),
        ("java", None, "java -Xmx1g -jar /opt/kafka/broker.jar", ("java", "broker.jar")),
        ("java", None, "java -cp /opt/a.jar org.example.Main", ("java",)),
        ("app", "/srv/app (deleted)", "/srv/app", ("app",)),
        ("sshd", None, None, ("sshd",)),
        (None, None, "", ()),
    ],
)
def test_a_program_has_the_name_that_ss_shows_and_others(
    comm: str | None, executable: str | None, command: str | None, names: tuple[str, ...]
) -> None:
    """The process's own name comes first, whatever it called itself; script, command line and file follow, each once."""
    assert known_as(comm, executable, command) == names
    row = Listener(proto="tcp", address="::", port=1, process=comm, executable=executable, command=command)
    assert row.programs == names


@pytest.mark.parametrize(
    ("words", "name"), [("ruby -- app.rb", "app.rb"), ("sh app.sh", None), ("node -e 1", None), ("", None), ("python3", None)]
)
def test_only_an_interpreter_has_a_script(words: str, name: str | None) -> None:
    """What no interpreter runs, or what is not clear, is no script."""
    assert script(words.split()) == name


def test_an_interpreter_is_told_from_a_program() -> None:
    """By its name with any version."""
    assert [is_interpreter(name) for name in ("python3.11", "node", "java", "pythonista", "", None)] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("process", "command", "family"),
    [
        ("redis-server", None, "Redis"),
        ("python3", "python3 -m uvicorn app:app", "HTTP"),
        ("db: main", "/usr/sbin/mysqld --port=3306", "MySQL"),
        ("python3", None, None),
    ],
)
def test_the_kind_of_service_is_known_by_any_name(process: str, command: str | None, family: str | None) -> None:
    """That a process has another name does not hide which service it is."""
    served = serves(Listener(proto="tcp", address="::", port=1, process=process, command=command))

    assert (served.name if served else None) == family
