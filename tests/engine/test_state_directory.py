"""Sessions are kept where only their user can change them, and nothing is made in anybody else's directory."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.approved import ROOT
from tests.program import environment
from tests.strangers import NOBODY, ROOT_USER, STRANGER, as_user, needs_root, open_directory

pytestmark = needs_root
USERS = [ROOT_USER, NOBODY]
VARIABLES = ["HOME", "XDG_STATE_HOME"]
_CHECK = """
import grp, pwd, sys
home, group = sys.argv[1:3]
del sys.argv[1:3]
pwd.getpwuid = lambda user: pwd.struct_passwd(("somebody", "x", user, user, "", home, "/bin/sh"))
grp.getgrgid = lambda number: grp.struct_group((group, "x", number, []))
from tui.cli.main import main
sys.exit(main())
"""
"""A walk as a user whom the user database gives this home, on a machine whose groups have this name."""


@pytest.fixture
def base() -> Iterator[Path]:
    """A directory that every user may read."""
    with open_directory() as directory:
        yield directory


def made(path: Path, owner: int, mode: int = 0o755) -> Path:
    """A directory with this owner and mode."""
    path.mkdir()
    os.chown(path, owner, owner)
    path.chmod(mode)
    return path


def walked(
    user: int, variables: Mapping[str, str | Path], home: Path, *, group: str = "others"
) -> subprocess.CompletedProcess[str]:
    """`refused check` as this user, with these variables and this home directory in the user database."""
    plain = {name: value for name, value in environment(home).items() if name not in VARIABLES}
    done = subprocess.run(
        [*as_user(user), sys.executable, "-c", _CHECK, str(home), group, "check", "127.0.0.1:1", "--attempts", "1"],
        cwd=ROOT,
        env=plain | {"PYTHONPATH": str(ROOT)} | {name: str(value) for name, value in variables.items()},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    return done


def records(directory: Path) -> list[Path]:
    """The session files anywhere below a directory."""
    return list(directory.rglob("*.jsonl"))


def must_not_be_recorded(done: subprocess.CompletedProcess[str], why: str) -> None:
    """One line says why, and what would help."""
    assert done.stderr.startswith(f"refused: the session is not recorded: {why}")
    assert done.stderr.count("\n") == 1
    assert "--session FILE" in done.stderr


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize("mode", [0o700, 0o755, 0o777, 0o1777])
def test_roots_record_is_not_in_the_home_of_who_called_sudo(mode: int, variable: str, base: Path) -> None:
    """Where sudo kept the variables of its user nothing of his is touched; root's own home has the record."""
    theirs, own = made(base / "theirs", STRANGER, mode), made(base / "own", ROOT_USER, 0o700)
    inner = made(theirs / "inner", ROOT_USER)

    for path in (theirs, inner):
        assert walked(ROOT_USER, {variable: path}, own).stderr == ""

    assert list(theirs.rglob("*")) == [inner]
    assert len(records(own / ".local" / "state" / "refused" / "sessions")) == 2


@pytest.mark.parametrize("user", USERS)
def test_a_home_that_is_not_there_is_not_made(user: int, base: Path) -> None:
    """The home in the user database is used; where that is missing too, one line says so."""
    own, missing = made(base / "own", user, 0o700), base / "missing"

    assert walked(user, {"HOME": missing}, own).stderr == ""
    assert len(records(own)) == 1
    must_not_be_recorded(walked(user, {"HOME": missing}, missing), f"{missing} does not exist")
    must_not_be_recorded(walked(user, {}, missing), f"{missing} does not exist")
    assert not missing.exists()


@pytest.mark.parametrize("user", USERS)
def test_a_state_directory_that_is_not_there_is_made(user: int, base: Path) -> None:
    """One that is named is made with all above it, for its user alone; a relative one does not count."""
    own = made(base / "own", user, 0o700)

    assert walked(user, {"XDG_STATE_HOME": own / "a" / "b"}, own).stderr == ""
    assert [path.parent for path in records(own)] == [own / "a" / "b" / "refused" / "sessions"]
    assert {path.stat().st_mode & 0o777 for path in own.rglob("*") if path.is_dir()} == {0o700}
    assert walked(user, {"XDG_STATE_HOME": "relative", "HOME": own}, base).stderr == ""
    assert len(records(own / ".local")) == 1


def test_a_home_in_which_root_made_directories(base: Path) -> None:
    """A user who may not write in his own `.local` is told so."""
    home = made(base / "home", NOBODY, 0o700)
    local = made(home / ".local", ROOT_USER)

    must_not_be_recorded(walked(NOBODY, {"HOME": home}, home), f"this user may not write in {local};")


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize(
    ("prepared", "why"),
    [
        ("link", "sessions is a symbolic link"),
        ("dangling", "sessions is a symbolic link"),
        ("file", "sessions is not a directory"),
        ("stranger", "sessions is another user's"),
        ("open", "others may change what is in"),
        ("group", "others may change what is in"),
        ("link above", "refused is a symbolic link"),
        ("open above", "others may change what is in"),
    ],
)
def test_what_stands_in_the_place_of_the_sessions_is_verified(prepared: str, why: str, user: int, base: Path) -> None:
    """None of these is followed, used or mended; what a stranger put there is not offered on the start screen either."""
    home, elsewhere = made(base / "home", user, 0o700), made(base / "elsewhere", user, 0o700)
    made(elsewhere / "sessions", user, 0o700)
    ours = home / "refused"
    if prepared == "link above":
        ours.symlink_to(elsewhere)
    else:
        made(ours, user, 0o777 if prepared == "open above" else 0o700)
    if prepared in {"link", "dangling"}:
        (ours / "sessions").symlink_to(elsewhere if prepared == "link" else base / "none")
    elif prepared == "file":
        (ours / "sessions").touch()
    elif not prepared.endswith("above"):
        owner, mode = {"stranger": (STRANGER, 0o755), "open": (user, 0o777), "group": (user, 0o770)}[prepared]
        made(ours / "sessions", owner, mode)

    done = walked(user, {"XDG_STATE_HOME": home, "HOME": home}, home)

    assert why in done.stderr
    must_not_be_recorded(done, "")
    assert records(base) == []
    assert not (base / "none").exists()


def test_the_group_of_the_users_name_is_the_user(base: Path) -> None:
    """With umask 002 a user's directories are open to the group of his name, in which he is alone; for root no group is."""
    for user in USERS:
        home = made(base / f"home-{user}", user, 0o700)
        made(home / ".local", user, 0o775)
        alone, others = (walked(user, {"HOME": home}, home, group=name) for name in ("somebody", "others"))

        assert (alone.stderr == "") == (user == NOBODY)
        must_not_be_recorded(others, f"others may change what is in {home / '.local'}")


def test_links_of_the_users_own_are_followed(base: Path) -> None:
    """A home, or what is in it, may be led elsewhere by its user."""
    home, disk = made(base / "home", NOBODY, 0o700), made(base / "disk", NOBODY, 0o700)
    (home / ".local").symlink_to(disk)
    (base / "linked").symlink_to(home)

    assert walked(NOBODY, {"HOME": base / "linked"}, base).stderr == ""
    assert [path.parent for path in records(disk)] == [disk / "state" / "refused" / "sessions"]
