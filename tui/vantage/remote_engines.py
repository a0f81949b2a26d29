"""The container engines of the other end: the part of the script that asks them, and its text read as their answers here.

Law: as here, an engine is asked only where its socket may be written, or its storage has been in use since that machine
started; one that is there and was not asked is said to be so. The sentences and the formats are those of
`probes.namespaces.engine_access` and `probes.namespaces.engines`.
"""

import shlex
from collections.abc import Iterator, Mapping
from typing import Protocol, get_args

from msgspec import Struct
from msgspec.structs import replace

from tui.model.facts import Container, Engine
from tui.model.numbers import decimal_number
from tui.probes.kernel.tool import Finished
from tui.probes.namespaces import engine_access, engines
from tui.probes.namespaces.container_settings import inspected, last_lines
from tui.vantage.remote_shell import sections

WAIT_S = 3
"""For one answer of an engine; docker answers in a tenth of a second, podman in half a second."""
MOST_BYTES = 1_000_000
"""Of one answer."""
LOGS_MARK = "=== refused logs"
_TOO_LATE = frozenset({124, 143})
"""The status of coreutils' `timeout`, and of busybox's."""
_LISTS = "\n".join(f'{engine}_list() {{ $wait "$@" {shlex.join(words)}; }}' for engine, words in engines.PS.items())
ENGINES_SCRIPT = f"""
wait='timeout {WAIT_S}'
command -v timeout >/dev/null || wait=
{_LISTS}
number=0 skipped=
list() {{
  engine=$1
  shift
  number=$((number + 1))
  text=$("${{engine}}_list" "$@" 2>&1 </dev/null)
  status=$?
  echo "=== engine$number"
  echo "$engine $*"
  echo "$status"
  printf '%s\\n' "$text" | head -c {MOST_BYTES} | sed 's/^/ /'
  [ "$engine" != containerd ] || return 0
  ids=$(printf '%s\\n' "$text" | grep -oE '"I[Dd]": ?"[0-9a-f]+"' | grep -oE '[0-9a-f]{{12,}}' | head -n {engines.MOST_INSPECTED})
  if [ -n "$ids" ]; then
    echo "=== settings$number"
    $wait "$@" inspect --type container $ids 2>/dev/null </dev/null | head -c {MOST_BYTES} | sed 's/^/ /'
  fi
}}
user=$(id -u)
for socket in /run/docker.sock "${{XDG_RUNTIME_DIR:-/none}}/docker.sock" /run/user/*/docker.sock; do
  [ -S "$socket" ] || continue
  case $(readlink -f "$socket") in */podman.sock) continue ;; esac
  case $sockets in *" $socket "*) continue ;; esac
  sockets="$sockets $socket "
  if [ ! -w "$socket" ]; then
    skipped="$skipped docker-denied"
  elif ! command -v docker >/dev/null; then
    skipped="$skipped docker-without-program:$socket"
  elif [ -d /run/systemd/system ] && ! grep -sqx dockerd [0-9]*/comm; then
    skipped="$skipped docker-asleep"
  else
    list docker docker --host "unix://$socket"
  fi
done
if command -v podman >/dev/null; then
  storage=$(sed -n 's/^ *graphroot *= *"\\([^"]*\\)".*/\\1/p' /etc/containers/storage.conf 2>/dev/null | head -n 1)
  storage=${{storage:-/var/lib/containers/storage}} alive=/run/libpod/alive
  if [ "$user" != 0 ]; then
    [ ! -e "${{storage%/*}}" ] || skipped="$skipped podman-denied"
    storage=${{XDG_DATA_HOME:-$HOME/.local/share}}/containers/storage
    alive=${{XDG_RUNTIME_DIR:-/tmp/podman-run-$user}}/libpod/tmp/alive
  fi
  if [ -e "$storage/libpod" ] && [ -e "$alive" ]; then
    list podman podman --log-level error
  elif [ -e "$storage/libpod" ]; then
    skipped="$skipped podman-idle"
  fi
fi
for socket in {" ".join(f"/run/{name}" for name in engine_access.CRI_SOCKETS)}; do
  [ -S "$socket" ] && command -v crictl >/dev/null || continue
  if [ -w "$socket" ]; then list containerd crictl --runtime-endpoint "unix://$socket"; else skipped="$skipped cri-denied"; fi
  break
done
echo '=== skipped'
printf '%s\\n' $skipped
"""
"""For any POSIX shell, in /proc; what an engine prints has a space before each line, so that it can't look like a section."""
_SKIPPED = {
    "docker-denied": engine_access.DOCKER_DENIED,
    "docker-asleep": engine_access.DOCKER_ASLEEP,
    "podman-denied": engine_access.PODMAN_DENIED,
    "cri-denied": engine_access.CRI_DENIED,
}


