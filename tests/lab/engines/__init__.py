"""Real Docker and podman, each in a lab machine with a systemd and a root of its own; nothing of them is on this machine.

`docker` and `podman` start an engine and say what is lacking, `engine` is what both can do, `images` packs what runs in
containers, without a registry.
"""
