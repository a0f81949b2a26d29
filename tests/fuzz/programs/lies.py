"""The ways in which a program can lie, each a shell script; `true` is a file that has what it would say if it did not.

Law: the same seed makes the same script. None of them does anything but write, wait and end.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from tests.fuzz.mangle import mangled

MARK = "PWNED"
"""What is in every name that wants to be a command."""
HOSTILE = f";{MARK};$({MARK})`{MARK}`"
LONG_S = 600
"""Longer than any look; whoever is still there after the walk was left behind."""
_LONGEST = 5_000_000
"""Bytes; more than is read of any program."""
_JSON_TEXT = re.compile(rb'"([^"\\]{3,})"(?!\s*:)')
_SETTING = re.compile(rb"=(.+)$", re.MULTILINE)


def _hostile(true: bytes) -> bytes:
    """The truth with names that are commands: the texts of JSON, else what stands behind `=`."""
    mark = HOSTILE.encode()
    pattern = _JSON_TEXT if true.lstrip()[:1] in b"[{" else _SETTING
    return pattern.sub(lambda match: match[0].replace(match[1], match[1] + mark), true)


def _huge(true: bytes) -> bytes:
    return re.sub(rb"\d+", b"9" * 5000, true)[:_LONGEST]


def _escapes(_true: bytes) -> bytes:
    return b"\x1b[2J\x1b]0;owned\x07\x1b[31m\x9b5m\r\n\x08\x08\x00" * 50


def _bidi(true: bytes) -> bytes:
    return "\u202e\u2066\u200b".encode().join(true[:20_000].split(b"e"))


WRITES: Mapping[str, Callable[[bytes, Random], bytes]] = {
    "hostile-names": lambda true, _: _hostile(true),
    "escapes": lambda true, _: _escapes(true),
    "bidi": lambda true, _: _bidi(true),
    "nul": lambda true, _: true.replace(b" ", b"\0"),
    "huge-numbers": lambda true, _: _huge(true),
    "deep-json": lambda _, __: b"[" * 100_000 + b'{"a":' * 100_000,
    "random": lambda _, random: random.randbytes(100_000),
    "latin-1": lambda true, _: true + b"\xe9\xff\xfe\xed\xa0\x80",
    "one-line": lambda true, _: true.replace(b"\n", b" ") * (1_000_000 // (len(true) or 1)),
    "nothing": lambda _, __: b"",
    "mangled": mangled,
}
"""Texts that end: what is written, made of the truth."""
BEHAVES: Mapping[str, str] = {
    "status": 'cat "$true"; echo "no: \x1b[31m you may not" >&2; exit 3',
    "killed": 'cat "$true"; kill -9 $$',
    "endless": "exec yes '=== refused'",
    "endless-errors": "exec yes no >&2",
    "leaves-a-child": f'cat "$true"; sleep {LONG_S} & exit 0',
    "hang": f"exec sleep {LONG_S}",
    "stop": "kill -STOP $$",
    "closes-and-sleeps": f"exec >&- 2>&- <&-; sleep {LONG_S}",
    "ignores-signals": f"trap '' TERM INT HUP PIPE; cat \"$true\"; sleep {LONG_S}; sleep {LONG_S}",
    "trickle": "while :; do printf x; sleep 0.2; done",
}
"""How it ends, or does not. What it leaves in a session of its own, as ssh does with its master, is its own affair."""
ASKED = "asked"
"""The file that a liar makes in its folder when it is run."""
_SAYS_SO = 'cat "$true"'
WAITS = frozenset({"hang", "stop", "closes-and-sleeps", "ignores-signals", "trickle"})
"""Those that are ended at their deadline, which takes some seconds."""
LIES = (*WRITES, *BEHAVES)


def script(lie: str, true: bytes, folder: Path, random: Random) -> str:
    """A shell script that tells this lie; its texts are put into `folder`, which is of this script alone."""
    folder.mkdir(parents=True, exist_ok=True)
    told = folder / "text"
    told.write_bytes(WRITES[lie](true, random) if lie in WRITES else true)
    return f"#!/bin/sh\n: >{folder / ASKED}\ntrue={told}\n{BEHAVES.get(lie, _SAYS_SO)}\n"
