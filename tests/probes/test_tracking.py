"""Whether connections are tracked, in namespaces with real rules: what makes the kernel track them, and what does not."""

import subprocess
from pathlib import Path

import pytest

from tests.probes.machine import NOBODY, facts_behind, needs_namespaces, network_namespace
from tests.probes.run_check import facts_of
from tui.model.facts import Tracking
from tui.model.requests import ReadTracking
from tui.probes.path.tracking import read

_REDIRECT = "table {family} t {{\n chain o {{\n type nat hook output priority -100\n tcp dport 8080 redirect to :9\n }}\n}}\n"
_STATE = "table ip t {\n chain o {\n type filter hook output priority 0\n ct state invalid drop\n }\n}\n"
_PLAIN = "table ip t {\n chain o {\n type filter hook output priority 0\n tcp dport 9 drop\n }\n}\n"


def tracking(rules: str, address: str, user: tuple[str, ...] = ()) -> Tracking:
    """The fact in a new namespace with these rules of nft, after a datagram of its own."""
    with network_namespace() as enter:
        subprocess.run([*enter, "nft", "-f", "-"], input=rules, text=True, check=True)
        (fact,) = facts_behind((*enter, *user), ReadTracking(address=address, own=True))
    assert isinstance(fact, Tracking)
    return fact


@needs_namespaces
@pytest.mark.parametrize(
    ("rules", "address", "translates"),
    [
        ("", "127.0.0.1", False),
        ("", "::1", False),
        (_PLAIN, "127.0.0.1", False),
        (_STATE, "127.0.0.1", True),
        (_REDIRECT.format(family="ip"), "127.0.0.1", True),
        (_REDIRECT.format(family="inet"), "::1", True),
        (_REDIRECT.format(family="ip6"), "::1", True),
        (_REDIRECT.format(family="ip6"), "127.0.0.1", False),
    ],
)
def test_nothing_is_tracked_without_a_rule_that_needs_it(rules: str, address: str, translates: bool) -> None:
    """A table without an entry after a datagram of our own excludes every translation of that family, and nothing else does."""
    assert tracking(rules, address, NOBODY).translates is translates


async def test_what_may_not_be_read_excludes_nothing(tmp_path: Path) -> None:
    """Without the count, and without knowing whether the kernel tracks at all, rules may translate."""
    fact = read(ReadTracking(address="127.0.0.1", own=True), tmp_path)

    assert (fact.entries, fact.loaded, fact.translates) == (None, None, True)


async def test_a_kernel_without_tracking_translates_nothing(tmp_path: Path) -> None:
    """Neither a count nor a module: there is nothing that could translate."""
    (tmp_path / "modules").write_text("ext4 1 0 - Live 0x0\n")

    assert read(ReadTracking(address="127.0.0.1", own=True), tmp_path).translates is False


async def test_a_module_whose_count_is_hidden_may_translate(tmp_path: Path) -> None:
    """In a container without privilege the count may be missing though the kernel tracks."""
    (tmp_path / "modules").write_text("nf_conntrack 1 0 - Live 0x0\n")

    assert read(ReadTracking(address="127.0.0.1", own=True), tmp_path).translates is True


async def test_an_address_that_is_not_ours_is_no_reason_to_fail() -> None:
    """Where no datagram could be sent to ourselves, the entries say nothing."""
    (fact,) = await facts_of(ReadTracking(address="192.0.2.1", own=True))

    assert isinstance(fact, Tracking)
    assert fact.entries is None
