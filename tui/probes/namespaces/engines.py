"""The containers that docker, podman and CRI engines know, by their command-line programs' JSON.

Law: an engine that is not there is not mentioned; one that is there and may not be asked is. Each program has a deadline,
and a line that is not understood is skipped. Sources: docker-ps(1), podman-ps(1) and crictl's `ps`, whose forms differ:
docker prints one object on each line, its ports as text, and none of a container that does not run; podman prints one array
with ports as objects; crictl has neither ports nor exit codes.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tui.model.facts import Container, Engine
from tui.model.safe_text import safe_line, safe_name
from tui.probes.kernel.threads import in_thread
from tui.probes.kernel.tool import Finished, run_tool
from tui.probes.namespaces.container_settings import MOST_LINES, inspected, known_state, last_lines, whole_number
from tui.probes.namespaces.engine_access import Access, EnginePlaces, NoAccess, accesses

DEADLINE_S = 4.0
"""docker answers in a tenth of a second, podman in half a second; nobody waits for a daemon that hangs."""
MOST_CONTAINERS = 500
MOST_PORTS = 100
"""Of one container; ranges are counted port by port."""
SHORT_ID = 12
MOST_INSPECTED = 100
"""Each takes about a millisecond, and some ten kilobytes of output."""
MOST_LOGS = 4
PS: dict[Engine, tuple[str, ...]] = {
    "docker": ("ps", "--all", "--no-trunc", "--format", "{{json .}}"),  # `json` alone is understood since 23.0
    "podman": ("ps", "--all", "--no-trunc", "--format", "json"),
    "containerd": ("ps", "--all", "--output", "json"),
}
_DENIED = "permission denied"
_TO_ASK = re.compile(r"\b(?:connect|socket|api)\b")
_ASKING = re.compile(r"\b(?:connect|dial)\b")
"""About the engine's socket; not about another user's settings file that the program reads first."""
_ENDED = re.compile(r"Exited \((\d{1,20})\)")
_PORT_TEXT = re.compile(r"(?P<host>\S*):(?P<first>\d{1,5})(?:-(?P<last>\d{1,5}))?->(?P<inside>\d{1,5})(?:-\d{1,5})?/tcp")


class Answers(Struct, frozen=True):
    """What the engines answered, and which of them gave no answer."""

    containers: tuple[Container, ...] = ()
    problems: tuple[str, ...] = ()
    """One sentence for each engine that may not be asked, can't be, or did not answer in time."""
    idle: tuple[str, ...] = ()
    """Likewise for those of which no container can run."""


async def ask(
    environ: Mapping[str, str], *, port: int | None = None, name: str | None = None, places: EnginePlaces | None = None
) -> Answers:
    """Ask every engine of this machine that may be asked, all at the same time. Raises nothing.

    Of containers that ended and have to do with the port or the name, the last words are read too.
    """
    ways = await in_thread(accesses, environ, places or EnginePlaces())
    wanted = partial(has_last_words, port=port, name=name)
    answers = await asyncio.gather(*(_ask(way, environ, wanted) for way in ways if isinstance(way, Access)))
    refusals = [way for way in ways if isinstance(way, NoAccess)]
    problems = (*(way.reason for way in refusals if not way.is_idle), *(problem for _, problem in answers if problem))
    idle = tuple(way.reason for way in refusals if way.is_idle)
    return Answers(each_once(containers for containers, _ in answers), tuple(dict.fromkeys(problems)), idle)


def each_once(lists: Iterable[Iterable[Container]]) -> tuple[Container, ...]:
    """The containers of all engines, each once: docker may be podman under another name."""
    known: dict[str, Container] = {}
    for container in chain.from_iterable(lists):
        known.setdefault(container.id or container.label, container)
    return tuple(known.values())[:MOST_CONTAINERS]


def containers_in(engine: Engine, text: str) -> Iterator[Container]:
    """The containers in the output of one program: one object on each line, an array, or an object that holds an array."""
    for entry in _entries(text):
        identity = _words(entry.get("ID") or entry.get("Id") or entry.get("id"))
        name = _name(entry)
        if identity or name:
            state = _words(entry.get("State") or entry.get("state")).removeprefix("CONTAINER_").lower()
            yield Container(
                engine=_podman(engine, entry),
                id=identity[:SHORT_ID],
                name=name,
                image=_image(entry),
                state=known_state(state),
                pid=whole_number(entry.get("Pid")) or None,
                published=tuple(dict.fromkeys(_ports(entry.get("Ports"))))[:MOST_PORTS],
                exit_code=_exit_code(entry, state),
            )


async def _ask(way: Access, environ: Mapping[str, str], wanted: Callable[[Container], bool]) -> tuple[list[Container], str]:
    """The containers of one engine with their settings, and the last words of those wanted that ended; or why it gave none."""
    run = partial(_run, environ=environ)
    done = await run((*way.program, *PS[way.engine]))
    if isinstance(done, str):
        return [], done
    containers = list(containers_in(way.engine, done.output.decode(errors="backslashreplace")))[:MOST_CONTAINERS]
    if way.engine == "containerd":  # crictl's inspect has another form, and no ports either
        return containers, ""
    # Those that do not run come first: of the others `ps` has said most.
    ids = [one.id for one in sorted(containers, key=lambda one: one.state == "running") if one.id][:MOST_INSPECTED]
    settings = await run((*way.program, "inspect", "--type", "container", *ids)) if ids else ""
    if isinstance(settings, Finished):
        containers = inspected(containers, settings.output.decode(errors="backslashreplace"))
    spoken = [one for one in containers if wanted(one)][:MOST_LOGS]
    logs = await asyncio.gather(*(run(log_command(way.program, one)) for one in spoken))
    lines = {
        one.id: last_lines((log.output + log.errors).decode(errors="backslashreplace"))
        for one, log in zip(spoken, logs, strict=True)
        if isinstance(log, Finished) and not log.status
    }
    return [replace(one, log=lines.get(one.id, ())) for one in containers], ""


