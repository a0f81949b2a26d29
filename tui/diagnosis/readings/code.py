"""Readings of a case: which line of code asked for the connection, and where its host and port are written.

Law: a line is named as the culprit only where the value that it gives is the target's own.
"""

from msgspec import UNSET, Struct

from tui.diagnosis.readings import outcomes
from tui.model.case import Case
from tui.model.command_line import quoted
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
    return next((fact for fact in reversed(case.all(Code)) if fact.found and not fact.changed), None)


def code_location(case: Case) -> str | None:
    """`client.py:12`, the newest line of code that is known, whether its file could be read or not; None without any."""
    locations = [(fact.path, fact.call_line or fact.line) for fact in case.all(Code)]
    locations += [(fact.request.path, fact.request.line) for fact in case.all(NotObserved) if isinstance(fact.request, ReadCode)]
    return f"{_base(locations[-1][0])}:{locations[-1][1]}" if locations else None


def asked(case: Case, cause: str) -> CodeCulprit | None:
    """The line that asked for the wrong port or name, where `cause` is one of those and the line gives the target's value."""
    fact = code(case)
    part = "port" if cause == WRONG_PORT else "host" if cause in _NAMES else None
    if fact is None or part is None:
        return None
    value = next((given for given in fact.values if given.part == part and _is_targets(case, given)), None)
    if value is None:
        return None
    path, line = value.path or fact.read_as or fact.path, value.line or fact.line
    known_as = f" ({value.name})" if value.name and value.origin != "literal" else ""
    return CodeCulprit(
        culprit=Culprit(
            kind="code",
            path=path,
            line=line,
            function=fact.function or UNSET,
            name=value.name if value.name and value.origin in {"constant", "argument"} else UNSET,
            variable=value.name if value.name and value.origin == "environment" else UNSET,
        ),
        sentence=call_words(fact),
        evidence=fact.id,
        remedy=Remedy(
            do=f"Change the {part} where it is set: line {line} of {path}{known_as}.",
            command=f"sed -n '{line}p' {quoted(path)}",
            verify=f"The {part} there is the service's own, and the program connects.",
        ),
    )


def call_words(fact: Code) -> str:
    """`client.py:12 connects to db port 8081: the constant PORT at line 4; docker-compose.yml:9 publishes 8080`."""
    location = f"{_base(fact.read_as or fact.path)}:{fact.call_line or fact.line}"
    known = {value.part: value for value in fact.values}
    host, port = known.get("host"), known.get("port")
    url = known.get("url") or known.get("path")
    where = f"{host.value} " if host and host.value else ""
    if port and port.value:
        call = f"{location} connects to {where}port {port.value}"
    elif (host and host.value) or (url and url.value):
        call = f"{location} connects to {where or (url.value if url else '')}".rstrip()
    else:
        call = f"{location} asks for it"
    origin = next((value.sentence for value in (port, host, url) if value and value.sentence), "")
    also = "".join(f"; {mention.sentence}" for mention in fact.elsewhere[:2])
    return f"{call}: {origin}{also}" if origin else f"{call}{also}"


def _is_targets(case: Case, value: CodeValue) -> bool:
    """Whether the value is the one that was dialled: the target's port, or its name."""
    if value.value is None:
        return False
    if value.part == "port":
        return value.value == str(case.tcp.port)
    return outcomes.plain_name(value.value) == outcomes.plain_name(case.tcp.host)


def _base(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]
