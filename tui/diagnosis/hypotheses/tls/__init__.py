"""The secure channel: TLS between a client that verifies and the server."""
