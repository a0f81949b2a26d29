"""Which other network namespaces a virtual cable (veth) leads to from here, by the kernel's own numbers for them.

Law: read only, and without privilege. Source: rtnetlink(7), linux/net_namespace.h, linux/if_link.h.
"""

import os
import struct
from functools import cached_property
from pathlib import Path
from typing import Self

from tui.probes.kernel import netlink

_GET_LINK, _GET_NUMBER = 18, 90  # RTM_GETLINK, RTM_GETNSID
_LINK = struct.Struct("=BxHiII")  # ifinfomsg
_GENERIC = struct.Struct("=Bxxx")  # rtgenmsg, padded
_LINK_NUMBER = 37  # IFLA_LINK_NETNSID
_NUMBER, _PROCESS, _FILE = 1, 2, 3  # NETNSA_NSID, NETNSA_PID, NETNSA_FD
_SIGNED, _UNSIGNED = struct.Struct("=i"), struct.Struct("=I")


class Links:
    """The numbers of the namespaces at the other ends of this namespace's links."""

    def __init__(self, numbers: frozenset[int]) -> None:
        self._numbers = numbers

    @classmethod
    def read(cls) -> Self:
        """The current links; none where netlink is not available."""
        try:
            with netlink.channel(netlink.ROUTE) as link:
                entries = link.dump(_GET_LINK, _LINK.pack(0, 0, 0, 0, 0))
        except OSError:
            return cls(frozenset())
        values = (netlink.attributes(entry[_LINK.size :]).get(_LINK_NUMBER, b"") for entry in entries)
        return cls(frozenset(_SIGNED.unpack(value)[0] for value in values if len(value) == _SIGNED.size))

    @cached_property
    def none(self) -> bool:
        """Whether no link leads elsewhere, so that the kernel need not be asked."""
        return not self._numbers

    def lead_to_process(self, pid: int) -> bool:
        """Whether a link leads to the namespace of process `pid`."""
        return self.number_of_process(pid) is not None

    def lead_to_file(self, path: Path) -> bool:
        """Whether a link leads to the namespace that `path` names."""
        return self.number_of_file(path) is not None

    def number_of_process(self, pid: int) -> int | None:
        """The number of the namespace of process `pid`, where a link leads there."""
        return None if self.none else self._known(_PROCESS, pid)

    def number_of_file(self, path: Path) -> int | None:
        """The number of the namespace that `path` names, where a link leads there."""
        if self.none:
            return None
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            return self._known(_FILE, descriptor)
        finally:
            os.close(descriptor)

    def _known(self, kind: int, value: int) -> int | None:
        try:
            with netlink.channel(netlink.ROUTE) as link:
                answer = link.ask(_GET_NUMBER, _GENERIC.pack(0) + netlink.attribute(kind, _UNSIGNED.pack(value)))
        except OSError:
            return None
        number = netlink.attributes(answer[_GENERIC.size :]).get(_NUMBER, b"")
        peer = _SIGNED.unpack(number)[0] if len(number) == _SIGNED.size else -1
        return peer if peer in self._numbers else None
