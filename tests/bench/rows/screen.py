"""The screen, on a refused port of loopback: when it paints, and what it costs while it is there."""

import sys

from tests.bench.programs import REFUSED, closed_port
from tests.bench.row import Row
from tests.bench.terminals import Screen, screen, shows, until_shown

BARE = (
    "from textual.app import App\n"
    "from textual.widgets import Static\n"
    "class Bare(App):\n"
    "    def compose(self):\n"
    "        yield Static('READY')\n"
    "Bare().run()\n"
)
HEADER, OUTCOME, VERDICT, END = shows("refused  "), shows("refused by reset"), shows("server.not-listening"), shows("  done")
"""What is drawn when: first of all, after the first attempt, with the first verdict, and when nothing is left to check."""
IDLE_S = 10.0
"""How long an idle screen is watched; a minute is taken to be six times as much."""


def walk() -> list[str]:
    """The walk of a port that nothing listens on."""
    return [*REFUSED, f"127.0.0.1:{closed_port()}"]


def _bare() -> float:
    return until_shown([sys.executable, "-c", BARE], shows("READY"))


def _after_the_first_paint(what: str) -> float:
    with screen(walk()) as shown:
        painted = shown.until(HEADER)
        return shown.until(shows(what)) - painted


def _memory(when: str, line: str) -> float:
    with screen(walk()) as shown:
        shown.until(shows(when))
        return shown.memory_mib(line)


def _idle(shown: Screen) -> tuple[float, float]:
    """Percent of a processor, and kB a minute, of a walk that has ended."""
    shown.until(END)
    shown.watch(2.0)
    busy, bytes_before = shown.processor_s(), len(shown.drawn)
    shown.watch(IDLE_S)
    return (shown.processor_s() - busy) / IDLE_S * 100, (len(shown.drawn) - bytes_before) / 1000 * 60 / IDLE_S


def _idle_processor() -> float:
    with screen(walk()) as shown:
        return _idle(shown)[0]


def _idle_bytes() -> float:
    with screen(walk()) as shown:
        return _idle(shown)[1]


def _bytes_until(what: str) -> float:
    with screen(walk(), 80, 24) as shown:
        shown.until(shows(what))
        return len(shown.drawn) / 1000


ROWS = (
    Row(
        what="first paint of the walk",
        most=1.25,
        ours=lambda: until_shown(walk(), HEADER),
        peer="a bare Textual app",
        theirs=_bare,
    ),
    Row(
        what="first outcome, after the first paint", unit="ms", most=150, ours=lambda: _after_the_first_paint("refused by reset")
    ),
    Row(
        what="first verdict, after the first paint",
        unit="ms",
        most=500,
        ours=lambda: _after_the_first_paint("server.not-listening"),
    ),
    Row(what="resident memory at the first paint", unit="MiB", most=45, ours=lambda: _memory("refused  ", "VmRSS")),
    Row(what="most resident memory in a full walk", unit="MiB", most=70, ours=lambda: _memory("  done", "VmHWM"), pairs=3),
    Row(what="idle screen: processor", unit="%", most=2, ours=_idle_processor, pairs=1),
    Row(what="idle screen: to the terminal in a minute", unit="kB", most=2, ours=_idle_bytes, pairs=1),
    Row(what="start to verdict, to a terminal of 80x24", unit="kB", most=15, ours=lambda: _bytes_until("Nothing listens")),
)
