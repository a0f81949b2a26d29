"""The service on the other end: one script a round, its parts told apart, and what a prefix that fails says."""

import stat
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.probes.test_services import FAILED, JOURNAL_TEXT, showing
from tui.model.facts import AnyFact, NotObserved, Service
from tui.model.requests import ReadService
from tui.probes.kernel.system_view import SystemView
from tui.vantage import service
from tui.vantage.service import MARK, parts, script


async def check(request: ReadService) -> list[AnyFact]:
    """All facts of a look through a prefix."""
    return [one async for one in service.check(request, SystemView())]


def prefix_with(root: Path, **tools: str) -> str:
    """A prefix whose shell finds these scripts first."""
    for name, text in tools.items():
        (root / name).write_text(f"#!/bin/sh\n{text}\n")
        (root / name).chmod(stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH)
    return f"env PATH={root}:/usr/bin:/bin"


async def test_the_unit_there_is_told_with_its_log(tmp_path: Path) -> None:
    """Through a prefix the fact is the same as here, and bears the prefix."""
    prefix = prefix_with(tmp_path, systemctl=showing(FAILED), journalctl=f"cat <<'END'\n{JOURNAL_TEXT}\nEND")

    (fact,) = await check(ReadService(name="shop", port=8080, vantage=prefix))

    assert isinstance(fact, Service)
    assert (fact.name, fact.vantage, fact.active, fact.exit_status) == ("shop.service", prefix, "failed", 1)
    assert fact.started == 1795643196.0
    assert [line.text for line in fact.log] == ["ready to serve", "bad\\x1b"]


async def test_a_journal_that_may_not_be_read_there_is_said(tmp_path: Path) -> None:
    """What journalctl writes to standard error is no log line, and says why there is none."""
    journal = "echo 'No journal files were opened due to insufficient permissions.' >&2; exit 1"
    prefix = prefix_with(tmp_path, systemctl=showing(FAILED), journalctl=journal)

    fact, hidden = await check(ReadService(name="shop", vantage=prefix))

    assert isinstance(fact, Service)
    assert (fact.log, fact.log_hidden) == ((), True)
    assert isinstance(hidden, NotObserved)


async def test_a_far_end_without_systemd_says_so(tmp_path: Path) -> None:
    """A machine that has no systemctl, as most containers, is no failure of the prefix."""
    (tmp_path / "sh").symlink_to("/bin/sh")

    (fact,) = await check(ReadService(name="shop", vantage=f"env PATH={tmp_path}"))

    assert isinstance(fact, NotObserved)
    assert "no systemd" in fact.reason


async def test_a_prefix_that_fails_is_a_fact() -> None:
    """A prefix that leads nowhere gives its reason and a remedy."""
    (fact,) = await check(ReadService(name="shop", vantage="sh -c 'echo Permission denied, publickey. >&2; exit 255'"))

    assert isinstance(fact, NotObserved)
    assert "Permission denied" in fact.reason
    assert fact.remedy


def test_arguments_reach_the_far_shell_as_they_are() -> None:
    """A pattern or a quote in an argument is quoted, so that the far shell takes nothing of it for its own."""
    assert "systemctl show '*.service' 'a'\"'\"'b;c' </dev/null" in script([("systemctl", "show", "*.service", "a'b;c")])


@given(st.text(), st.integers(0, 4))
def test_no_answer_is_too_strange(text: str, number: int) -> None:
    """Whatever comes back, there is a result or None for each command."""
    assert len(parts(f"{MARK} 0\n{text}\n{MARK} status 1\n{text}", number)) == number
