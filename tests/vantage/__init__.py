"""Looks through a command prefix."""
