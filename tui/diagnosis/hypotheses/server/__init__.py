"""The server at the other end."""
