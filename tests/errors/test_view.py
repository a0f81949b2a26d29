"""The text as the patterns see it: what is left out, what stands for what, and where each line and record begins."""

import pytest

from tui.errors.view import LONGEST, decoded, unwrapped, view_of


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("a\x1b[31mb", "ab"),
        ("a\x1b[1;31mb\x1b[0m", "ab"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]8;;http://x\x1b\\b", "ab"),
        ("a\x1bMb", "ab"),
        ("a\r\nb", "a\nb"),
        ("a\rb", "a\nb"),
        ("a\u2028b\u2029c", "a\nb\nc"),
        ("a\\n  at b", "a\n  at b"),
        ("a\\nat b", "a\nat b"),
        ("a\\nCaused by", "a\nCaused by"),
        ("C:\\new", "C:\\new"),
        ("a\\n\\tat b", "a\n at b"),
        ("a\u00a0b\u3000c", "a b c"),
        ("&quot;a&#39;&amp;&lt;&gt;&apos;&#x41;", "\"a'&<>'A"),
        ("a&nbsp;b", "a\u00a0b"),
        ("a &unknown; b", "a &unknown; b"),
        ("a\\u0022b\\u0041", 'a"bA'),
        ("a\\u0007b", "a b"),
        ("a\\\"b\\/c\\'d", "a\"b/c'd"),
        ("a\u200bb\u202ec\x00d\ufeffe", "abcde"),
        ("web_1  | a\nweb_1  | b", "a\nb"),
        ("npm ERR! a\nnpm error b", "a\nb"),
        ("a b  | c", "a b  | c"),
    ],
)
def test_noise_is_left_out_and_escapes_are_read(given: str, seen: str) -> None:
    """Colours, titles, invisible characters and prefixes are out of sight; entities and escapes are what they stand for."""
    assert view_of(given).text == seen


def test_positions_lead_back_through_everything_left_out() -> None:
    """A stretch of the view is the stretch of the text that holds it, also where something was put in for another."""
    given = "web | \x1b[31mab\x1b[0m&amp;cd\r\nef"
    view = view_of(given)

    assert view.text == "ab&cd\nef"
    for seen, spans in {"ab": "ab", "b&": "b\x1b[0m&", "cd": "cd", "ef": "ef"}.items():
        start = view.text.index(seen)
        assert given[slice(*view.given(start, start + len(seen)))] == spans
    assert view.given(0, 1) == (given.index("ab"), given.index("ab") + 1)


def test_a_long_text_is_cut_at_its_beginning() -> None:
    """The last megabyte is seen, to the character, and its positions count from the true beginning."""
    for more in (0, 1, 100):
        given = "x" * more + "y" * LONGEST
        view = view_of(given)
        assert view.text == "y" * LONGEST
        assert view.given(0, 1) == (more, more + 1)
        assert view.given(LONGEST - 1, LONGEST) == (len(given) - 1, len(given))


def test_lines_are_counted_from_nought() -> None:
    """Each position belongs to the line that it stands in, its end included; a line is given without its end."""
    view = view_of("ab\n\ncde\n")

    assert [view.line(number) for number in range(4)] == ["ab", "", "cde", ""]
    assert [view.line_of(at) for at in range(len(view.text))] == [0, 0, 0, 1, 2, 2, 2, 2]


@pytest.mark.parametrize(
    "start",
    [
        "2026-11-20T11:02:03 ", "2026/11/20 ", "20/Nov/2026:", "Nov 20 11:02:03 ", "Nov  2 11:02:03 ", "11:02:03 ",
        "I1120 11:", "%2|", "time=", "ts=", "level=", '{"a": ', "TRACE ", "DEBUG ", "INFO ", "WARN ", "WARNING ", "ERR ",
        "ERROR ", "FATAL ", "CRITICAL ", "[2026-11-20", "[ERROR]", "<11:02:03", '"2026-11-20', "(11:02:03",
    ],
)  # fmt: skip
def test_a_record_begins_with_a_time_or_a_level(start: str) -> None:
    """A line that begins so is a new record of the log; one that does not goes on with the one before."""
    assert view_of(f"first\n{start}x\n  more\n{start}y").records() == (0, 1, 1, 2)
    assert view_of(f"first\nx {start}").records() == (0, 0)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("a\u00df", "a\u00df"),
        ("a\u00df".encode(), "a\u00df"),
        ("a\u00df".encode("utf-16"), "a\u00df"),
        (b"\xfe\xff" + "a\u00df".encode("utf-16-be"), "a\u00df"),
        (b"a\xff", "a\\xff"),
        (b"\xff\xfea", "\ufffd"),
    ],
)
def test_bytes_are_decoded_as_they_say(given: str | bytes, text: str) -> None:
    """Text is itself; bytes are UTF-8, or UTF-16 by their mark; what is neither is shown and never raises."""
    assert decoded(given) == text


def _wrapped(width: int, lines: int = 2) -> str:
    return "\n".join(["x" * width] * lines + ["the rest"])


def test_lines_that_a_terminal_broke_are_joined() -> None:
    """Lines of one greatest width go on in the next; spans still lead to the text as given."""
    given = _wrapped(40)
    joined = unwrapped(view_of(given))

    assert joined is not None
    assert joined.text == "x" * 80 + "the rest"
    assert joined.starts == (0,)
    assert joined.given(80, 88) == (given.index("the rest"), len(given))
    assert given[slice(*joined.given(39, 41))] == "x\nx"


@pytest.mark.parametrize(
    "given",
    [
        _wrapped(39),
        "x" * 60,
        "\n".join(["x" * 60] * 3),
        "short\n" + "x" * 60,
        "x" * 60 + "\n2026-11-20 a new record",
        "x" * 60 + "\nERROR a new record",
    ],
    ids=["narrow", "one line", "all alike", "last line", "a time", "a level"],
)
def test_lines_that_no_terminal_broke_stay(given: str) -> None:
    """No terminal is narrower than forty columns, the last line goes on nowhere, and a new record is never joined."""
    assert unwrapped(view_of(given)) is None


def test_only_the_widest_lines_are_joined() -> None:
    """A shorter line ends where it ends, and a record that follows a full line stays apart."""
    given = f"{'x' * 50}\nmore\n{'y' * 50}\nINFO next\n{'z' * 50}\nlast"
    joined = unwrapped(view_of(given))

    assert joined is not None
    assert joined.text == f"{'x' * 50}more\n{'y' * 50}\nINFO next\n{'z' * 50}last"
