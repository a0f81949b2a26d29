"""What ends the program early, each with one line for the person or none at all."""


class Unusable(Exception):  # noqa: N818 -- named for what it says of the command line
    """A command line that can't be used; the message is one line: what, and how to fix it."""


class ReaderGone(Exception):  # noqa: N818 -- not an error: the reader has read enough
    """Nobody reads standard output any more."""
