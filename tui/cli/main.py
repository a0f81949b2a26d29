"""The command line: which command it is, and what that command does. Imports one front end, when it is needed.

Law: whatever can't be used is one line on standard error, and status 2; no traceback, no credentials.
"""

from __future__ import annotations

import errno
import os
import sys

from tui.cli import arguments
from tui.cli.errors import ReaderGone, Unusable
from tui.cli.exit_status import ExitStatus
from tui.cli.streams import draws, has_threads, log_line, write_result

TYPE_CHECKING = False  # --help must not wait for `typing`
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tui.cli.targets import AnsweredTextError, ParsedInput
    from tui.demo.scenario import Scenario
    from tui.model.events import AnyEvent
    from tui.model.options import Options
    from tui.probes.namespaces.process_context import ProcessContext

STANDARD_INPUT = "-"
NO_MEMORY = b"refused: there is too little memory for it; `ulimit -v` shows a limit\n"
FEWEST_FILES = 8
"""Descriptors without which the event loop and the modules can't be opened: three streams, the loop's three, two to read with."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that `argv` (default: the process's own words) asks for; the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    read, run = _COMMANDS.get(words[0], (None, None)) if words else (None, None)
    try:
        _need_descriptors()
        if read is None or run is None:
            return _screen(arguments.main_parser().read(words))
        return run(read().read(words[1:]))
    except Unusable as error:
        return _unusable(str(error))
    except ReaderGone:
        return ExitStatus.REACHABLE
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except MemoryError:
        return _no_memory()
    except OSError as error:
        if error.errno != errno.ENOMEM:
            raise
        return _no_memory()


def _screen(given: Namespace) -> int:
    """`refused [TARGET]`."""
    _need_terminal("`refused check TARGET` does the same walk without one", reads=given.target != STANDARD_INPUT)
    from tui.cli.targets import AnsweredTextError

    try:
        targets = _targets([given.target], given.port) if given.target else ()
    except AnsweredTextError as text:
        return _answer(text, "text")
    if len(targets) > 1:
        raise Unusable(f"standard input names {len(targets)} targets; the screen walks one, `refused check -` all")
    from tui.cli import screen

    if given.target == STANDARD_INPUT:
        screen.take_terminal()
    keep = screen.Keeping(record=not given.no_session, session=_new_file(given.session))
    context = _process_context(given)
    return screen.show(targets[0] if targets else None, _options(given), keep, context=context, ascii_only=given.ascii or None)


def _check(given: Namespace) -> int:
    """`refused check TARGET…`."""
    from tui.cli.targets import AnsweredTextError

    try:
        targets = _targets(given.targets, given.port)
    except AnsweredTextError as text:
        return _answer(text, given.format)
    if given.session and len(targets) > 1:
        raise Unusable(f"--session takes one target's record, and there are {len(targets)}; leave it out, or use --no-session")
    from tui.cli import check
    from tui.engine.setup import as_it_is

    options = _options(given, probe_ports=True)
    check_options = check.CheckOptions(
        format=given.format,
        record=not given.no_session,
        session=_new_file(given.session),
    )
    context = _process_context(given)
    return check.check(
        [as_it_is(parsed.target, options, parsed.code, context, text=parsed.text, taken=parsed.taken) for parsed in targets],
        check_options,
    )


def _answer(text: AnsweredTextError, name: str) -> int:
    """Print what a text without an endpoint says itself. The cause is its word alone: it stays open."""
    from tui.report import formats
    from tui.report.answer import answer

    write_result(answer(text.reading, formats.load(name)))
    return ExitStatus.CAUSE_OPEN


def _run(given: Namespace) -> int:
    """`refused run -- COMMAND…`."""
    from tui.cli import run

    run_options = run.RunOptions(
        traced=given.strace,
        check=given.check,
        record=not given.no_session,
        session=_new_file(given.session),
        ascii_only=given.ascii or None,
    )
    return run.run(given.command, lambda: _options(given, probe_ports=True if given.check else None), run_options)


def _demo(given: Namespace) -> int:
    """`refused demo [SCENARIO]`."""
    from tui.demo.catalogue import SCENARIOS
    from tui.demo.scenario import NotPossibleError

    if given.scenario is None:
        if given.check or given.json:
            raise Unusable("name a scenario; refused demo lists them")
        write_result("".join(f"{scenario.name:<24}{scenario.title}\n" for scenario in SCENARIOS))
        return ExitStatus.REACHABLE
    chosen = next((scenario for scenario in SCENARIOS if scenario.name == given.scenario), None)
    if chosen is None:
        raise Unusable("there is no such scenario; refused demo lists them")
    try:
        return _demonstrate(chosen, given)
    except NotPossibleError as error:
        raise Unusable(f"{error}; refused demo lists the others") from None


def _demonstrate(chosen: Scenario, given: Namespace) -> int:
    if given.check or given.json:
        from tui.cli import check
        from tui.cli.streams import someone_watches

        status = check.check([chosen.opening], check.CheckOptions(format="json" if given.json else "text", record=False))
        if someone_watches():
            log_line(f"what was broken: {chosen.broken}")
        return status
    _need_terminal(f"`refused demo {chosen.name} --check` prints the result without one")
    from tui.cli import screen

    return screen.show_setup(chosen.opening, ascii_only=given.ascii or None)


def _replay(given: Namespace) -> int:
    """`refused replay FILE`."""
    events = _recorded(given.file)
    _need_terminal("`refused report FILE` prints a recorded session without one")
    from tui.cli import screen

    return screen.show_recording(events, ascii_only=given.ascii or None)


def _report(given: Namespace) -> int:
    """`refused report FILE`."""
    from tui.report import formats
    from tui.report.document import document_of

    write_result(formats.load(given.format).render(document_of(_recorded(given.file))))
    return ExitStatus.REACHABLE


def _parse(given: Namespace) -> int:
    """`refused parse [FILE]`."""
    from tui.errors import read_error
    from tui.report.parsed import as_json, as_text

    reading = read_error(_input_text(given.file))
    write_result(as_json(reading) if given.json else as_text(reading))
    return ExitStatus.REACHABLE if reading.endpoints else ExitStatus.CAUSE_OPEN


_COMMANDS: dict[str, tuple[Callable[[], arguments.Parser], Callable[[Namespace], int]]] = {
    "check": (arguments.check_parser, _check),
    "parse": (arguments.parse_parser, _parse),
    "run": (arguments.run_parser, _run),
    "demo": (arguments.demo_parser, _demo),
    "replay": (arguments.replay_parser, _replay),
    "report": (arguments.report_parser, _report),
}


def _targets(words: Sequence[str], port: int | None) -> tuple[ParsedInput, ...]:
    """The targets that the words name; `-` stands for those of standard input. Raises Unusable, and AnsweredTextError."""
    from tui.cli.targets import AnsweredTextError, read_standard_input, read_targets, resolve_input
    from tui.model.target import TargetError

    if words.count(STANDARD_INPUT) > 1:
        raise Unusable("- stands for standard input, which can be read only once")
    parsed: list[ParsedInput] = []
    try:
        for word in words:
            parsed += (
                read_targets(read_standard_input(), port=port) if word == STANDARD_INPUT else [resolve_input(word, port=port)]
            )
    except AnsweredTextError as text:
        if len(words) == 1:  # beside other targets it is one that can't be walked
            raise
        raise Unusable(str(text)) from None
    except TargetError as error:
        raise Unusable(str(error)) from None
    return tuple(parsed)


def _options(given: Namespace, *, probe_ports: bool | None = None) -> Options:
    """The session's settings; what was not given keeps its default. `probe_ports` None asks the person."""
    import msgspec

    from tui.model.options import Options

    settings = {name: value for name, value in vars(given).items() if value is not None}
    return msgspec.convert(settings | {"probe_ports": False if given.no_probe_ports else probe_ports}, Options)


