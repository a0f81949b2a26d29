"""The terminal UI with everything that it is given from outside: sessions, records, reports, recordings.

Law: what the first paint does not need is imported when it is asked for, so that the screen is there at once.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.errors import ReaderGone, Unusable
from tui.cli.streams import write_result
from tui.cli.targets import ParsedInput, resolve_input
from tui.diagnosis.readings.so_far import so_far
from tui.engine.setup import Opening, Setup, vantage
from tui.probes.kernel.system_view import SystemView
from tui.ui.app import RefusedApp
from tui.ui.backend import Backend
from tui.ui.closing import closing_lines
from tui.ui.driver import HUNG_UP

if TYPE_CHECKING:
    from tui.engine.recording import Recorder
    from tui.engine.walk import Walk
    from tui.model.events import AnyEvent
    from tui.model.options import Options
    from tui.model.target import Target
    from tui.probes.namespaces.process_context import ProcessContext

MOST_RECENT = 50
"""How many past sessions the start screen offers."""
LONGEST_HEADER = 1 << 16
"""A longer first line is not a header, in bytes."""
_TERMINAL = "/dev/tty"


@dataclass
class Keeping:
    """Which sessions are recorded where."""

    record: bool = True
    session: Path | None = None
    """The file for the first session; later ones, and all without it, go to the state directory."""
    why_not: str = "not recorded, as you wished"
    recorders: dict[Walk, Recorder] = field(default_factory=dict)

    def begin(self, session: Walk) -> None:
        """Record `session` from now on."""
        from tui.engine.recording import new_recorder

        if not self.record:
            return
        named, self.session = self.session, None
        recorder = self.recorders[session] = new_recorder(session.case.target, named)
        session.subscribe(recorder.write)

    def where(self, walk: Walk) -> str:
        """Where the record is, or why there is none."""
        if not walk.live:
            return "a recording, unchanged"
        recorder = self.recorders.get(walk)
        return self.why_not if recorder is None else recorder.failure or str(recorder.path)

    def problem(self, walk: Walk) -> str:
        """Why the record ended before the walk, or never began; empty while all is well."""
        recorder = self.recorders.get(walk)
        return (recorder.failure or "") if recorder else ""

    def close(self) -> None:
        """Close every record."""
        for recorder in self.recorders.values():
            recorder.close()


def show(
    given: ParsedInput | None,
    options: Options,
    keep: Keeping,
    *,
    context: ProcessContext | None = None,
    ascii_only: bool | None,
) -> int:
    """Show the target that is given, or the start screen, and return the exit status. `context` is used for every walk."""
    backend = _backend(options, keep, given=given, context=context)
    return asyncio.run(_run(backend, keep, target=given.target if given else None, ascii_only=ascii_only))


def show_setup(opening: Opening, *, ascii_only: bool | None) -> int:
    """Show the walk on something that is set up for it; nothing is recorded."""

    async def run() -> int:
        keep = Keeping(record=False, why_not="not recorded, as it is a demonstration")
        async with opening() as here:
            return await _run(_backend(here.options, keep, here), keep, target=here.target, ascii_only=ascii_only)

    return asyncio.run(run())


def show_recording(events: Sequence[AnyEvent], *, ascii_only: bool | None) -> int:
    """Show a recorded session."""
    from tui.engine.replay import Replay
    from tui.model.options import Options

    keep = Keeping()
    return asyncio.run(_run(_backend(Options(), keep), keep, recording=Replay(events), ascii_only=ascii_only))


async def _run(
    backend: Backend, keep: Keeping, *, target: Target | None = None, recording: Walk | None = None, ascii_only: bool | None
) -> int:
    app = RefusedApp(backend, target=target, recording=recording, ascii_only=ascii_only)
    try:
        await app.run_async()
    finally:
        keep.close()
        for screen in app.walks:
            if screen.walk:
                case = screen.walk.case
                lines = closing_lines(case, screen.walk.assessment, keep.where(screen.walk), under_way=so_far(case.facts))
                with suppress(Unusable, ReaderGone) if app.return_code == HUNG_UP else nullcontext():
                    write_result("".join(f"{line}\n" for line in lines))
    return app.return_code or 0


def _backend(
    options: Options,
    keep: Keeping,
    here: Setup | None = None,
    *,
    given: ParsedInput | None = None,
    context: ProcessContext | None = None,
) -> Backend:
    """What the screen may do; `here` is a setup for its target, `given` is what is known of one."""
    first = ParsedInput(here.target, here.code, here.taken, here.text) if here else given
    known = {first.target.label: first} if first else {}

    def read_target(text: str) -> Target:
        parsed = resolve_input(text)
        if parsed.code or parsed.text:
            known[parsed.target.label] = parsed
        return parsed.target

    def open_session(target: Target) -> Walk:
        from tui.engine.journey import Journey
        from tui.engine.runner import checks_on
        from tui.engine.session import Pace, Session
        from tui.engine.taken import beginning_with

        mine = here if here and here.target == target else None
        asked = known.get(target.label, ParsedInput(target))
        known[target.label] = ParsedInput(target, asked.code, text=asked.text)  # a second walk checks anew
        others = context.system if context else SystemView()
        # What was read to know the target was read as this process sees it.
        check = beginning_with({} if context else asked.taken, checks_on(mine.system if mine else others))
        who = vantage(context.who if context else "")
        session = Journey(Session(target, options, check, pace=Pace.GUIDED, vantage=who, code=asked.code, text=asked.text))
        keep.begin(session)
        if mine and mine.on_event:
            session.subscribe(mine.on_event)
        return session

    def open_recording(path: Path) -> Walk:
        from tui.engine.recording import read
        from tui.engine.replay import Replay

        return Replay(read(path))

    return Backend(
        read_target=read_target,
        open_session=open_session,
        open_recording=open_recording,
        write_report=write_report,
        record_problem=keep.problem,
        recent=recent,
    )


def write_report(walk: Walk) -> Path:
    """Write the report as Markdown into the state directory, for its owner alone, and return where. Raises OSError."""
    from tui.engine.recording import OWNER_ONLY, report_path
    from tui.report.document import document_of
    from tui.report.formats.markdown import as_markdown

    path = report_path(walk.case.target)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w", encoding="utf-8") as file:
        file.write(as_markdown(document_of(walk.events)))
    return path


def recent() -> tuple[tuple[str, Path], ...]:
    """The newest recorded sessions as label and file; other files are skipped."""
    from tui.engine.recording import own_sessions

    files = sorted(own_sessions(), reverse=True)[:MOST_RECENT]
    return tuple((label, path) for path in files if (label := _label(path)))


def _label(path: Path) -> str | None:
    """Time (UTC) and target out of a session's header; None where it has none."""
    import msgspec

    from tui.model.events import Opened
    from tui.model.safe_text import safe_text
    from tui.probes.kernel.text_file import bytes_of

    try:
        header = msgspec.json.decode((bytes_of(path, LONGEST_HEADER) or b"").partition(b"\n")[0], type=Opened)
    except (msgspec.DecodeError, RecursionError):
        return None
    return safe_text(f"{header.at[:10]} {header.at[11:16]}  {header.target.label}")


def take_terminal() -> None:
    """Read keys from the terminal, where standard input was a text. Raises Unusable where there is none."""
    try:
        terminal = os.open(_TERMINAL, os.O_RDWR)
    except OSError:
        raise Unusable("there is no terminal to read keys from; `refused check -` needs none") from None
    os.dup2(terminal, 0)
    os.close(terminal)
