"""`refused run`: a command that is run as it is, while its failing connections are noticed.

Law: the command's terminal, signals, output and exit status are its own. What is noticed is told at its end, never before.
"""