class AskThere(Protocol):
    """Runs a script at the other end, as `remote_shell.ask` with its prefix and environment."""

    async def __call__(self, script: str, *, mark: str) -> str:
        """What it prints after the mark. Raises RemoteShellError."""


class Asked(Struct, frozen=True):
    """One engine that was asked."""

    program: tuple[str, ...]
    containers: tuple[Container, ...]


class Engines(Struct, frozen=True):
    """What the engines of the other end answered."""

    asked: tuple[Asked, ...] = ()
    problems: tuple[tuple[str, bool], ...] = ()
    """Sentences on the engines that were asked in vain, or not at all; each with whether none of its containers can run."""

    @property
    def containers(self) -> tuple[Container, ...]:
        """The containers of all engines, each once."""
        return engines.each_once(one.containers for one in self.asked)


def read(parts: Mapping[str, str]) -> Engines:
    """The answers, by the sections that the script printed."""
    asked, problems = [], list(_skipped(parts.get("skipped", "")))
    for number in range(1, len(parts) + 1):
        head, _, rest = parts.get(f"engine{number}", "").lstrip("\n").partition("\n")
        word, _, text = rest.partition("\n")
        status = decimal_number(word)
        engine = next((known for known in get_args(Engine) if known == head.partition(" ")[0]), None)
        if engine is None or status is None:
            continue
        program = tuple(head.split()[1:])
        if status:
            problems.append((_problem(program[0], status, text), False))
            continue
        containers = inspected(list(engines.containers_in(engine, _json(text))), _json(parts.get(f"settings{number}", "")))
        asked.append(Asked(program, tuple(containers[: engines.MOST_CONTAINERS])))
    return Engines(tuple(asked), tuple(dict.fromkeys(problems)))


async def with_last_words(answers: Engines, run: AskThere, *, port: int, name: str | None) -> Engines:
    """The same, with the last words of containers that ended and have to do with port or name. Raises RemoteShellError."""
    spoken = [
        (one.program, container)
        for one in answers.asked
        for container in one.containers
        if engines.has_last_words(container, port=port, name=name)
    ][: engines.MOST_LOGS]
    if not spoken:
        return answers
    lines = [
        f"echo '=== log{number}'; {shlex.join(engines.log_command(program, container))} 2>&1 </dev/null | "
        f"head -c {MOST_BYTES} | sed 's/^/ /'"
        for number, (program, container) in enumerate(spoken)
    ]
    printed = sections(await run("\n".join((f"echo '{LOGS_MARK}'", *lines, "")), mark=LOGS_MARK))
    words = {container.id: last_lines(printed.get(f"log{number}", "")) for number, (_, container) in enumerate(spoken)}
    asked = (
        replace(one, containers=tuple(replace(container, log=words.get(container.id, ())) for container in one.containers))
        for one in answers.asked
    )
    return replace(answers, asked=tuple(asked))


def _json(text: str) -> str:
    """The text from its first line of JSON on: a warning may stand before it."""
    lines = text.splitlines()
    first = next((index for index, line in enumerate(lines) if line.lstrip().startswith(("[", "{"))), len(lines))
    return "\n".join(line.removeprefix(" ") for line in lines[first:])


def _skipped(text: str) -> Iterator[tuple[str, bool]]:
    for word in text.split():
        kind, _, socket = word.partition(":")
        if kind == "podman-idle":
            yield engine_access.PODMAN_IDLE, True
        elif kind == "docker-without-program":
            yield engine_access.without_program(socket), False
        elif kind in _SKIPPED:
            yield _SKIPPED[kind], False


def _problem(program: str, status: int, text: str) -> str:
    if status in _TOO_LATE:
        return f"{program} did not answer within {WAIT_S} s."
    return engines.complaint(program, Finished(status, b"", text.encode("utf-8", "surrogateescape")))
