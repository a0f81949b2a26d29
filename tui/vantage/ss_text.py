"""What `ss -Hltnup` (with or without -e) prints, read as listeners: pure functions of the text.

Law: a line that is not understood is skipped, never guessed. Source: ss(8), misc/ss.c of iproute2.
"""

import re

from tui.model.address import literal_address, plain_address, without_zone, zone_of
from tui.model.facts import Listener
from tui.model.safe_text import safe_name
from tui.probes.sockets.cgroups import container_of, unit_of

_LINE = re.compile(
    r"(?P<proto>tcp|udp)\s+(?P<state>LISTEN|UNCONN)\s+(?P<waiting>\d{1,20})\s+(?P<limit>\d{1,20})\s+(?P<local>\S+):(?P<port>\d{1,5})\s+\S++(?P<more>.*)"
)
_USER = re.compile(r'\("(?P<name>[^"]*)",pid=(?P<pid>\d{1,20}),')
_NUMBER = re.compile(r"(?<=\s)(uid|ino|v6only):(\d{1,20})(?=\s|$)")
_GROUP = re.compile(r"(?<=\s)cgroup:(\S+)")
_STATES = {("tcp", "LISTEN"), ("udp", "UNCONN")}


def listeners_of_ss(text: str) -> list[Listener]:
    """The listening TCP and unconnected UDP sockets in the text, in its order."""
    # Before iproute2 4.13 an IPv6 wildcard was `:::80` and `*:80` meant IPv4; since then `*` means both families.
    old = bool(re.search(r"\s:::\d+\s", text))
    matches = (_LINE.fullmatch(line.strip()) for line in text.split("\n"))
    rows = [_listener(line, old=old) for line in matches if line and (line["proto"], line["state"]) in _STATES]
    return [row for row in rows if literal_address(row.address)]


def _listener(line: re.Match[str], *, old: bool) -> Listener:
    local, device = without_zone(line["local"]), zone_of(line["local"])
    address = local.strip("[]")
    if address == "*":
        address = "0.0.0.0" if old else "::"  # noqa: S104 -- read, not bound
    details = {name: int(number) for name, number in _NUMBER.findall(line["more"])}
    group = _GROUP.search(line["more"])
    # The lowest process id, and process 1 last: it holds the sockets of services that it starts on demand.
    users = sorted((int(pid) == 1, int(pid), name) for name, pid in _USER.findall(line["more"]))
    _, pid, name = users[0] if users else (False, None, None)
    is_tcp = line["proto"] == "tcp"
    return Listener(
        proto="tcp" if is_tcp else "udp",
        address=plain_address(address),
        port=int(line["port"]),
        v6_only=bool(details.get("v6only", local == "[::]")),
        device=safe_name(device) or None,
        inode=details.get("ino"),
        uid=details.get("uid", 0 if "ino" in details else None),  # ss leaves it out for root
        pid=pid,
        process=safe_name(name) if name else None,
        unit=unit_of(group[1]) if group else None,
        container=container_of(group[1]) if group else None,
        queue=int(line["waiting"]) if is_tcp else None,
        queue_limit=int(line["limit"]) if is_tcp else None,
    )
