"""`refused run`: runs a command as it is, and notices the connections that fail.

Law: the command's terminal, signals, output and exit status are its own. What was noticed is reported when it ends, never before.
"""
