"""What a terminal sends is keys, pastes and reports: nothing that it sends ends the input, and nothing absurd comes through."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from tests.ui.stage import USUAL, playing
from tui.ui.app import RefusedApp
from tui.ui.driver import MOST_COLUMNS, MOST_LINES, Driver, TerminalParser

ABSURD = (
    "\x1b[99999999999999999999~",
    "\x1b[1114112u",
    "\x1b[55296u",
    "\x1b[97;1;57343u",
    "\x1b[97;99999999999999999999u",
    "\x1b[48;99999;99999;1;1t",
    "\x1b[48;36;1001;1;1t",
    "\x1b[48;501;120;1;1t",
    "\x1b[48;0;0;0;0t",
    "\x1b[48;36;120;0;0t\x1b[<0;5;5M",
    "\x1b[48;0;0;0;0t\x1b[<0;5;5M",
)


def keys(messages: list[Any]) -> list[str | None]:
    """The characters of the keys among some messages."""
    return [message.character for message in messages if isinstance(message, events.Key)]


@pytest.mark.parametrize("sequence", ABSURD)
def test_absurd_sequences_are_left_out(sequence: str) -> None:
    """The keys around it come through, in one chunk or by the byte; no size that no terminal has, and no half letter."""
    for chunks in ([f"a{sequence}b"], ["a", *sequence, "b"]):
        parser = TerminalParser(debug=False)
        messages = [message for chunk in chunks for message in parser.messages(chunk)]

        assert [key for key in keys(messages) if key in {"a", "b"}] == ["a", "b"]
        sizes = [message.size for message in messages if isinstance(message, events.Resize)]
        assert all(0 < size.width <= MOST_COLUMNS and 0 < size.height <= MOST_LINES for size in sizes)
        "".join(filter(None, keys(messages))).encode()


def test_a_true_size_is_believed() -> None:
    """A report of a size that a terminal can have changes the size."""
    message: Any
    (message,) = TerminalParser(debug=False).messages("\x1b[48;36;120;720;1200t")

    assert message.size == (120, 36)


@given(st.text(st.one_of(st.sampled_from("\x1b[]0123456789;:?<Mmut~$yIOR"), st.characters(codec="utf-8")), max_size=60))
def test_no_text_ends_the_parser(text: str) -> None:
    """Whatever came before, a paste that follows is read whole."""
    parser = TerminalParser(debug=False)
    parser.messages(text)
    parser.messages("\x1b[201~\x1b[201~")

    messages = parser.messages("\x1b[200~the error\x1b[201~x")

    assert "the error" in [message.text for message in messages if isinstance(message, events.Paste)]


@contextmanager
def reading() -> Iterator[tuple[int, Driver, list[Any], threading.Event]]:
    """The input thread's work on a pipe: where to type, the driver, what it hands on, and whether the app is to end."""
    device, controller = os.pipe()
    messages: list[Any] = []
    ended = threading.Event()
    driver: Any = Driver.__new__(Driver)
    driver.fileno = device
    driver._debug = False
    driver.exit_event = threading.Event()
    driver.process_message = messages.append
    driver._loop = SimpleNamespace(call_soon_threadsafe=lambda call: call())
    driver._app = SimpleNamespace(exit=lambda return_code: ended.set() if return_code == 129 else None)
    try:
        yield controller, driver, messages, ended
    finally:
        os.close(device)


@pytest.mark.parametrize("typed", [b"\xe9", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf5\x80\x80\x80"])
def test_bytes_that_are_not_utf_8(typed: bytes) -> None:
    """A byte of another encoding is a letter that is not known, also inside a paste; what follows is read."""
    with reading() as (controller, driver, messages, ended):
        os.write(controller, b"\x1b[200~caf" + typed + b".\x1b[201~" + typed + b"q")
        os.close(controller)
        driver.run_input_thread()

        assert ended.is_set()
    (paste,) = [message.text for message in messages if isinstance(message, events.Paste)]
    assert paste.strip("\ufffd") == "caf" + "\ufffd" * paste.count("\ufffd") + "."
    assert keys(messages)[-1] == "q"
    assert "\ufffd" in keys(messages)


async def test_the_screen_has_this_driver() -> None:
    """The app reads its terminal through it."""
    from tests.ui import scenes
    from tests.ui.stage import app_on

    app: RefusedApp = app_on(scenes.session(scenes.HERE, scenes.REFUSED_HERE))
    async with playing(app, USUAL):
        assert app.driver_class is Driver
