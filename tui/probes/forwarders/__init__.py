"""Programs that lead a port elsewhere, found by their arguments, which every user may read.

Rule: a program is taken for a forwarder only by its own name and in the form that its manual describes; what its arguments
do not say is left out, never guessed.
"""