async def _run(command: tuple[str, ...], *, environ: Mapping[str, str]) -> Finished | str:
    """How the command ended, or why it gave no answer, a sentence."""
    try:
        done = await run_tool(command, environ=environ, deadline_s=DEADLINE_S)
    except TimeoutError:
        return f"{command[0]} did not answer within {DEADLINE_S:g} s."
    except OSError as error:
        return f"{command[0]} could not be run ({error.strerror})."
    # `inspect` prints what it knows of the others when one container has gone meanwhile.
    return complaint(command[0], done) if done.status and not done.output.lstrip().startswith(b"[") else done


def log_command(program: tuple[str, ...], container: Container) -> tuple[str, ...]:
    """The command that prints a container's last words."""
    return (*program, "logs", "--tail", str(MOST_LINES), container.id)


def complaint(program: str, done: Finished) -> str:
    """Why an engine gave no answer, in its own words where it is not just a matter of permission."""
    text = (done.errors or done.output).decode(errors="backslashreplace")
    if any(map(_is_denied, text.lower().splitlines())):
        return f"This user may not ask {program} (permission denied)."
    last = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), f"it ended with status {done.status}")
    return f"{program} gave no list of containers: {safe_line(last).rstrip('.')}."


def _is_denied(line: str) -> bool:
    """Whether a line, in lower case, says that the engine's socket may not be connected to."""
    after, before = line.partition(f"{_DENIED} ")[2], line.rpartition(f": {_DENIED}")[0]
    return bool(_TO_ASK.search(after) or _ASKING.search(before))


def has_last_words(container: Container, *, port: int | None, name: str | None) -> bool:
    """Whether it has to do with the port or the name, and does not run or was started anew, so that its log says why."""
    if container.state in {"running", "paused", "created", None} and not container.restarts:
        return False
    ports = {number for _, outside, inside in container.published for number in (outside, inside)} | {*container.exposed}
    return port in ports or (bool(name) and name in {container.name, container.id, (container.name or "").rpartition("/")[2]})


def _entries(text: str) -> Iterator[dict[str, Any]]:
    for part in (text, *text.splitlines()) if text.lstrip().startswith(("[", "{")) else ():
        try:
            value = json.loads(part)
        except (ValueError, RecursionError):
            continue
        rows = value.get("containers", [value]) if isinstance(value, dict) else value
        if isinstance(rows, list):
            yield from (row for row in rows if isinstance(row, dict))
        if part is text:
            return


def _podman(engine: Engine, entry: Mapping[str, Any]) -> Engine:
    """Podman may answer to docker's name (podman-docker); its rows have a process id."""
    return "podman" if engine == "docker" and "Pid" in entry else engine


def _name(entry: Mapping[str, Any]) -> str | None:
    """The name; for a pod's container with the pod's name, since every pod may have its `app`."""
    names = entry.get("Names") or entry.get("Name") or entry.get("metadata")
    if isinstance(names, dict):
        labels = entry.get("labels")
        pod = labels.get("io.kubernetes.pod.name") if isinstance(labels, dict) else None
        return _words("/".join(str(part) for part in (pod, names.get("name")) if part)) or None
    if isinstance(names, list):
        names = names[0] if names else None
    return _words(names).partition(",")[0].removeprefix("/") or None


def _image(entry: Mapping[str, Any]) -> str | None:
    image = entry.get("Image") or entry.get("image")
    if isinstance(image, dict):
        image = image.get("userSpecifiedImage") or image.get("image")
    return _words(image) or None


def _exit_code(entry: Mapping[str, Any], state: str) -> int | None:
    """The exit code: podman has it as a number, docker within its text; a running container has none, whatever its row says."""
    if state in {"running", "created", "paused"}:
        return None
    code = whole_number(entry.get("ExitCode"))
    match = _ENDED.search(_words(entry.get("Status")))
    return int(match[1]) if code is None and match else code


def _ports(value: object) -> Iterator[tuple[str, int, int]]:
    """Published TCP ports, from docker's text or podman's objects; an empty host address means every one."""
    if isinstance(value, str):
        for part in value.split(","):
            match = _PORT_TEXT.fullmatch(part.strip())
            if match:
                outer, inner = int(match["first"]), int(match["inside"])
                number = min(int(match["last"] or outer) - outer + 1, MOST_PORTS)
                yield from ((_host(match["host"]), outer + n, inner + n) for n in range(number))
    elif isinstance(value, list):
        for row in value:
            first = whole_number(row.get("host_port")) if isinstance(row, dict) else None
            inside = whole_number(row.get("container_port")) if isinstance(row, dict) else None
            if first and inside and str(row.get("protocol") or "tcp") == "tcp":
                number = min(max(whole_number(row.get("range")) or 1, 1), MOST_PORTS)
                yield from ((_host(str(row.get("host_ip") or "")), first + n, inside + n) for n in range(number))


def _host(text: str) -> str:
    """A host address without brackets; docker before 20.10 writes `::` with the port's colon after it."""
    bare = text.strip("[]")
    return safe_name({"": "0.0.0.0", ":": "::"}.get(bare, bare))  # noqa: S104 -- named, not bound


def _words(value: object) -> str:
    return safe_line(value) if isinstance(value, str) else ""
