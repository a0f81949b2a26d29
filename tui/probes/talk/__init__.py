"""The first words of a protocol, and what the first bytes of an answer say."""
