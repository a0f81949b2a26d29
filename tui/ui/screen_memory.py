"""What stands on the terminal, so that only what is new is written: over a slow line each kilobyte is felt.

Textual 8.2.8 draws a widget as a whole when one line of it has changed, and the whole screen when its layout may have.

Law: what is left out stands there already. What is not understood is written as it is, and everything is forgotten with it.
"""

import re

from rich.cells import cell_len

_MOVES = re.compile(r"(?=\x1b\[\d+;\d+H)")
_RUN = re.compile(r"\x1b\[(?P<line>\d+);(?P<column>\d+)H(?P<text>[^\n]*)\n?")
_STYLE = re.compile(r"\x1b\[[\d;]*m")
_DRAWN = re.compile(r"\x1b\[\d+;\d+H")
_STEERS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""What may move the cursor or draw by itself."""


class ScreenMemory:
    """The runs of text on a terminal, by line and column."""

    def __init__(self) -> None:
        self._lines: dict[int, dict[int, tuple[str, int]]] = {}
        """For each line, the runs by their first column: what was written, and the column after its last."""

    def forget(self) -> None:
        """Somebody else may have written there, or what stood there may have moved."""
        self._lines.clear()

    def only_new(self, written: str) -> str:
        """What has to be written of `written`, so that the terminal looks as if all of it were. Raises nothing.

        What does not begin by moving the cursor to a line and column draws nothing, and is left as it is.
        """
        if not _DRAWN.match(written):
            return written
        runs = [_RUN.fullmatch(part) for part in _MOVES.split(written) if part]
        if not all(runs) or any(_STEERS.search(_STYLE.sub("", run["text"])) for run in runs if run):
            self.forget()
            return written
        *_, last = (run for run in runs if run)
        return "".join(run[0].removesuffix("\n") for run in runs if run and (self._is_new(run) or run is last))

    def _is_new(self, run: re.Match[str]) -> bool:
        """Whether the run does not stand there yet; it does from now on."""
        line, begin, text = int(run["line"]), int(run["column"]), run["text"]
        if not text:
            return False
        known = self._lines.setdefault(line, {})
        end = begin + cell_len(_STYLE.sub("", text))
        if known.get(begin) == (text, end):
            return False
        self._lines[line] = {at: other for at, other in known.items() if at >= end or other[1] <= begin} | {begin: (text, end)}
        return True
