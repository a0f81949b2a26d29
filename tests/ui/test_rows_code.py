"""The line of code that asked, as the panel and the walk show it."""

from tests.ui.snapshots import snapshot
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.readings.code import code_location
from tui.model.facts import Advice, AnyFact, Code, CodeValue, NotObserved
from tui.model.requests import ReadCode
from tui.ui.rows.code import code
from tui.ui.rows.place import CODE
from tui.ui.rows.steps import step
from tui.ui.rows.text import plain
from tui.ui.rows.walk import tree

TARGET = "127.0.0.1:8081"
CLIENT = Code(
    id="code-1",
    path="/srv/app/client.py",
    line=12,
    function="main",
    language="python",
    found=True,
    call_line=12,
    command="sed -n '11,13p' /srv/app/client.py",
    source=((11, "def main():"), (12, "    sock.connect((HOST, PORT))"), (13, "")),
    values=(
        CodeValue(part="port", value="8081", origin="constant", name="PORT", line=4, sentence="the constant PORT at line 4"),
    ),
    elsewhere=(
        CodeValue(part="port", value="8080", path="docker-compose.yml", line=9, sentence="docker-compose.yml:9 publishes 8080"),
    ),
    advice=(Advice(id="no-timeout", line=12, sentence="It has no timeout.", suggestion=("sock.settimeout(5)",)),),
)


def said(*facts: AnyFact, width: int = 60) -> str:
    """The panel as text."""
    return "\n".join(plain(row.line) for row in code(snapshot(TARGET, list(facts)).case, width))


def test_everything_about_the_line() -> None:
    """Place, sentence, the source with the line marked, where the port stands, what says otherwise, the advice."""
    words = said(CLIENT)

    for part in (
        "/srv/app/client.py:12 in main",
        "client.py:12 connects to port 8081: the constant",
        "▸  12      sock.connect((HOST, PORT))",
        "$ sed -n '11,13p'",
        "8081, the constant PORT at line 4",
        "docker-compose.yml:9 publishes 8080",
        "It has no timeout.",
        "+ sock.settimeout(5)",
    ):
        assert part in words, part
    assert all(len(line) <= 60 for line in words.splitlines())


def test_no_code_says_how_to_have_some() -> None:
    """Without a frame the panel names the two ways to one."""
    assert "refused run -- COMMAND" in said(width=200)


def test_a_file_that_is_not_here_or_has_changed() -> None:
    """Both are said plainly, with the place."""
    gone = NotObserved(request=ReadCode(path="/app/x.py", line=3), reason="/app/x.py is not on this machine.", remedy="")
    changed = Code(path="/app/y.py", line=4, found=True, changed=True)

    assert "/app/x.py:3" in said(gone)
    assert "is not on this machine" in said(gone)
    assert "has changed since" in said(changed)


def test_the_walk_has_it_as_the_first_leaf_of_its_branch() -> None:
    """In the client branch the line of code comes before every cause, and without one there is no such leaf."""
    leaves = [node.key for node in tree(snapshot(TARGET, [CLIENT]), hypotheses(), ("verdict", "verdict"), {"client": False}, 40)]

    assert leaves[leaves.index("group:client") + 1] == CODE
    assert CODE not in [node.key for node in tree(snapshot(TARGET, []), hypotheses(), ("x.y", "verdict"), {"client": False}, 40)]


def test_the_step_shows_it() -> None:
    """The leaf's step is the panel's content."""
    title, rows = step(snapshot(TARGET, [CLIENT]), hypotheses(), CODE, 60)

    assert title == "The code that asked"
    assert "sock.connect" in "".join(plain(row.line) for row in rows)


def test_the_place_in_short() -> None:
    """The file's own name and the line of the call."""
    assert code_location(snapshot(TARGET, [CLIENT]).case) == "client.py:12"
