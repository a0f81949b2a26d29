"""Where the table of listening sockets comes from: the kernel by sock_diag, else /proc/net, else psutil.

Law: the first source that can be read wins, and sources are never mixed. The text tables come before
psutil because on Linux psutil reads the same tables and leaves out inode, user and queue.
"""

import socket
from pathlib import Path

from tui.model.address import plain_address
from tui.model.facts import Listener
from tui.model.safe_text import safe_name
from tui.probes.sockets import sock_diag
from tui.probes.sockets.proc_net import TABLES, inet_listeners
from tui.probes.sockets.socket_rows import BoundSocket

_OWN_PROC = Path("/proc")


def bound_sockets(proc: Path) -> list[BoundSocket]:
    """All listening TCP and unconnected, bound UDP sockets; the kernel is asked only for this process's own /proc.

    Blocks. Raises OSError where no source may be read.
    """
    if proc == _OWN_PROC:
        try:
            return sock_diag.bound_sockets()
        except OSError:  # a sandbox without netlink, or a kernel without the modules
            pass
    return from_proc_net(proc) if (proc / "net").exists() else from_psutil()


def from_proc_net(proc: Path) -> list[BoundSocket]:
    """The sockets in the text tables. Raises OSError where none of them can be read."""
    texts: dict[str, str] = {}
    failure: OSError | None = None
    for table in TABLES:
        try:
            texts[table] = (proc / "net" / table).read_text("ascii", "backslashreplace")
        except OSError as error:  # a machine without IPv6 has no table for it
            failure = error
    if failure and not texts:
        raise failure
    return [BoundSocket(listener) for table, text in texts.items() for listener in inet_listeners(table, text)]


def from_psutil() -> list[BoundSocket]:
    """The sockets as psutil has them on systems without /proc, owners included. Raises PermissionError if not allowed."""
    import psutil

    def name(pid: int | None) -> str | None:
        try:
            return safe_name(psutil.Process(pid).name()) if pid else None
        except psutil.Error:  # gone, or hidden
            return None

    try:
        connections = psutil.net_connections("inet")
    except psutil.AccessDenied as error:
        raise PermissionError("psutil was not permitted") from error
    bound: list[BoundSocket] = []
    for connection in connections:
        is_udp = connection.type == socket.SOCK_DGRAM
        if connection.laddr and (connection.status == psutil.CONN_LISTEN or (is_udp and not connection.raddr)):
            bound.append(
                BoundSocket(
                    Listener(
                        proto="udp" if is_udp else "tcp",
                        address=plain_address(connection.laddr.ip),
                        port=connection.laddr.port,
                        pid=connection.pid,
                        process=name(connection.pid),
                    )
                )
            )
    return bound
