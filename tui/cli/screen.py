"""The terminal UI with everything that it is given from outside: sessions, records, reports, recordings.

Law: what the first paint does not need is imported when it is asked for, so that the screen is there at once.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.errors import Unusable
from tui.cli.streams import write_result
from tui.cli.targets import resolve_input
from tui.engine.setup import Opening, Setup, vantage
from tui.probes.kernel.system_view import SystemView
from tui.ui.app import RefusedApp
from tui.ui.backend import Backend
from tui.ui.closing import closing_lines

if TYPE_CHECKING:
    from tui.engine.recording import Recorder
    from tui.engine.walk import Walk
    from tui.model.events import AnyEvent
    from tui.model.frame import Frame
    from tui.model.options import Options
    from tui.model.target import Target
    from tui.probes.namespaces.process_context import ProcessContext

MOST_RECENT = 50
"""How many past sessions the start screen offers."""
LONGEST_HEADER = 1 << 16
"""A longer first line is no header, in bytes."""
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
        from tui.engine.recording import Recorder, default_path

        if not self.record:
            return
        path, self.session = self.session or default_path(session.case.target), None
        recorder = self.recorders[session] = Recorder(path)
        session.subscribe(recorder.write)

    def where(self, walk: Walk) -> str:
        """Where the record is, or why there is none."""
        if not walk.live:
            return "a recording, unchanged"
        recorder = self.recorders.get(walk)
        return self.why_not if recorder is None else recorder.failure or str(recorder.path)

    def close(self) -> None:
        """Close every record."""
        for recorder in self.recorders.values():
            recorder.close()


def show(
    target: Target | None,
    options: Options,
    keep: Keeping,
    *,
    code: tuple[Frame, ...] = (),
    context: ProcessContext | None = None,
    ascii_only: bool | None,
) -> int:
    """The screen on `target`, for which `code` asked, or its start; the program's exit status. `eyes` are used for every walk."""
    here = Setup(target, options, context.system if context else SystemView(), code=code) if target else None
    return asyncio.run(_run(_backend(options, keep, here, context), keep, target=target, ascii_only=ascii_only))


def show_setup(opening: Opening, *, ascii_only: bool | None) -> int:
    """The screen on something that is set up for it; nothing is recorded."""

    async def run() -> int:
        keep = Keeping(record=False, why_not="not recorded, as it is a demonstration")
        async with opening() as here:
            return await _run(_backend(here.options, keep, here), keep, target=here.target, ascii_only=ascii_only)

    return asyncio.run(run())


def show_recording(events: Sequence[AnyEvent], *, ascii_only: bool | None) -> int:
    """The screen on a recorded session."""
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
                lines = closing_lines(screen.walk.case.target, screen.walk.assessment, keep.where(screen.walk))
                write_result("".join(f"{line}\n" for line in lines))
    return app.return_code or 0


def _backend(options: Options, keep: Keeping, here: Setup | None = None, context: ProcessContext | None = None) -> Backend:
    """What the screen may do; `here` is a situation that was set up for its target, or known of it; `eyes` are another's."""
    asked_by = {here.target.label: here.code} if here else {}

    def read_target(text: str) -> Target:
        target, code = resolve_input(text)
        if code:
            asked_by[target.label] = code
        return target

    def open_session(target: Target) -> Walk:
        from tui.engine.runner import checks_on
        from tui.engine.session import Pace, Session

        mine = here if here and here.target == target else None
        code = asked_by.get(target.label, ())
        others = context.system if context else SystemView()
        check = checks_on(mine.system if mine else others)
        session = Session(target, options, check, pace=Pace.GUIDED, vantage=vantage(context.who if context else ""), code=code)
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
        record_of=keep.where,
        recent=recent,
    )


def write_report(walk: Walk) -> Path:
    """Write the report as Markdown into the state directory, for its owner alone, and return where. Raises OSError."""
    from tui.engine.recording import OWNER_ONLY, default_path, sessions_directory
    from tui.report.document import session_document
    from tui.report.formats.markdown import as_markdown

    path = sessions_directory().parent / "reports" / default_path(walk.case.target).with_suffix(".md").name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w", encoding="utf-8") as file:
        file.write(as_markdown(session_document(walk.case, walk.assessment, walk.events)))
    return path


def recent() -> tuple[tuple[str, Path], ...]:
    """The newest recorded sessions as label and file; what is none is passed over."""
    from tui.engine.recording import sessions_directory

    files = sorted(sessions_directory().glob("*.jsonl"), reverse=True)[:MOST_RECENT]
    return tuple((label, path) for path in files if (label := _label(path)))


def _label(path: Path) -> str | None:
    """Time (UTC) and target out of a session's header; None where it has none."""
    import msgspec

    from tui.model.events import Opened
    from tui.model.safe_text import safe_text
    from tui.probes.kernel.text_file import bytes_of

    try:
        header = msgspec.json.decode((bytes_of(path, LONGEST_HEADER) or b"").partition(b"\n")[0], type=Opened)
    except msgspec.DecodeError:
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
