"""Bans as fail2ban and nft print them, and the lists of TCP wrappers held against clients."""

from datetime import datetime

import pytest

from tests.probes.machine import facts_behind, needs_namespaces, network_namespace
from tui.model.facts import Ban, Bans
from tui.model.requests import ReadBans
from tui.probes.firewall.bans import in_set, jailed, jails_in, wrapped
from tui.probes.firewall.tcp_wrappers import denied
from tui.vantage.bans import bans_in

NOW = datetime(2026, 12, 1, 12, 1, 0)  # noqa: DTZ001 -- fail2ban prints local time
TIMES = "10.0.0.9 \t2026-12-01 12:00:00 + 600 = 2026-12-01 12:10:00\n10.0.0.7 \t2026-12-01 12:00:00 + -1 = 9999-12-31 23:59:59\n"
"""As fail2ban 1.0.2 printed it."""
PLACE = ("inet", "guard", "blocked")
SET = "table inet guard {{\n\tset blocked {{\n\t\ttype ipv4_addr\n\t\telements = {{ {} }}\n\t}}\n}}\n"
"""As nft 1.0.6 prints one element."""


def test_a_jail_says_how_long_it_lasts() -> None:
    """The end that fail2ban prints is held against its clock; one for good, or one that is not listed, has none."""
    assert jails_in("[['sshd', 'recidive']]\n") == ["sshd", "recidive"]
    assert jails_in("[[]]\n") == []
    assert jailed("sshd", TIMES, "10.0.0.9", NOW) == Ban(by="fail2ban", name="sshd", left_s=540.0)
    assert jailed("sshd", TIMES, "10.0.0.7", NOW) == Ban(by="fail2ban", name="sshd")
    assert jailed("sshd", "", "10.0.0.9", NOW) == Ban(by="fail2ban", name="sshd")
    assert jailed("sshd", TIMES.replace("12:10:00", "99:99:99"), "10.0.0.9", NOW) == Ban(by="fail2ban", name="sshd")


@pytest.mark.parametrize(
    ("element", "left_s"),
    [
        ("10.0.0.9 timeout 10m expires 9m54s120ms", 594.12),
        ("10.0.0.9 timeout 2d expires 1d2h3m4s", 93784.0),
        ("10.0.0.9", None),
        ("10.0.0.0/24 timeout 10m expires 9m", 540.0),
    ],
)
def test_an_element_of_a_set_is_a_ban(element: str, left_s: float | None) -> None:
    """One for this very address, or one with an end, whatever it spans."""
    (ban,) = in_set(PLACE, SET.format(element), "10.0.0.9")

    assert (ban.by, ban.name) == ("set", "inet guard blocked")
    assert ban.left_s == pytest.approx(left_s)


@pytest.mark.parametrize("text", ["", SET.format("10.0.0.0/8"), SET.format("10.0.0.10-10.0.0.90")])
def test_a_network_for_good_is_no_ban(text: str) -> None:
    """A set that names networks without an end is a policy; and an address that it does not have gives nothing."""
    assert list(in_set(PLACE, text, "10.0.0.9")) == []


@pytest.mark.parametrize(
    ("allow", "deny", "line"),
    [
        ("", "ALL: ALL", "ALL: ALL"),
        ("", "# sshd: 10.0.0.9\n\nsshd: 10.0.0.9 , 10.0.0.7", "sshd: 10.0.0.9 , 10.0.0.7"),
        ("", "sshd, vsftpd: 10.0.0.", "sshd, vsftpd: 10.0.0."),
        ("", "sshd: 10.0.0.0/255.255.255.0", "sshd: 10.0.0.0/255.255.255.0"),
        ("", "sshd: 10.0.0.0/24", "sshd: 10.0.0.0/24"),
        ("", "sshd: \\\n 10.0.0.9", "sshd:   10.0.0.9"),
        ("", "vsftpd: ALL\nALL: 10.", "ALL: 10."),
        ("sshd: 192.0.2.", "ALL: ALL", "ALL: ALL"),
        ("sshd: 10.0.0.9", "ALL: ALL", None),
        ("sshd: .example.org", "ALL: ALL", None),
        ("", "vsftpd: ALL", None),
        ("", "sshd: 10.0.0.90", None),
        ("", "sshd: 10.0.", "sshd: 10.0."),
        ("", "sshd: 1.", None),
        ("", "sshd: ALL EXCEPT 10.0.0.9", None),
        ("", "sshd: UNKNOWN", None),
        ("", "sshd: ALL: allow", None),
        ("", "sshd", None),
        ("", "", None),
    ],
)
def test_a_line_of_hosts_deny_counts_only_where_it_is_understood(allow: str, deny: str, line: str | None) -> None:
    """Addresses, prefixes, masks and ALL are; names, exceptions and options leave it open, and then it is no ban."""
    assert denied(allow, deny, "sshd", "10.0.0.9") == line


def test_an_ipv6_network_stands_in_brackets() -> None:
    """Its colons do not end the list of clients."""
    assert denied("", "sshd: [fd00::]/8", "sshd", "fd00::9") == "sshd: [fd00::]/8"
    assert denied("", "sshd: [fd00::]/8", "sshd", "fe80::9") is None


def test_only_a_program_that_is_linked_obeys() -> None:
    """Without a program that reads the lists there is no ban by them."""
    assert list(wrapped("", "ALL: ALL", [], "10.0.0.9")) == []
    assert list(wrapped("", "ALL: ALL", ["sshd"], "10.0.0.9")) == [Ban(by="hosts.deny", name="ALL: ALL")]


def test_what_the_other_end_prints_is_read_as_here() -> None:
    """Each section of the script gives its bans, each jail with its own times, by the clock of that machine."""
    parts = {
        "jails": "[['sshd', 'recidive']]\n",
        "times": "".join(f"{jail} {line}\n" for jail, line in zip(("sshd", "recidive"), TIMES.splitlines(), strict=True)),
        "now": "2026-12-01 12:01:00\n",
        "set0": SET.format("10.0.0.9 timeout 10m expires 60s"),
        "deny": "ALL: ALL\n",
        "linked": "sshd\n",
    }

    found = bans_in(parts, ReadBans(client="10.0.0.9", port=22, sets=(PLACE,), vantage="ssh db"), "10.0.0.9")

    assert [(one.by, one.name, one.left_s) for one in found] == [
        ("fail2ban", "sshd", 540.0),
        ("fail2ban", "recidive", None),
        ("set", "inet guard blocked", 60.0),
        ("hosts.deny", "ALL: ALL", None),
    ]


@pytest.mark.lab
@needs_namespaces
def test_a_set_of_this_machine_is_asked(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A real set of nftables names the client, with the time that is left; another client is in none."""
    rules = tmp_path_factory.mktemp("rules") / "rules.nft"
    rules.write_text(
        "table inet guard {\nset blocked {\ntype ipv4_addr\nflags timeout\nelements = { 10.0.0.9 timeout 10m }\n}\n}\n"
    )
    with network_namespace(f"nft -f {rules}") as inside:
        found = [facts_behind(inside, ReadBans(client=client, port=22, sets=(PLACE,)))[0] for client in ("10.0.0.9", "10.0.0.7")]

    named, other = found
    assert isinstance(named, Bans)
    assert isinstance(other, Bans)
    assert [(ban.by, ban.name) for ban in named.bans] == [("set", "inet guard blocked")]
    assert 500 < (named.bans[0].left_s or 0) <= 600
    assert other.bans == ()
