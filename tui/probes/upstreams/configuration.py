"""The configuration of a running proxy, read where the process itself sees it: nginx's and HAProxy's.

Law: files alone, within the process's own root, bounded in size and number; what may not be read is left out.
"""

import glob
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tui.model.facts import Upstream
from tui.model.requests import FindUpstreams
from tui.model.safe_text import safe_line
from tui.probes.forwarders.haproxy import forwardings_in
from tui.probes.kernel.text_file import text_of
from tui.probes.sockets.process import read_parent
from tui.probes.upstreams.nginx_settings import ProxiedRequest, upstreams_of

MOST_BYTES = 2_000_000
MOST_FILES = 200
"""A busy front has a file for each of its sites."""
MOST_UPSTREAMS = 32
_NGINX_FILE = re.compile(r"(?:^|\s)-c\s?(\S+)")
_NGINX_TITLE = "nginx: "
"""What nginx calls its processes (ngx_setproctitle.c); the master's title ends with its command line."""
_NGINX_MASTER = "nginx: master"
_NGINX_USUAL = "/etc/nginx/nginx.conf"


def is_read(process: Path) -> bool:
    """Whether the settings of the program behind `process`, its directory in /proc, are read here: nginx's master, HAProxy."""
    words = _words(process)
    return words[0].startswith(_NGINX_MASTER) or _program(words) in {"nginx", "haproxy"}


def configured(process: Path, request: FindUpstreams) -> tuple[Upstream, ...]:
    """What the settings of the program behind `process`, its directory in /proc, lead the request to. Raises nothing."""
    words = _words(process)
    if words[0].startswith(_NGINX_TITLE) or _program(words) == "nginx":
        return _of_nginx(process, " ".join(words), request)[:MOST_UPSTREAMS]
    if _program(words) == "haproxy":
        return _of_haproxy(process, words, request.port)[:MOST_UPSTREAMS]
    return ()


def _words(process: Path) -> list[str]:
    return text_of(process / "cmdline").rstrip("\0 ").split("\0")


def _program(words: Sequence[str]) -> str:
    return words[0].rpartition("/")[2]


def _of_nginx(process: Path, title: str, request: FindUpstreams) -> tuple[Upstream, ...]:
    named = _NGINX_FILE.search(title) or _NGINX_FILE.search(_parents_title(process))
    main = Path(named[1] if named else _NGINX_USUAL)
    asked = ProxiedRequest(request.address, request.port, request.host, request.path)
    left = [MOST_FILES]

    def included(pattern: str) -> Iterator[tuple[str, str]]:
        for name in _matching(_root(process), str(main.parent / pattern)):
            left[0] -= 1
            if left[0] < 0:
                return
            yield safe_line(name), _text(process, name)

    return upstreams_of(_text(process, str(main)), safe_line(str(main)), asked, included)


def _parents_title(process: Path) -> str:
    """A worker's master has the arguments."""
    try:
        parent = read_parent(process.parent, int(process.name))
    except (OSError, ValueError):
        return ""
    return text_of(process.parent / str(parent) / "cmdline").replace("\0", " ")


def _matching(root: Path, pattern: str) -> list[str]:
    """The paths below `root` that a pattern names, as the process sees them."""
    below = pattern.lstrip("/")
    if ".." in below.split("/"):
        return []
    return [f"/{name}" for name in sorted(glob.glob(below, root_dir=root))]  # noqa: PTH207 -- Path.glob has no root


def _of_haproxy(process: Path, words: Sequence[str], port: int) -> tuple[Upstream, ...]:
    paths = [value for option, value in zip(words, [*words[1:], ""], strict=True) if option in {"-f", "--"}]
    return tuple(
        Upstream(host=host, port=number, scheme="http", line=f"server {host}:{number}", source=safe_line(path))
        for path in paths
        if path.startswith("/")
        for forwarding in forwardings_in(_text(process, path), "http")
        if forwarding.port == port
        for host, number in forwarding.leads_to
        if host and number
    )


def _text(process: Path, path: str) -> str:
    return text_of(_root(process) / path.lstrip("/"), MOST_BYTES)


def _root(process: Path) -> Path:
    """The root directory as the process sees it; our own where its own may not be seen."""
    root = process / "root"
    return root if os.access(root / ".", os.X_OK) else Path("/")
