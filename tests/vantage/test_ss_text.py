"""What ss prints, as several of its versions do, read as listeners."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model.facts import Listener
from tui.model.safe_text import safe_text
from tui.vantage.ss_text import listeners_of_ss

ID = "0123456789ab" + "c" * 52


def only(line: str) -> Listener:
    """The one listener of a line."""
    (found,) = listeners_of_ss(line)
    return found


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            'tcp LISTEN 0 5 127.0.0.1:81 0.0.0.0:* users:(("python3",pid=20,fd=3),("python3",pid=10,fd=3)) ino:9 sk:1 <->',
            Listener(
                proto="tcp", address="127.0.0.1", port=81, inode=9, uid=0, pid=10, process="python3", queue=0, queue_limit=5
            ),
        ),
        (
            f'tcp LISTEN 3 511 *:80 *:* users:(("nginx",pid=9,fd=6)) uid:33 ino:7 cgroup:/docker/{ID}/nginx.service v6only:0',
            Listener(
                proto="tcp",
                address="::",
                port=80,
                inode=7,
                uid=33,
                pid=9,
                process="nginx",
                unit="nginx.service",
                container="0123456789ab",
                queue=3,
                queue_limit=511,
            ),
        ),
        ("tcp LISTEN 0 128 [::]:22 [::]:*", Listener(proto="tcp", address="::", port=22, v6_only=True, queue=0, queue_limit=128)),
        (
            "tcp LISTEN 0 5 [::1]%lo:42947 [::]:* ino:9 sk:333 cgroup:/ v6only:1 <->",
            Listener(proto="tcp", address="::1", port=42947, v6_only=True, device="lo", inode=9, uid=0, queue=0, queue_limit=5),
        ),
        (
            "tcp LISTEN 0 5 [::ffff:127.0.0.1]:41941 *:* ino:9 sk:335 cgroup:/ v6only:0 <->",
            Listener(proto="tcp", address="127.0.0.1", port=41941, inode=9, uid=0, queue=0, queue_limit=5),
        ),
        ("udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*", Listener(proto="udp", address="127.0.0.53", port=53, device="lo")),
        (
            'tcp   LISTEN   0   4096   *%eth0:443   *:*   users:(("systemd",pid=1,fd=40),("sshd",pid=900,fd=3))   ',
            Listener(proto="tcp", address="::", port=443, device="eth0", pid=900, process="sshd", queue=0, queue_limit=4096),
        ),
        (
            'tcp LISTEN 0 5 0.0.0.0:81 0.0.0.0:* users:(("a (b) c",pid=12,fd=3))',
            Listener(proto="tcp", address="0.0.0.0", port=81, pid=12, process="a (b) c", queue=0, queue_limit=5),
        ),
    ],
)
def test_a_line_is_one_listener(line: str, expected: Listener) -> None:
    """Address, family, device, queue, owner, user, unit and container of a line are read, with and without details."""
    assert only(line) == expected


def test_an_old_ss_means_ipv4_by_a_star() -> None:
    """Before iproute2 4.13 `:::80` was the IPv6 wildcard and `*:80` the IPv4 one."""
    found = listeners_of_ss("tcp LISTEN 0 128 *:80 *:*\ntcp LISTEN 0 128 :::80 :::*\n")

    assert [(one.address, one.v6_only) for one in found] == [("0.0.0.0", False), ("::", False)]


def test_what_does_not_listen_is_passed_over() -> None:
    """Connections, other protocols and noise are no listeners."""
    text = (
        "tcp ESTAB 0 0 10.0.0.1:22 10.0.0.2:5000\nudp ESTAB 0 0 10.0.0.1:53 10.0.0.2:53\nsctp LISTEN 0 5 0.0.0.0:1 0.0.0.0:*\n"
        "Netid State Recv-Q Send-Q\nWelcome to db1\n"
    )

    assert listeners_of_ss(text) == []


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """No text breaks the reader."""
    listeners_of_ss(text)


@given(st.text(st.characters(exclude_characters='"\n'), min_size=1, max_size=20), st.integers(1, 2**22))
def test_any_process_name_comes_back_safe(name: str, pid: int) -> None:
    """A process may call itself anything; it comes back spelled out, with its id."""
    found = only(f'tcp LISTEN 0 5 127.0.0.1:80 0.0.0.0:* users:(("{name}",pid={pid},fd=3))')

    assert (found.process, found.pid) == (safe_text(name, limit=80), pid)


@pytest.mark.parametrize("address", ["a;id", "$(id)", "-x", "10.0.0.1;id", "[fe80::1%a;b]", "`id`", "1.2.3"])
def test_a_line_whose_address_is_none_is_passed_over(address: str) -> None:
    """The other end may lie; what would act on a shell is no listener."""
    lines = f"tcp LISTEN 0 5 {address}:80 0.0.0.0:*\ntcp LISTEN 0 5 10.0.0.1:80 0.0.0.0:*"

    assert {row.address for row in listeners_of_ss(lines)} in ({"10.0.0.1"}, {"10.0.0.1", "fe80::1"})
