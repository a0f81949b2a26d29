"""Where and when a text was written: what the line of a log says before the message.

docker compose and kubectl print who wrote a line, syslog and journald (syslog(3), RFC 3164, RFC 5424's time) the machine and the
process, nginx its worker. A time is repeated as it is written: most logs name no time zone.
"""

import re

from tui.model.facts.error_text import TextOrigin
from tui.model.safe_text import safe_text

LONGEST_PREFIX = 200
"""How much of a line is read, in characters."""

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_TIME = re.compile(
    r"\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
    rf"|\d{{1,2}}/{_MONTH}/\d{{4}}:\d\d:\d\d:\d\d(?: [+-]\d{{4}})?"
    rf"|(?:[A-Z][a-z]{{2}} )?{_MONTH} {{1,2}}\d{{1,2}} \d\d:\d\d:\d\d(?:\.\d{{1,9}})?(?: \d{{4}})?"
)
_COMPOSE = re.compile(r"(?P<container>[a-z0-9][\w.-]{0,62}) {1,32}\| ")
_POD = re.compile(r"\[pod/(?P<container>[a-z0-9][a-z0-9.-]{0,252})/[a-z0-9-]{1,63}\] ")
_SYSLOG = re.compile(
    rf"(?:<\d{{1,3}}>)?(?:{_MONTH} {{1,2}}\d{{1,2}} \d\d:\d\d:\d\d|\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\S{{0,20}})"
    r" (?P<host>[A-Za-z0-9][\w.-]{0,252}) [\w./@-]{1,64}(?:\[(?P<pid>\d{1,7})\])?: "
)
_NGINX = re.compile(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[[a-z]{4,6}\] (?P<pid>\d{1,7})#\d{1,7}: ")


def origin_of(line: str) -> TextOrigin:
    """What the start of `line`, as it was given, says of where and when it was written."""
    start = line[:LONGEST_PREFIX]
    named = {
        key: value
        for pattern in (_COMPOSE, _POD, _SYSLOG, _NGINX)
        if (match := pattern.search(start) if pattern is _NGINX else pattern.match(start))
        for key, value in match.groupdict().items()
        if value
    }
    time = _TIME.search(start)
    return TextOrigin(
        at=safe_text(time[0]) if time else None,
        container=named.get("container"),
        host=named.get("host"),
        pid=int(named["pid"]) if "pid" in named else None,
    )
