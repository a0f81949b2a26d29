"""Which name a process is known by, and that its command line keeps its secrets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model.safe_text import safe_text
from tui.model.schemes import family_of_program
from tui.probes.sockets.command_line import LONGEST, program_name, shown_command


@pytest.mark.parametrize(
    ("comm", "executable", "command", "name"),
    [
        ("postgres", "/usr/lib/postgresql/15/bin/postgres", "postgres: 15/main: checkpointer", "postgres"),
        ("nginx", "/usr/sbin/nginx", "nginx: master process /usr/sbin/nginx -g daemon on;", "nginx"),
        ("redis-server", "/usr/bin/redis-check-rdb", "/usr/bin/redis-server 127.0.0.1:6379", "redis-server"),
        ("httpd", "/bin/busybox", "httpd -f -p 80", "httpd"),
        ("systemd-resolve", "/usr/lib/systemd/systemd-resolved", "/lib/systemd/systemd-resolved", "systemd-resolve"),
        ("MainThread", "/usr/bin/node", "node /srv/app/server.js", "server.js"),
        ("node", "/usr/bin/node", "node -e 1", "node"),
        ("MainThread", "/usr/bin/node", "node -e 1", "node"),
        ("python3", "/usr/bin/python3.11", "python3 -m http.server 8000", "http.server"),
        ("python3", "/usr/bin/python3.11", "/usr/bin/python3 -u /opt/api/main.py --port 80", "main.py"),
        ("uvicorn", "/usr/bin/python3.11", "/usr/bin/python3 /usr/local/bin/uvicorn app:app", "uvicorn"),
        ("gunicorn", "/usr/bin/python3.11", "gunicorn: master [app:app]", "gunicorn"),
        ("python3", "/usr/bin/python3.11", "python3 -W ignore main.py", "python3"),
        ("java", "/usr/lib/jvm/17/bin/java", "java -Xmx1g -jar /opt/kafka/broker.jar", "broker.jar"),
        ("java", "/usr/lib/jvm/17/bin/java", "java -cp /opt/a.jar org.example.Main", "java"),
        ("app", "/srv/app (deleted)", "/srv/app", "app"),
        ("sshd", "", "", "sshd"),
        ("", "/usr/bin/prog", "", "prog"),
    ],
)
def test_the_name_is_the_one_that_an_operator_knows(comm: str, executable: str, command: str, name: str) -> None:
    """A program is named as ps does, a script by its own name, and a thread's name does not cover the program's."""
    arguments = [command] if ": " in command else command.split()

    assert program_name(comm, executable, arguments) == name


def test_a_named_server_is_matched_with_its_family() -> None:
    """The name is the one that the table of service families knows."""
    name = program_name("redis-server", "/usr/bin/redis-check-rdb", ["/usr/bin/redis-server *:6379"])

    family = family_of_program(name)

    assert family
    assert family.name == "Redis"


SECRET = st.text("abcdefghijklmnopqrstuvwxyz0123456789!+/%", min_size=8, max_size=30)
SHAPES = (
    ("--password={}",),
    ("--password", "{}"),
    ("-Djavax.net.ssl.keyStorePassword={}",),
    ("--requirepass", "{}"),
    ("--api-key={}",),
    ("DB_PASSWORD={}",),
    ("app: worker --auth-token {}",),
    ("sh", "-c", "PGPASSWORD={} exec server"),
    ("--db=postgresql://app:{}@db/x",),
    ("redis://:{}@cache:6379/0",),
    ('{{"client_secret": "{}"}}',),
)


@given(SECRET, st.sampled_from(SHAPES))
def test_no_secret_is_shown(secret: str, shape: tuple[str, ...]) -> None:
    """Whatever a password or token is, in every known shape it is replaced, and the rest is still there."""
    shown = shown_command(["server", *(word.format(secret) for word in shape), "--port", "80"])

    assert secret not in shown
    assert shown.startswith("server ")
    assert shown.endswith(" --port 80")
    assert "…" in shown


def test_a_harmless_command_line_is_shown_as_it_is() -> None:
    """Nothing is hidden where no name says secret."""
    arguments = ["nginx", "-c", "/etc/nginx/nginx.conf", "--user=www-data", "http://127.0.0.1:80/path"]

    assert shown_command(arguments) == " ".join(arguments)


@given(st.lists(st.text(max_size=2000), max_size=20))
def test_any_arguments_give_one_bounded_safe_line(arguments: list[str]) -> None:
    """Control characters are spelled out, and the line has its limit."""
    shown = shown_command(arguments)

    assert len(shown) <= LONGEST + 1
    assert shown == safe_text(shown)