def _process_context(given: Namespace) -> ProcessContext | None:
    """The view that --pid or --container asks for. The whole program is moved, so it has neither a thread nor a socket yet."""
    if given.pid is None and given.container is None:
        return None
    from tui.probes.namespaces.process_context import ProcessContextError, of_container, of_process

    try:
        return of_process(given.pid) if given.pid is not None else of_container(given.container)
    except ProcessContextError as error:
        raise Unusable(str(error)) from None


def _new_file(text: str | None) -> Path | None:
    """The file that --session names; it must not exist yet, and its directory must."""
    if text is None:
        return None
    from pathlib import Path

    path = Path(text)
    try:
        exists = path.exists() or path.is_symlink()
    except (OSError, ValueError) as error:  # a name that no file can have
        raise Unusable(f"--session {text[:80]!r} can't be a file: {getattr(error, 'strerror', None) or error}") from None
    if exists:
        raise Unusable(f"--session {text!r} exists already; name a new file")
    if not path.parent.is_dir():
        raise Unusable(f"--session {text!r} is in a directory that does not exist; make it first")
    return path


def _recorded(text: str) -> tuple[AnyEvent, ...]:
    from pathlib import Path

    from tui.engine.recording import SessionFileError, read

    try:
        return read(Path(text))
    except SessionFileError as error:
        raise Unusable(str(error)) from None


def _input_text(name: str) -> str:
    """The text of a file, or of standard input for `-`."""
    from pathlib import Path

    from tui.cli.targets import read_file, read_standard_input
    from tui.model.target import TargetError

    try:
        return read_standard_input() if name == STANDARD_INPUT else read_file(Path(name))
    except TargetError as error:
        raise Unusable(str(error)) from None
    except OSError as error:
        raise Unusable(f"{name!r} can't be read: {error.strerror}") from None


def _need_descriptors() -> None:
    """Raise Unusable where so few files may be open that nothing could be looked at, nor even said."""
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < FEWEST_FILES:
        raise Unusable(f"{soft} files may be open at a time, which is too few; `ulimit -n 64` allows more")


def _need_terminal(instead: str, *, reads: bool = True) -> None:
    """Raise Unusable where the screen could not be drawn, or its keys not read."""
    if not (sys.stdout and sys.stdout.isatty() and (not reads or (sys.stdin and sys.stdin.isatty()))):
        raise Unusable(f"this is not a terminal; {instead}")
    if not draws(os.environ):
        raise Unusable(f"this terminal (TERM={os.environ['TERM'][:40]}) can't be drawn on; {instead}")
    if not has_threads():
        raise Unusable(f"this user's limit of processes (`ulimit -u`) leaves no threads for the screen; {instead}")


def _no_memory() -> ExitStatus:
    os.write(2, NO_MEMORY)  # what formats a line may find none either
    return ExitStatus.UNUSABLE


def _unusable(message: str) -> ExitStatus:
    from tui.model.safe_text import safe_text

    log_line(f"refused: {safe_text(message, limit=400)}")
    return ExitStatus.UNUSABLE
