"""The named Unix sockets of this network namespace, and which of them is bound to a given file.

Law: a socket belongs to a file by the file's own identity (device and inode, from sock_diag), so that links,
relative names and other mount namespaces do not mislead; by its name only where the identity cannot be compared.
A name alone is weak: a server may still listen on a file that has been deleted and created again.
"""

import os
from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import Path

from tui.model.safe_text import safe_text
from tui.probes.sockets import sock_diag
from tui.probes.sockets.proc_net import unix_table
from tui.probes.sockets.socket_rows import UnixSocket

MOST_ALIKE = 5
_ALIKE = 0.8
"""How alike the last parts must be (difflib's ratio): `mysql.sock` and `mysqld.sock` are, `app.sock` and `web.sock` are not."""
_INODE_BITS = 0xFFFFFFFF  # sock_diag gives the lower half


def read_table(proc: Path) -> list[UnixSocket]:
    """All named Unix sockets. Blocks. Raises OSError where neither sock_diag nor /proc/net/unix can be read."""
    if proc == Path("/proc"):
        try:
            return sock_diag.unix_sockets()
        except OSError:  # not permitted, or a kernel without unix_diag
            pass
    return list(unix_table((proc / "net/unix").read_bytes().decode("utf-8", "surrogateescape")))


def bound_to(path: str | Path, status: os.stat_result | None, table: Iterable[UnixSocket]) -> list[UnixSocket]:
    """The sockets of `table` that are bound to the file at `path`, whose stat is `status` (None: an abstract name)."""
    if status is None:
        return [row for row in table if row.name == safe_text(str(path))]
    names = {safe_text(str(path)), safe_text(os.path.realpath(path))}
    device = os.major(status.st_dev), os.minor(status.st_dev)
    return [
        row
        for row in table
        if (row.file[2] == status.st_ino & _INODE_BITS if row.file and row.file[:2] == device else row.name in names)
    ]


def look_alikes(path: str, table: Iterable[UnixSocket], own: Iterable[UnixSocket]) -> list[str]:
    """Up to `MOST_ALIKE` listening sockets that could have been meant: those with the same last part, then with a similar one.

    `path` itself can be among them where it is not that listener's file: deleted since, or in another mount namespace.
    """
    own_names = {row.name for row in own}
    wanted = _last_part(safe_text(path))
    alike = {row.name: SequenceMatcher(None, wanted, _last_part(row.name)).ratio() for row in table if row.listening}
    names = sorted(
        (name for name in alike if alike[name] >= _ALIKE and name not in own_names), key=lambda name: (-alike[name], name)
    )
    return names[:MOST_ALIKE]


def _last_part(name: str) -> str:
    return name.removeprefix("@").rpartition("/")[2]
