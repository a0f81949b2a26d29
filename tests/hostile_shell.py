"""What a real shell makes of a command line: the programs that it would run with their arguments. None of them is run.

Nothing is on the path, what is built in is switched off, and what `ssh` and `sh -c` would hand to another shell is read again.
"""

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

_SCRIPT = r"""
exec 3>&1 >/dev/null 2>&1 </dev/null
command_not_found_handle() { printf '%s\0' "$@" >&3; printf '\1\0' >&3; }
PATH=/nonexistent
BUILT_IN='alias bg bind cd declare disown echo exec exit export fg getopts hash history jobs kill let local mapfile popd pushd
  pwd read readonly set shopt source suspend test times trap type typeset ulimit umask unalias unset wait [ .'
while IFS= read -r -d '' line <&4; do
  printf '\2\0' >&3
  ( enable -n $BUILT_IN; eval "$line" )
done 4< "$1"
"""
_END_OF_COMMAND, _NEXT_LINE = b"\1", b"\2"


def executed(lines: Iterable[str], folder: Path) -> Iterator[tuple[str, list[list[str]]]]:
    """Each line with the argument lists that a shell makes of it; those for other shells are followed.

    AssertionError where a line wrote a file; `folder` is empty, for such files.
    """
    lines = [line for line in dict.fromkeys(lines) if line]
    inner: dict[str, list[str]] = {}
    known = dict(zip(lines, _words(lines, folder), strict=True))
    for line, commands in known.items():
        inner[line] = [text for command in commands for text in _for_another_shell(command)]
    followed = dict(executed([text for texts in inner.values() for text in texts], folder)) if any(inner.values()) else {}
    for line, commands in known.items():
        yield line, commands + [command for text in inner[line] for command in followed.get(text, [])]


def _words(lines: list[str], folder: Path) -> Iterator[list[list[str]]]:
    work = folder / "work"
    work.mkdir(exist_ok=True)
    read = folder / "lines"
    read.write_bytes(b"".join(line.replace("\0", "").encode("utf-8", "replace") + b"\0" for line in lines))
    done = subprocess.run(
        ["/bin/bash", "--norc", "-c", _SCRIPT, "bash", str(read)], cwd=work, env={}, capture_output=True, check=False, timeout=300
    )
    written = [path.name for path in work.iterdir()]
    assert not written, f"a command line wrote {written}"
    parts = done.stdout.split(_NEXT_LINE + b"\0")[1:]
    assert len(parts) == len(lines), f"the shell read {len(parts)} of {len(lines)} lines"
    for part in parts:
        commands = [command.split(b"\0")[:-1] for command in part.split(_END_OF_COMMAND + b"\0")[:-1]]
        yield [[word.decode("utf-8", "replace") for word in command] for command in commands]


def _for_another_shell(command: list[str]) -> Iterator[str]:
    words = command
    while words[:1] in (["sudo"], ["env"]) or (words and "=" in words[0]):
        words = words[1:]
    if words[:1] == ["ssh"]:
        rest = words[1:]
        while rest and rest[0].startswith("-"):
            rest = rest[2 if rest[0] in {"-L", "-p", "-i", "-o", "-l", "-J"} else 1 :]
        if len(rest) > 1:
            yield " ".join(rest[1:])
    elif "-c" in words[1:-1] and words[words.index("-c") - 1].rpartition("/")[2] in {"sh", "bash"}:
        yield words[words.index("-c") + 1]
