"""What would help where a look was not allowed: to be root, but for who is root already."""

import os


def unless_root(remedy: str, instead: str = "") -> str:
    """`remedy`, which asks to be root; for root, what helps instead, if anything does."""
    return instead if os.geteuid() == 0 else remedy
