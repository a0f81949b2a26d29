"""The checks: the only code that touches the network or this machine.

Rule 1: one kind of request in each file; its `check` yields facts and never a cause.
Rule 2: no OSError leaves this package; what could not be checked is a NotObserved with its reason.
Rule 3: everything has a bound and can be cancelled at once; sockets and children are closed in `finally`.
Rule 4: text from outside passes `safe_text` here, at the door.
"""
