"""The right machine, the wrong door."""
