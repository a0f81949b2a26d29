"""The last part of what a command prints, however much it prints."""

LONGEST_TAIL = 128 * 1024
"""Bytes that are kept: far more than the longest stack trace, and read in a fraction of a second."""


class Tail:
    """Keeps the last bytes that were added."""

    def __init__(self, longest: int = LONGEST_TAIL) -> None:
        self._longest = longest
        self._kept = bytearray()

    def add(self, chunk: bytes) -> None:
        """Add what was printed next. On average each byte is moved once."""
        if len(chunk) >= self._longest:
            self._kept = bytearray(chunk[-self._longest :])
            return
        self._kept += chunk
        if len(self._kept) > 2 * self._longest:
            del self._kept[: -self._longest]

    def __bytes__(self) -> bytes:
        return bytes(self._kept[-self._longest :])
