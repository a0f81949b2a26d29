"""Textual's driver for Linux, made to stand what terminals and people really send.

What is contained here, in Textual 8.2.8, as it would be reported there:

- `LinuxDriver.run_input_thread` decodes with `errors="strict"`, so a byte that is not UTF-8 (a paste in Latin-1) ends the input
  thread with UnicodeDecodeError, and the app with a traceback and status 0. Expected: U+FFFD.
- `XTermParser.parse` lets ValueError and OverflowError out: `chr()` of a key number beyond Unicode (CSI 1114112 u), a mouse
  report after a size report of no pixels (ZeroDivisionError). Its generator is over then, and so is the input thread.
- The number of half a character (CSI 55296 u) becomes a key whose text no output can encode.
- A size report in the input (CSI 48;99999;99999;1;1 t) is believed, whether it was asked for or not, and lays out 10^10 cells.
- `LinuxDriver._sigcont_application` starts application mode on every SIGCONT, also where it is on (SIGSTOP, a bare SIGCONT): a
  second input thread takes keys away, and the raw mode is taken for the one to go back to.
- `_sigtstp_application` sends SIGSTOP, which stops also where no shell can continue it (an orphaned process group).
- `_get_terminal_size` takes 24 lines for a terminal that has no size, and `rich.console.Console.size` 25: the screen is laid out
  again and again, without end.
- Where the terminal is gone, the input thread reads no bytes for ever, and the output thread dies, after which writes block.
"""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import termios
from codecs import getincrementaldecoder
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from tui.engine.ending import SHELL_BASE
from tui.ui.screen_memory import ScreenMemory

if TYPE_CHECKING:
    from textual.app import App
    from textual.message import Message

MOST_COLUMNS, MOST_LINES = 1000, 500
"""A screen of small type on an 8K display has fewer; each cell costs."""
NO_SIZE = (80, 25)
"""For a terminal of no size, as of a serial line or a script: what Rich takes, which must not differ."""
CHUNK = 4096
POLL_S = 0.1
"""How soon the input thread notices that it should end, and that a lone Esc was a key, in seconds."""
HUNG_UP = SHELL_BASE + signal.SIGHUP


class Driver(LinuxDriver):
    """The terminal: every key that can be read, sizes that can be drawn, and its modes as they were at the end."""

    def __init__(self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file = cast("Any", _Lenient(self._file))
        self._memory = ScreenMemory()
        self._drawn_for = (0, 0)

    def write(self, data: str) -> None:
        """Write what is not on the screen yet."""
        super().write(self._memory.only_new(data))

    def process_message(self, message: Message) -> None:
        """Pass it on; on another size nothing stands where it stood."""
        if isinstance(message, events.Resize):
            self._memory.forget()
        super().process_message(message)

    def start_application_mode(self) -> None:
        """Take the terminal, on which something else may stand."""
        self._memory.forget()
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's

    def run_input_thread(self) -> None:
        """Read keys until the screen ends; where the terminal is gone, end the app."""
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        parser = TerminalParser(self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                text = ""
                if selector.select(POLL_S):
                    try:
                        data = os.read(self.fileno, CHUNK)
                    except OSError:  # EIO: the terminal has hung up (tty_ioctl(4))
                        data = b""
                    if not data:
                        self._loop.call_soon_threadsafe(partial(self._app.exit, return_code=HUNG_UP))
                        return
                    text = decode(data)
                for message in parser.messages(text):
                    self.process_message(message)

    def _get_terminal_size(self) -> tuple[int, int]:
        """The terminal's size, as much of it as is drawn."""
        width, height = shutil.get_terminal_size(NO_SIZE)
        size = min(width, MOST_COLUMNS), min(height, MOST_LINES)
        if size != self._drawn_for:
            self._drawn_for = size
            self._memory.forget()
        return size

    @property
    def _is_on(self) -> bool:
        """Whether the terminal is ours now: a stop that we were told of gives it back before."""
        return self._key_thread is not None and self._key_thread.is_alive()

    def _sigtstp_application(self, *_: object) -> None:
        """Give the terminal back and stop, if somebody is there to continue us (setpgid(2), orphaned process groups)."""
        if self._auto_restart and self._is_on:
            self.suspend_application_mode()
            self._must_signal_resume = True
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, self._sigtstp_application)
        if not self._is_on:
            self._sigcont_application()

    def _sigcont_application(self, *_: object) -> None:
        """Take the terminal again, where it was given back; and where we were stopped unasked, set its modes anew."""
        if not self._auto_restart:
            return
        if not self._is_on:
            self.resume_application_mode()
        else:
            self._set_modes()
        self._loop.call_soon_threadsafe(partial(self._app.refresh, layout=True))

    def _set_modes(self) -> None:
        """What a shell may have changed meanwhile: line mode and echo, the screen, the cursor, mouse and paste."""
        self._memory.forget()
        with suppress(termios.error):
            modes = termios.tcgetattr(self.fileno)
            modes[0] = self._patch_iflag(modes[0])
            modes[3] = self._patch_lflag(modes[3])
            termios.tcsetattr(self.fileno, termios.TCSANOW, modes)
        self.write("\x1b[?1049h\x1b[?25l\x1b[?1004h")
        self._enable_mouse_support()
        self._enable_bracketed_paste()
        self._disable_line_wrap()


class TerminalParser(XTermParser):
    """Keys, pastes and reports out of what the terminal sends; what is none is left out, and nothing else with it."""

    def messages(self, text: str) -> list[Message]:
        """What `text` holds, and a lone Esc after its time."""
        parsed: list[Message] = []
        for character in text:  # so that only the sequence that fails is lost
            try:
                parsed += self.feed(character)
            except (ValueError, ArithmeticError):
                self.__init__(self._debug_log_file is not None)  # type: ignore[misc]  # its generator has ended
        parsed += self.tick()
        return [message for message in parsed if _is_plausible(message)]


def _is_plausible(message: Message) -> bool:
    """Whether a message can be true: a size that a terminal has, and text that can be written."""
    if isinstance(message, events.Resize):
        return 0 < message.size.width <= MOST_COLUMNS and 0 < message.size.height <= MOST_LINES
    if isinstance(message, events.Key) and message.character:
        return not any("\ud800" <= letter <= "\udfff" for letter in message.character)
    return True


class _Lenient:
    """A file whose writer does not mind that the terminal is gone: the output thread lives on, and nobody waits for it."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Write it, or nothing."""
        with suppress(OSError, UnicodeEncodeError):
            self._file.write(text)

    def flush(self) -> None:
        """Hand it on, or nothing."""
        with suppress(OSError):
            self._file.flush()

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)
