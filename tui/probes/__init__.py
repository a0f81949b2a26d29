"""The looking: the only code that touches the network or this machine.

Rule 1: one kind of request a file; its `look` yields facts and never a cause.
Rule 2: no OSError leaves this package; "could not look" is a NotObserved with its reason.
Rule 3: everything has a bound and can be cancelled at once; sockets and children are closed in `finally`.
Rule 4: text from outside passes `safe_text` here, at the door.
"""
