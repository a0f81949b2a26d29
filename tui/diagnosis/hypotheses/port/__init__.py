"""The right machine, the wrong port."""
