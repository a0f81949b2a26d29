"""Ruby's backtraces: innermost frame first, unless they say "most recent call last"."""

import re

from tui.errors.language import Language, Stack, frame, last

_FRAME = re.compile(
    r"(?:\bfrom )?(?P<path>(?:[A-Za-z]:)?[\w./@+-]{1,400}\.(?:rb|ru|rake|erb)|<internal:[\w/.-]{1,80}>|-e|\(irb\)"
    r"|(?:[\w./-]{1,200}/)?bin/[\w-]{1,60})"
    r":(?P<line>\d{1,7})(?::in [`'\u2018](?P<function>[^'\u2019\n]{1,200})['\u2019])?"
)
_LIBRARY = re.compile(r"^<internal:|/gems/|/lib(?:64)?/ruby/|/rubies/|/vendor/(?:bundle|ruby)/|/rubygems/")
_REVERSED = "Traceback (most recent call last)"


def _stacks(text: str) -> tuple[Stack, ...]:
    matches = [match for match in last(_FRAME, text) if match["function"] or match["path"].endswith((".rb", ".ru", ".rake"))]
    frames = [frame(match, "ruby", library=bool(_LIBRARY.search(match["path"]))) for match in matches]
    if _REVERSED in text:
        frames.reverse()
    return (tuple(frames),) if frames else ()


LANGUAGE = Language("ruby", (".rb:", ".ru:", ".rake:", ".erb:", "-e:", "(irb):", "/bin/"), _stacks)
