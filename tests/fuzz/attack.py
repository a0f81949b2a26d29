"""One reader against mangled texts: what it raises though it does not announce it, and what takes too long."""

import time
import traceback
from collections.abc import Iterator
from random import Random

from tests.fuzz.mangle import mangled
from tests.fuzz.readers import Reader

LONGEST_S = 5.0
"""Far more than any text of this length needs, on any machine: what takes longer hangs."""
SHOWN = 600
"""Bytes of a text that are printed."""


def attack(reader: Reader, random: Random, count: int) -> Iterator[str]:
    """What went wrong with each of `count` mangled texts, with the place in the code and the text."""
    for _ in range(count):
        text = mangled(random.choice(reader.texts), random, reader.texts)
        began = time.monotonic()
        try:
            reader.read(text)
        except reader.may_raise:
            pass
        except Exception as error:  # noqa: BLE001 -- whatever it is, it was not announced
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{last.filename}:{last.lineno}"
            yield f"{reader.name}: {type(error).__name__} at {place}: {str(error)[:200]}\n  {text[:SHOWN]!r}"
        if (took := time.monotonic() - began) > LONGEST_S:
            yield f"{reader.name}: {took:.1f} s for {len(text)} bytes\n  {text[:SHOWN]!r}"
