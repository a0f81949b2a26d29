"""The hostname does not lead to the right machine."""
