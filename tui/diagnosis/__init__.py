"""The thinking: pure functions of a Case.

Rule 1: nothing here looks at a socket, a file or a clock; what is not in the case is not known.
Rule 2: one cause, one file; its path under `hypotheses/` is its id, and the file is the registration.
Rule 3: order never changes a verdict; the tree's order decides only what is checked first.
Rule 4: `confirmed` needs what the cause's `proof` asks for, seen in this session, on this target.
"""
