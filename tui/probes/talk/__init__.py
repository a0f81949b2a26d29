"""The first request of a protocol, and what the first bytes of an answer mean."""
