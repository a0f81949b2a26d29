"""The front end without a screen: sessions one after another, each result on standard output.

Law: standard output carries results alone. Progress goes to standard error, and only where that is a terminal.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from tui.cli.errors import ReaderGone
from tui.cli.exit_status import ExitStatus, highest, status_of
from tui.cli.streams import log_line, someone_watches, write_result
from tui.diagnosis.readings.so_far import so_far
from tui.engine.ending import in_good_order
from tui.engine.journey import Journey
from tui.engine.recording import Recorder, new_recorder
from tui.engine.runner import checks_on
from tui.engine.session import Pace, Session
from tui.engine.setup import Opening, Setup, vantage
from tui.engine.taken import beginning_with
from tui.model.events import AnyEvent, CheckStarted, FactSeen, Judged, Opened
from tui.model.facts import AnyFact, Attempt
from tui.model.judgement import Assessment, Verdict
from tui.model.requests import Step
from tui.model.safe_text import safe_text
from tui.report import formats
from tui.report.document import document_of
from tui.report.sentences import check_words, fact_words
from tui.watch.signals import die_by


@dataclass(frozen=True)
class CheckOptions:
    """How results are shown and kept."""

    format: str
    """The name of a format below `tui/report/formats`."""
    record: bool = True
    session: Path | None = None
    """The session file; None for a new one in the state directory."""
    write_result: Callable[[str], None] = write_result
    """Where results go: standard output, unless that belongs to another program."""


def check(openings: Iterable[Opening], check_options: CheckOptions) -> ExitStatus:
    """Walk each setup and print its result; the highest status, or INTERRUPTED.

    One after another: walks at the same time would read each other's traces in counters that the kernel keeps for the
    whole machine, and would share the few ICMP errors that a router sends in a second.
    """
    signals: list[signal.Signals] = []
    try:
        status = asyncio.run(_told_to_end(openings, check_options, signals))
    except (KeyboardInterrupt, asyncio.CancelledError):  # before or between the walks, or a second time
        status = ExitStatus.INTERRUPTED
    if signals:
        die_by(signals[0])  # so that whoever sent it sees that it has worked
    return status


async def _told_to_end(openings: Iterable[Opening], check_options: CheckOptions, signals: list[signal.Signals]) -> ExitStatus:
    """Walk, and end as on Ctrl-C where a signal tells us to; it is added to `signals`."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def end(number: signal.Signals) -> None:
        signals.append(number)
        if task:
            loop.call_soon_threadsafe(task.cancel)

    with in_good_order(end) if threading.current_thread() is threading.main_thread() else nullcontext():
        return await _check(openings, check_options)


async def _check(openings: Iterable[Opening], check_options: CheckOptions) -> ExitStatus:
    chosen = formats.load(check_options.format)
    statuses: list[ExitStatus] = []
    for number, opening in enumerate(openings):
        async with opening() as here:
            walk, interrupted = await _walk(here, check_options)
        document = document_of(walk.events)
        statuses.append(ExitStatus.INTERRUPTED if interrupted else status_of(document))
        try:
            if document.evidence or not interrupted:
                check_options.write_result(f"{chosen.between if number else ''}{chosen.render(document)}")
        except ReaderGone:
            break
        if interrupted:
            break
    return highest(statuses)


async def _walk(here: Setup, check_options: CheckOptions) -> tuple[Journey, bool]:
    """The walk after its walk, and whether Ctrl-C or a signal ended it; then it holds what was known by then."""
    check = beginning_with(here.taken, checks_on(here.system))
    session = Session(
        here.target,
        here.options,
        check,
        pace=Pace.UNATTENDED,
        vantage=vantage(here.who),
        code=here.code,
        text=here.text,
    )
    walk = Journey(session)
    recorder = new_recorder(here.target, check_options.session) if check_options.record else None
    for listener in (recorder.write if recorder else None, here.on_event, _progress()):
        if listener:
            walk.subscribe(listener)
    try:
        await walk.run()
    except asyncio.CancelledError:  # asyncio.run turns SIGINT into this, and it ends here: the result is to be shown
        if task := asyncio.current_task():
            task.uncancel()
        return walk, True
    finally:
        if recorder:
            recorder.close()
            _say_where(recorder)
    return walk, False


def _progress() -> Callable[[AnyEvent], None] | None:
    if not someone_watches():
        return None

    label = ""
    attempts: list[AnyFact] = []
    named: list[str] = []

    def show(event: AnyEvent) -> None:
        nonlocal label
        match event:
            case Opened(target=target):
                label = target.label
                attempts.clear()
                named.clear()
            case FactSeen(fact=Attempt(purpose="target") as attempt):
                attempts.append(attempt)
                log_line(f"{label}: attempt {attempt.number} of {attempt.total}: {fact_words(attempt)}")
            case CheckStarted(request=request) if isinstance(request, Step):
                log_line(f"{label}: checking {check_words(request)}")
            case Judged(assessment=Assessment(verdict=Verdict(cause=cause))) if under_way := so_far(attempts):
                if named[-1:] != [cause]:
                    named.append(cause)
                    log_line(f"{label}: {under_way}: {cause}")

    return show


def _say_where(recorder: Recorder) -> None:
    """Say on a terminal where the record is, and everywhere that there is none."""
    if recorder.failure:
        log_line(f"refused: {safe_text(recorder.failure)}")
    elif someone_watches():
        log_line(f"recorded in {safe_text(str(recorder.path))}")
