"""The panels of the walk's screen: each shows one part of what is known, and decides nothing."""
