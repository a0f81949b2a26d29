"""What is played with containers, one file a kind; `tests/lab/engines/plays.py` says how a scenario is written."""
