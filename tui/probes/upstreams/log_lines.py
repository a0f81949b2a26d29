"""One line of a proxy's log, read for the service behind it that failed: pure.

The reader of error texts knows how nginx, Apache, HAProxy and programs in Go word it; here only what is the log's own is
added. Sources: ngx_http_upstream.c and ngx_log.c, Apache's mod_proxy (AH00957) and LogFormat, zap's JSON encoder (Caddy).
"""

import re
from datetime import datetime

from tui.errors.reading import read_error
from tui.model.facts import Upstream
from tui.model.safe_text import safe_text

LONGEST_LINE = 300
"""Characters that are kept of a line, and of a path."""
_SCHEME = re.compile(r"upstream: \"(?P<nginx>[a-z]{2,10})://|\bAH00957: (?P<apache>https?): attempt", re.IGNORECASE)
_REQUEST = re.compile(r"request: \"\w{1,10} (?P<nginx>[^\s\"]{1,2000})|\"uri\":\"(?P<caddy>[^\"]{0,2000})\"")
_SITE = re.compile(r"\bhost: \"(?P<nginx>[^\s\"]{1,255})\"|\"host\":\"(?P<caddy>[^\"]{1,255})\"")
_MESSAGE = re.compile(r"\"msg\":\"((?:[^\"\\]|\\.){1,600}+)\"")
"""What a line of JSON says; the rest is the request."""
_EPOCH = re.compile(r"\"ts\":(\d{10}(?:\.\d{1,9})?)")
_TIMES = ("%Y/%m/%d %H:%M:%S", "%a %b %d %H:%M:%S.%f %Y", "%a %b %d %H:%M:%S %Y")
"""nginx's and Apache's, both in the machine's own time zone."""
_BEHIND = frozenset({"upstream", "dialled"})


def failure_in(line: str, source: str, at: float | None = None) -> Upstream | None:
    """The service behind whose failure the line states; None where it states none. `at` outweighs the line's own time."""
    reading = read_error(line)
    ended = next((each for each in reading.endpoints if each.role in _BEHIND), None)
    if ended is None and reading.error_class == "dns":
        ended = next((each for each in reading.endpoints if each.host), None)
    if ended is None:
        return None
    scheme, message = _SCHEME.search(line), _MESSAGE.search(line)
    return Upstream(
        host=ended.host,
        port=ended.port,
        path=ended.path,
        scheme=(scheme["nginx"] or scheme["apache"]).lower() if scheme else None,
        failure=reading.error_class,
        asked=_either(_REQUEST, line),
        site=_either(_SITE, line),
        at=at if at is not None else _written(line, reading.origin.at),
        line=safe_text(message[1] if message else line.strip(), limit=LONGEST_LINE),
        source=source,
    )


def _either(pattern: re.Pattern[str], line: str) -> str | None:
    """What nginx or Caddy wrote there; None where neither did."""
    match = pattern.search(line)
    return safe_text(match["nginx"] or match["caddy"] or "", limit=LONGEST_LINE) if match else None


def _written(line: str, stamp: str | None) -> float | None:
    """When a line was written, by its own time; None where it has none that is known."""
    epoch = _EPOCH.search(line)
    if epoch:
        return float(epoch[1])
    for form in _TIMES:
        try:
            return datetime.strptime(stamp or "", form).astimezone().timestamp()
        except (ValueError, OverflowError, OSError):
            continue
    return None
