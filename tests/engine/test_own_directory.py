"""A directory of the user's own is nobody else's, whatever the environment says."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.approved import ROOT
from tests.strangers import NOBODY, ROOT_USER, STRANGER, as_user, attempt, needs_root, open_directory

pytestmark = needs_root
_ASK = """
import json, sys
from pathlib import Path
from tui.engine import own_directory
own_directory._RUN = Path(sys.argv[1])
print(own_directory.own_directory(json.loads(sys.argv[2])) or "")
"""
RUN_OF_ROOT = "run-of-root"


@pytest.fixture
def base() -> Iterator[Path]:
    """A directory of root's that every user may read, with a `/run` of its own."""
    with open_directory() as directory:
        (directory / RUN_OF_ROOT).mkdir()
        yield directory


def made(path: Path, owner: int, mode: int) -> Path:
    """A directory with this owner and mode."""
    path.mkdir()
    os.chown(path, owner, owner)
    path.chmod(mode)
    return path


def asked(user: int, base: Path, environ: Mapping[str, str | Path]) -> Path | None:
    """What this user is given."""
    variables = json.dumps({name: str(value) for name, value in environ.items()})
    command = [*as_user(user), sys.executable, "-c", _ASK, str(base / RUN_OF_ROOT), variables]
    done = subprocess.run(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True, timeout=30
    )
    return Path(done.stdout.strip()) if done.stdout.strip() else None


def must_be_private(given: Path | None, user: int) -> None:
    """It is this user's alone; and when it is gone with all that is in it, a stranger can't make it anew."""
    if given is None:
        return
    entry = given.stat()
    assert (entry.st_uid, entry.st_mode & 0o7777, given) == (user, 0o700, given.resolve())
    assert not attempt(STRANGER, 'ls "$1"', str(given))
    given.rmdir()
    assert not attempt(STRANGER, 'mkdir -p "$1/left/python"', str(given))


VARIABLES = ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "HOME")


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize("user", [ROOT_USER, NOBODY])
def test_a_directory_of_the_users_own_is_used(user: int, variable: str, base: Path) -> None:
    """Each of the three variables, also below a sticky directory as `/tmp` is."""
    own = made(made(base / "tmp", ROOT_USER, 0o1777) / "own", user, 0o700)

    given = asked(user, base, {variable: own})

    assert given
    assert given.is_relative_to(own)
    must_be_private(given, user)


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize("user", [ROOT_USER, NOBODY])
@pytest.mark.parametrize("mode", [0o700, 0o755, 0o777, 0o1777])
def test_a_directory_of_another_user_is_passed_over(mode: int, user: int, variable: str, base: Path) -> None:
    """As when sudo keeps the variables of the user who called it; also where one of our own lies below it."""
    theirs = made(base / "theirs", STRANGER, mode)
    inner = made(theirs / "inner", user, 0o700)

    for path in (theirs, inner):
        given = asked(user, base, {variable: path})
        assert given is None or not given.is_relative_to(theirs)
        must_be_private(given, user)
    assert list(inner.iterdir()) == []


@pytest.mark.parametrize("user", [ROOT_USER, NOBODY])
def test_a_directory_below_one_in_which_anybody_may_write_is_passed_over(user: int, base: Path) -> None:
    """Without the sticky bit a stranger renames it, and puts another in its place."""
    shared = made(base / "shared", ROOT_USER, 0o777)

    given = asked(user, base, {"XDG_RUNTIME_DIR": made(shared / "own", user, 0o700)})

    assert given is None or not given.is_relative_to(shared)
    must_be_private(given, user)


@pytest.mark.parametrize("user", [ROOT_USER, NOBODY])
def test_symbolic_links_are_not_led_by(user: int, base: Path) -> None:
    """A stranger's link to our directory may lead elsewhere later, so the path has none; one to the stranger's is passed over."""
    shared = made(base / "tmp", ROOT_USER, 0o1777)
    own, theirs = made(base / "own", user, 0o700), made(base / "theirs", STRANGER, 0o700)
    for name, target in (("to-own", own), ("to-theirs", theirs)):
        (shared / name).symlink_to(target)
        os.lchown(shared / name, STRANGER, STRANGER)

    given = asked(user, base, {"XDG_RUNTIME_DIR": shared / "to-own"})
    assert given
    assert given.is_relative_to(own)
    given.rmdir()
    given = asked(user, base, {"XDG_RUNTIME_DIR": shared / "to-theirs"})
    assert given is None or not given.is_relative_to(theirs)
    must_be_private(given, user)


@pytest.mark.parametrize("user", [ROOT_USER, NOBODY])
@pytest.mark.parametrize("prepared", ["link", "file", "stranger", "open", "group"])
def test_what_stands_in_its_place_is_verified(prepared: str, user: int, base: Path) -> None:
    """A link, a file, another owner, a mode that lets others in: none is followed, used or mended."""
    own = made(base / "own", user, 0o700)
    elsewhere = made(base / "elsewhere", user, 0o700)
    if prepared == "link":
        (own / "refused").symlink_to(elsewhere)
    elif prepared == "file":
        (own / "refused").touch()
    else:
        made(own / "refused", *{"stranger": (STRANGER, 0o700), "open": (user, 0o777), "group": (user, 0o750)}[prepared])

    given = asked(user, base, {"XDG_RUNTIME_DIR": own})

    assert given is None or not given.is_relative_to(own)
    assert list(elsewhere.iterdir()) == []
    must_be_private(given, user)


@pytest.mark.parametrize("user", [ROOT_USER, NOBODY])
def test_without_a_usable_variable(user: int, base: Path) -> None:
    """None set, empty, relative, missing, no directory, two in one: root has `/run`, a user without a home nothing."""
    colon = made(base / "a:b", user, 0o700)
    for value in ("", ".", "own", base / "missing", "/dev/null", colon):
        given = asked(user, base, dict.fromkeys(VARIABLES, value))
        assert given is None or not given.is_relative_to(colon)
        must_be_private(given, user)
        assert not (base / "missing").exists()
    assert (asked(user, base, {}) is None) == (user == NOBODY)
