"""What came from outside is one word of every offered command, whatever it is called: each case again, with hostile names.

A file of a session can hold anything, so every text of every fact is changed, but for the command by hand, which is the
recorder's, and prefixes, which are the user's. What is no address or no host any more is not read at all.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.casefile import CASES, load
from tests.hostile_shell import executed
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.ranking import assess
from tui.model.case import Case
from tui.model.command_line import LEFT_OUT, LONGEST_WORD, behind, quoted
from tui.model.facts import AnyFact, SessionHost

MARK = "PWNED"
_ACTS = f";{MARK};$({MARK})"
HOSTILE: dict[str, Callable[[str], str]] = {
    "commands": lambda text: f"{text}{_ACTS}",
    "everything": lambda text: (
        f"{text[:1]};{MARK}|{MARK}&{MARK}\n{MARK}\n'{MARK};'\"{MARK};$({MARK})\"`{MARK}`*?~#{{a,b}}<>{MARK}"
    ),
    "escapes": lambda text: f"{text}\x1b]0;{MARK}\x07\x9b31m\u202e\u200b{_ACTS}",
    "option": lambda text: f"-{MARK}{text}",
    "long": lambda text: f"{text[:1]}{'A' * 10_000}{_ACTS}",
}
"""What is made of a text; its beginning or end stays, which says what a thing is (`.service`, `/`)."""
KEPT = frozenset({"kind", "id", "at", "command", "vantage", "servers", "transport"})
_SPAN = re.compile(r"`([^`]+)`")
_TYPED = re.compile(
    r"(?:sudo |time )?(?:refused|dig|ping|getent|ss|curl|docker|podman|ip (?:-\w+|route|neigh|address|link|rule)|systemctl|sysctl"
    r"|journalctl|tracepath|traceroute|nstat|namei|stat|openssl|tcpdump|kubectl|nsenter|ssh) "
)
"""How a span of a sentence begins that people type."""
CAUSES = sorted(path.name for path in CASES.iterdir() if path.is_dir())


def changed(value: Any, change: Callable[[str], str], frozen: frozenset[tuple[str, ...]], path: tuple[str, ...] = ()) -> Any:
    """The same with every text changed that is not kept, nor frozen by where it stands."""
    if isinstance(value, dict):
        return {key: one if key in KEPT else changed(one, change, frozen, (*path, key)) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [changed(one, change, frozen, path) for one in value]
    return change(value) if isinstance(value, str) and path not in frozen else value


def texts(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where the texts of a fact stand, by the keys that lead there."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from () if key in KEPT else texts(one, (*path, key))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one, path)
    elif isinstance(value, str):
        yield path


_FROZEN: dict[tuple[str, ...], bool] = {}


def of_another_type(fact: dict[str, Any], path: tuple[str, ...]) -> bool:
    """Whether a fact with this text changed is not read any more: a word of a few, an address."""
    known = (fact["kind"], *path)
    if known not in _FROZEN:
        others = frozenset(texts(fact)) - {path}
        try:
            msgspec.convert(changed(fact, HOSTILE["commands"], others), AnyFact)
            _FROZEN[known] = False
        except msgspec.ValidationError:
            _FROZEN[known] = True
    return _FROZEN[known]


def hostile(case: Case, change: Callable[[str], str], only: str | None = None) -> Case:
    """The case with every text changed that can be, or with those of one name alone."""
    known = msgspec.to_builtins(case)
    facts = []
    for fact in known["facts"]:
        every = frozenset(texts(fact))
        frozen = {path for path in every if (only and path[-1] != only) or of_another_type(fact, path)}
        facts.append(changed(fact, change, frozenset(frozen)))
    options, target = known["options"], known["target"]
    if not only:
        options |= {name: change(options[name]) for name in ("service", "container") if options.get(name)}
        target |= {name: change(target[name]) for name in ("text", "path") if target["transport"] == "unix"}
        known["code"] = [changed(frame, change, frozenset({("language",), ("role",)})) for frame in known["code"]]
    answers = [(question, change(answer) if question == "service" and not only else answer) for question, answer in case.answers]
    return msgspec.convert(known | {"facts": facts, "answers": answers}, Case)


def offered(case: Case) -> Iterator[str]:
    """Every command that the case leads to: those of remedies, and those that stand in a sentence."""
    found = assess(case, hypotheses())
    remedies = [remedy for judgement in found.judgements.values() for remedy in judgement.remedies]
    remedies += found.contradiction.places if found.contradiction else ()
    yield from (remedy.command for remedy in remedies)
    sentences = [word for one in found.judgements.values() for word in (one.next_check, one.refuted_by, one.reason, one.summary)]
    sentences += [word for remedy in remedies for word in (remedy.do, remedy.verify)]
    yield from (span for sentence in sentences for span in _SPAN.findall(sentence) if _TYPED.match(span))


def breaches(lines: Iterator[str], folder: Path) -> list[str]:
    """The lines in which a name from outside acts on a shell, on a terminal, or is an option."""
    some = [line for line in lines if MARK in line or not line.isprintable() or len(line) > LONGEST_WORD]
    unsafe = [line for line in some if not line.isprintable() or len(line) > 2 * LONGEST_WORD]
    for line, commands in executed([line for line in some if line not in unsafe], folder):
        words = [command for command in commands if command]
        if any(MARK in command[0] or any(word.startswith(f"-{MARK}") for word in command) for command in words):
            unsafe.append(line)
        elif not any(MARK in word for command in words for word in command):
            unsafe.append(f"is not read as one command: {line}")
    return unsafe


@pytest.mark.parametrize("cause", CAUSES)
def test_names_from_outside_are_one_word_of_every_command(cause: str, tmp_path: Path) -> None:
    """Texts of every fact with shell syntax, quotes, newlines, escapes, bidi, a leading dash, 10,000 characters: all at once."""
    cases = [load(path).case for path in sorted((CASES / cause).glob("*.toml"))]
    plain = SessionHost(id="session-host-9", user=1000, systemd=True)

    lines = (
        line
        for case in cases
        for kind, change in HOSTILE.items()
        for more in (((), (plain,)) if kind == "commands" else ((),))
        for line in offered(hostile(msgspec.structs.replace(case, facts=(*case.facts, *more)), change))
    )

    assert breaches(lines, tmp_path) == []


@pytest.mark.parametrize("cause", CAUSES)
def test_one_name_at_a_time(cause: str, tmp_path: Path) -> None:
    """With one field hostile and all others as they were, the case goes its usual way, to the commands that use it."""
    cases = [load(path).case for path in sorted((CASES / cause).glob("*.toml"))]

    lines = (
        line
        for case in cases
        for name in sorted({path[-1] for fact in msgspec.to_builtins(case.facts) for path in texts(fact)})
        for line in offered(hostile(case, HOSTILE["commands"], name))
    )

    assert breaches(lines, tmp_path) == []


@pytest.mark.parametrize(
    "name", ["-rf", "--help", "a\nb", "a\tb", "\x1b[31m", "a\u202eb", "\x9b31m", "a\u200bb", "A" * 4097, "\ud800"]
)
def test_what_no_command_can_take_is_left_out(name: str) -> None:
    """A name that would be an option, that acts on a terminal, or that is longer than any: a word that nothing is called."""
    assert quoted(name) == LEFT_OUT


@pytest.mark.parametrize(
    "prefix", ["ssh db", "sudo ssh db", "env A=b ssh -p 22 db", "ssh jump ssh db", "docker exec web", "sudo"]
)
def test_behind_every_prefix_it_is_one_word(prefix: str, tmp_path: Path) -> None:
    """However many shells read the command on its way, the name stays one word for the program."""
    names = ["a;PWNED", "a'b;PWNED;'c", "$(PWNED)`PWNED`", 'a" "b', "a\\b", "!PWNED"]

    for name in names:
        line = behind(prefix, f"cat {quoted(name)}; ls")
        ran = [command for _, commands in executed([line], tmp_path) for command in commands]
        assert ["cat", name] in [command[-2:] for command in ran], line
        assert not any(MARK in command[0] for command in ran), line


def test_a_name_that_is_not_quoted_would_show(tmp_path: Path) -> None:
    """The shell of these tests is one in which a hostile name acts: here, behind ssh, and as an option."""
    name = HOSTILE["commands"]("x")
    for line in (f"ls {name}", f'ls "{name}"', f"ssh db ls {quoted(name)}", f"sh -c 'ls {name}'", f"rm -{MARK}", f"ls '{name}"):
        assert breaches(iter([line]), tmp_path), line
    assert breaches(iter([f"ls {quoted(name)}", behind("ssh db", f"ls {quoted(name)}")]), tmp_path) == []
