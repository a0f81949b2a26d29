"""The text tables under /proc/net, read as text: pure functions, for here without netlink and elsewhere without ss.

Law: a line that is not understood is skipped, never guessed. The tables have neither a listener's queue
limit nor IPV6_V6ONLY. Source: proc_pid_net(5), net/ipv4/tcp_ipv4.c get_openreq4, net/unix/af_unix.c.
"""

import re
import sys
from collections.abc import Iterator
from typing import Literal

from tui.model.facts import Listener
from tui.model.safe_text import safe_text
from tui.probes.sockets.socket_rows import UnixSocket, address_text

TABLES = ("tcp", "tcp6", "udp", "udp6")
_BOUND = {"tcp": "0A", "udp": "07"}  # TCP_LISTEN; TCP_CLOSE is the state of an unconnected UDP socket
_INET_LINE = re.compile(
    r"\s*\d+:\s+(?P<address>[0-9A-F]{8}|[0-9A-F]{32}):(?P<port>[0-9A-F]{4})\s+[0-9A-F]+:[0-9A-F]{4}\s+(?P<state>[0-9A-F]{2})"
    r"\s+[0-9A-F]+:(?P<waiting>[0-9A-F]{8})\s+\S+\s+\S+\s+(?P<uid>\d{1,20})\s+\d+\s+(?P<inode>\d{1,20})\b"
)
_UNIX_LINE = re.compile(
    r"[0-9a-f]+: [0-9A-F]+ [0-9A-F]+ (?P<flags>[0-9A-F]{8}) [0-9A-F]{4} [0-9A-F]{2} +(?P<inode>\d{1,20}) (?P<name>.+)"
)
_ACCEPTS = 0x10000  # __SO_ACCEPTCON


def inet_listeners(table: str, text: str) -> Iterator[Listener]:
    """The listening or bound sockets in the text of /proc/net/`table`, one of `TABLES`.

    The addresses are in the byte order of their machine; the other end's is taken to be ours.
    """
    proto: Literal["tcp", "udp"] = "tcp" if table.startswith("tcp") else "udp"
    for line in text.splitlines():
        match = _INET_LINE.match(line)
        if match and match["state"] == _BOUND[proto]:
            yield Listener(
                proto=proto,
                address=_address(match["address"]),
                port=int(match["port"], 16),
                inode=int(match["inode"]) or None,
                uid=int(match["uid"]),
                queue=int(match["waiting"], 16) if proto == "tcp" else None,
            )


def unix_table(text: str) -> Iterator[UnixSocket]:
    """The named sockets in the text of /proc/net/unix."""
    for line in text.split("\n"):  # a path may hold any other line end
        match = _UNIX_LINE.fullmatch(line)
        if match:
            yield UnixSocket(
                name=safe_text(match["name"]), inode=int(match["inode"]), listening=bool(int(match["flags"], 16) & _ACCEPTS)
            )


def _address(words: str) -> str:
    """Each 32-bit word is printed as a number of the machine, most significant digit first."""
    packed = bytes.fromhex(words)
    if sys.byteorder == "little":
        packed = b"".join(packed[start : start + 4][::-1] for start in range(0, len(packed), 4))
    return address_text(packed)
