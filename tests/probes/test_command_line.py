"""A command line keeps its secrets."""

from hypothesis import given
from hypothesis import strategies as st

from tui.model.safe_text import safe_text
from tui.probes.sockets.command_line import LONGEST, shown_command

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

SECRET = st.text("abcdefghijklmnopqrstuvwxyz0123456789!+/%", min_size=8, max_size=30).filter(
    lambda secret: not any(secret in shape for shape in map(" ".join, SHAPES))
)
"""Not a word of the shapes themselves, which is shown where it is no secret."""


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
