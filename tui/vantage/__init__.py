"""Checks at the other end: through a command prefix that runs a shell there, such as `ssh db1`.

Rule 1: what is run there only reads; nothing is written, started or changed.
Rule 2: the prefix is an argument list, run without a local shell and without a terminal to ask questions on.
Rule 3: what comes back is text from outside: pure functions read it, and it passes `safe_text` at the door.
Rule 4: a prefix that fails is a fact, with its first line of output and what would help.
"""
