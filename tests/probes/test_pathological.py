"""A text made to be slow costs its reader time in proportion to its length; counted in processor time, with a wide margin."""

import time
from collections.abc import Callable

import pytest

from tui.model import secrets
from tui.model.facts.service import LogLine
from tui.model.requests import SendEcho
from tui.probes.forwarders import arguments
from tui.probes.names import nsswitch
from tui.probes.namespaces import engines
from tui.probes.path import ping_program
from tui.probes.proxy import proxy_files
from tui.probes.services import logs
from tui.probes.services.units import shown_units
from tui.vantage.listeners import remote_owners
from tui.vantage.ss_text import listeners_of_ss

LONG = 200_000
"""Characters. What is quadratic takes minutes for them, what is linear a fraction of a second."""
LONGEST_S = 10.0
TEXTS: dict[str, tuple[Callable[[str], object], str]] = {
    "owners of digits": (remote_owners, "1" * LONG),
    "owners of colons": (remote_owners, "1:" * (LONG // 2)),
    "brackets in nsswitch": (nsswitch.parse, f"hosts: {'[' * LONG}"),
    "words in an action": (nsswitch.parse, f"hosts: [{'a' * LONG}]"),
    "spaces in an action": (nsswitch.parse, f"hosts: [{'! ' * (LONG // 2)}]"),
    "a unit's arguments": (shown_units, f"Id=a.service\nExecStart={'argv[]=' * (LONG // 7)}"),
    "ports of a container": (lambda text: list(engines.containers_in("docker", text)), '{"ID":"a","Ports":"' + ":" * LONG + '"}'),
    "a line of ss": (listeners_of_ss, "tcp LISTEN 0 128 " + ":1" * (LONG // 2)),
    "users in ss": (listeners_of_ss, "tcp LISTEN 0 128 *:1 *:* users:(" + '("' * (LONG // 2)),
    "settings of git": (lambda text: proxy_files._git(text, "http"), "[" * LONG),
    "spaces in git's settings": (lambda text: proxy_files._git(text, "http"), "[" + " " * LONG),
    "replies of ping": (
        lambda text: ping_program.read(text, "", SendEcho(address="10.0.3.9")),
        "1 packets transmitted\n" + "1 bytes from seq=1ttl=1 time=" + "1" * LONG,
    ),
    "digits in replies of ping": (
        lambda text: ping_program.read(text, "", SendEcho(address="10.0.3.9")),
        "1 packets transmitted\n1 bytes from seq=" + "1" * LONG,
    ),
    "names of killed processes": (
        lambda text: logs.out_of_memory_kill([(LogLine(where="kernel", text=text), True)], 2),
        "Out of memory: Killed process 1 (" * (LONG // 33),
    ),
    "where socat binds": (
        lambda text: list(arguments.forwardings("socat", ["socat", text, "TCP:127.0.0.1:80"])),
        "TCP-LISTEN:80" + ",bind=[" * (LONG // 7),
    ),
    "tokens": (secrets.masked, "eyJ" * (LONG // 3)),
    "tokens with dashes": (secrets.masked, "-eyJaaaaaa" * (LONG // 10)),
}


@pytest.mark.parametrize(("read", "text"), TEXTS.values(), ids=TEXTS)
def test_a_slow_text_is_read_in_time(read: Callable[[str], object], text: str) -> None:
    """It ends, in far less time than one that goes back and forth would take."""
    begun = time.process_time()
    read(text)

    assert time.process_time() - begun < LONGEST_S
