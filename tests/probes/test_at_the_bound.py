"""Readers of packets, lines and sockets at the last byte that counts, and how an engine's silence is told."""

import asyncio
import json
import socket
import struct
from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import pytest

from tui.model.facts import Container
from tui.probes.kernel.tool import Finished
from tui.probes.names import hosts_file
from tui.probes.names.near_names import near_names
from tui.probes.namespaces import engines
from tui.probes.namespaces.container_settings import inspected
from tui.probes.path import echo, path_mtu
from tui.probes.sockets.process_files import busy_percent, read_stat


@pytest.mark.parametrize(("length", "shown"), [(186, 200), (187, 201)])
def test_of_a_line_of_the_hosts_file_two_hundred_characters_are_shown(length: int, shown: int) -> None:
    """With a mark where there is more."""
    (entry,) = hosts_file.entries(b"10.0.0.1 web #" + b"x" * length, "web", "/etc/hosts")

    assert len(entry.text) == shown


def test_of_a_name_two_hundred_and_fifty_six_lines_are_read() -> None:
    """More addresses of one name are not tried."""
    data = b"".join(b"10.0.%d.%d web\n" % (number // 200, number % 200) for number in range(300))

    assert [entry.line for entry in hosts_file.entries(data, "web", "x")] == list(range(1, 257))


@pytest.mark.parametrize(
    ("packet", "token", "sequence"),
    [
        (struct.pack("!BBHHH", 0, 0, 0, 7, 5), b"", 5),
        (struct.pack("!BBHHH", 0, 0, 0, 7, 5)[:7], b"", None),
        (struct.pack("!BBHHH", 0, 0, 0, 7, 5) + b"ab", b"ab", 5),
        (struct.pack("!BBHHH", 0, 0, 0, 7, 5) + b"abc", b"ab", None),
    ],
)
def test_a_reply_is_a_header_and_the_token(packet: bytes, token: bytes, sequence: int | None) -> None:
    """Not one byte less, and nothing behind it."""
    sock = cast("socket.socket", SimpleNamespace(type=socket.SOCK_DGRAM, family=socket.AF_INET))

    assert echo._replied(sock, packet, token) == sequence


@pytest.fixture(name="pair")
def a_pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of a TCP connection; the first does not block."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        there, _ = server.accept()
        client.setblocking(False)  # noqa: FBT003 -- the method's only form
        with client, there:
            yield client, there


async def test_whether_a_connection_has_ended(pair: tuple[socket.socket, socket.socket]) -> None:
    """Silence and an answer are no end; a close and a reset are."""
    client, there = pair
    assert not path_mtu._has_ended(client)
    there.send(b"x")
    await asyncio.sleep(0.05)
    assert not path_mtu._has_ended(client)
    client.recv(1)
    there.close()
    await asyncio.sleep(0.05)
    assert path_mtu._has_ended(client)


async def test_a_reset_is_an_end(pair: tuple[socket.socket, socket.socket]) -> None:
    """The kernel says so once."""
    client, there = pair
    there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    there.close()
    await asyncio.sleep(0.05)

    assert path_mtu._has_ended(client)


@pytest.mark.parametrize(
    ("output", "errors", "words"),
    [
        ("", "", "docker gave no list of containers: it ended with status 3."),
        ("", "first\nlast words.\n\n", "docker gave no list of containers: last words."),
        ("on output\n", "", "docker gave no list of containers: on output."),
        ("on output\n", " \nerrors first\n", "docker gave no list of containers: errors first."),
        ("", "x" * 400, f"docker gave no list of containers: {'x' * 300}…."),
        ("", "Got permission denied while trying to connect", "This user may not ask docker (permission denied)."),
    ],
)
def test_what_an_engine_complains_of(output: str, errors: str, words: str) -> None:
    """Its last line that says anything, of its errors before its output; else how it ended."""
    done = Finished(status=3, output=output.encode(), errors=errors.encode())

    assert engines.complaint("docker", done) == words


@pytest.mark.parametrize(("known", "names"), [(["db-1", "db-2", "other"], ["db-1", "db-2"]), ([f"db-{n}" for n in range(9)], 5)])
def test_five_names_that_are_alike_are_told(known: list[str], names: list[str] | int) -> None:
    """The closest first; none that is the name itself, an address, or told already."""
    told = [
        each.name for each in near_names("db-x", [(name, "hosts") for name in (*known, "DB-X", "10.0.0.1", known[0].upper())])
    ]

    assert (told if isinstance(names, list) else len(told)) == names


def test_a_line_of_a_process_has_all_its_fields() -> None:
    """Up to the start; a name may hold anything, a negative number is a number, and a letter is none."""
    fields = ["S", *"0" * 10, "30", "20", *"0" * 4, "3", "-0", "500"]
    whole = read_stat(f"7 (a) b (c)) {' '.join(fields)}")

    assert whole is not None
    assert (whole.name, whole.state, whole.ticks, whole.threads, whole.start) == ("a) b (c)", "S", 50, 3, 500)
    assert read_stat(f"7 (a) {' '.join(fields[:-1])}") is None
    assert read_stat(f"7 (a) {' '.join([*fields[:-1], 'x'])}") is None


@pytest.mark.parametrize(
    ("ticks", "seconds", "percent"),
    [(50, 1.0, 50.0), (500, 1.0, 300.0), (-5, 1.0, 0.0), (50, 0.0, None), (50, -1.0, None), (1, 3.0, 0.3)],
)
def test_how_busy_a_process_is(ticks: int, seconds: float, percent: float | None) -> None:
    """In percent of one processor, at most what its three threads can use, and never less than nothing."""
    fields = ["S", *"0" * 10, "{}", "0", *"0" * 4, "3", "0", "500"]
    first, last = (read_stat(f"7 (a) {' '.join(fields)}".format(number)) for number in (100, 100 + ticks))
    assert first is not None
    assert last is not None

    assert busy_percent(first, last, seconds, 100) == percent


@pytest.mark.parametrize(("said", "killed"), [(True, True), (False, False), (None, False), ("true", False), (1, False)])
def test_an_engine_says_that_a_container_was_killed_for_memory(said: object, killed: bool) -> None:
    """By a plain true alone."""
    container = Container(engine="docker", id="c" * 12, state="exited")
    (told,) = inspected(
        [container], json.dumps([{"Id": "c" * 64, "State": {"Status": "exited", "ExitCode": 137, "OOMKilled": said}}])
    )

    assert (told.oom_killed, told.exit_code) == (killed, 137)
