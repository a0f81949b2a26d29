"""This machine, or this program, cannot connect anywhere."""
