"""Where a walk goes on: at what a proxy of this machine forwards to, once that is known to fail.

Law: only from where the proxy itself connects. One that runs elsewhere, or in another network, names addresses of that place;
and a socket file that this user may not open says nothing of the proxy's own user.
"""

from msgspec.structs import replace

from tui.diagnosis.readings import upstream
from tui.model.case import Case
from tui.model.facts import SessionHost
from tui.model.judgement import Assessment
from tui.model.options import Options
from tui.model.target import Target, TargetError, TcpTarget, UnixTarget, parse_target

_LEADING = frozenset({"upstream.refused", "upstream.timeout", "upstream.closed", "server.error"})
"""Causes that are, or may be, of a service behind that can be walked: not of one that has moved, or has no address."""
MOST_STRETCHES = 4
"""A request that passes more fronts than this on one machine goes round in a circle."""


def onward(case: Case, assessment: Assessment) -> Target | None:
    """What to walk next; None where nothing behind the target is known to fail, or it was walked already."""
    verdict = assessment.verdict
    if verdict is None or verdict.cause not in _LEADING or len(case.behind) + 1 >= MOST_STRETCHES:
        return None
    known = upstream.behind(case)
    text = upstream.text_of(known[0], case.tcp.asks_for) if known else ""
    try:
        target = parse_target(text) if text else None
    except TargetError:
        return None
    if isinstance(target, UnixTarget) and not _may_open_all(case):
        return None
    walked = {case.target.label, *(each.target.label for each in case.behind)}
    return target if target and target.label not in walked else None


def _may_open_all(case: Case) -> bool:
    """Whether this walk is root's, whom no permission of a file keeps out."""
    host = case.last(SessionHost)
    return host is not None and host.user == 0


def options_there(options: Options, target: Target) -> Options:
    """The settings for the next stretch: what was said of the first target's service and machine is not true of this one."""
    return replace(options, service=None, servers=(), source=options.source if isinstance(target, TcpTarget) else None)
