"""What a proxy of this machine leads to, by its own log and its configuration."""
