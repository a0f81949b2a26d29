"""Attempts to connect, to TCP ports and Unix sockets, and what a connection shows in its first moment."""
