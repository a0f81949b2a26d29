"""Readings of a case that tell which line of code asked for the connection, and where its host and port stand.

Law: a line is named as the culprit only where the value that it gives is the target's own.
"""

from msgspec import UNSET, Struct

from tui.diagnosis.readings import outcomes
from tui.model.case import Case
from tui.model.facts import Code, CodeValue, NotObserved
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import ReadCode

WRONG_PORT = "port.wrong-port"
_NAMES = frozenset({"name.not-found", "name.no-address", "name.search-domain", "name.family-mismatch"})
"""The causes that a name itself can be; where a nameserver or the hosts file is at fault, the code is not."""


class CodeCulprit(Struct, frozen=True, kw_only=True):
    """The line that gives the wrong value, in the forms a verdict needs."""

    culprit: Culprit
    sentence: str
    evidence: str
    remedy: Remedy


def code(case: Case) -> Code | None:
    """The newest code that was read and is the one that the error text shows."""
    return next((one for one in reversed(case.all(Code)) if one.found and not one.changed), None)


def place_of_code(case: Case) -> str | None:
    """`client.py:12`, the newest line of code that is known, whether its file could be read or not; None without any."""
    places = [(one.path, one.call_line or one.line) for one in case.all(Code)]
    places += [(one.request.path, one.request.line) for one in case.all(NotObserved) if isinstance(one.request, ReadCode)]
    return f"{_base(places[-1][0])}:{places[-1][1]}" if places else None


def asked(case: Case, cause: str) -> CodeCulprit | None:
    """The line that asked for the wrong port or name, where `cause` is one of those and the line gives the target's value."""
    found = code(case)
    part = "port" if cause == WRONG_PORT else "host" if cause in _NAMES else None
    if found is None or part is None:
        return None
    value = next((one for one in found.values if one.part == part and _is_targets(case, one)), None)
    if value is None:
        return None
    path, line = value.path or found.read_as or found.path, value.line or found.line
    known_as = f" ({value.name})" if value.name and value.origin != "literal" else ""
    return CodeCulprit(
        culprit=Culprit(
            kind="code",
            path=path,
            line=line,
            function=found.function or UNSET,
            name=value.name if value.name and value.origin in {"constant", "argument"} else UNSET,
            variable=value.name if value.name and value.origin == "environment" else UNSET,
        ),
        sentence=call_words(found),
        evidence=found.id,
        remedy=Remedy(
            do=f"Change the {part} where it stands: line {line} of {path}{known_as}.",
            command=f"sed -n '{line}p' {path}",
            verify=f"The {part} there is the service's own, and the program connects.",
        ),
    )


def call_words(found: Code) -> str:
    """`client.py:12 connects to db port 8081: the constant PORT at line 4; docker-compose.yml:9 publishes 8080`."""
    place = f"{_base(found.read_as or found.path)}:{found.call_line or found.line}"
    known = {one.part: one for one in found.values}
    host, port = known.get("host"), known.get("port")
    url = known.get("url") or known.get("path")
    where = f"{host.value} " if host and host.value else ""
    if port and port.value:
        told = f"{place} connects to {where}port {port.value}"
    elif (host and host.value) or (url and url.value):
        told = f"{place} connects to {where or (url.value if url else '')}".rstrip()
    else:
        told = f"{place} asks for it"
    origin = next((one.sentence for one in (port, host, url) if one and one.sentence), "")
    also = "".join(f"; {one.sentence}" for one in found.elsewhere[:2])
    return f"{told}: {origin}{also}" if origin else f"{told}{also}"


def _is_targets(case: Case, value: CodeValue) -> bool:
    """Whether the value is the one that was dialled: the target's port, or its name."""
    if value.value is None:
        return False
    if value.part == "port":
        return value.value == str(case.tcp.port)
    return outcomes.plain_name(value.value) == outcomes.plain_name(case.tcp.host)


def _base(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]
