"""What engines really printed, as `tests.lab.engines.record` wrote it: files that open with the version and the command."""

from pathlib import Path

FOLDER = Path(__file__).parent / "engines"
ENGINES = ("docker", "podman")


def printed(name: str) -> str:
    """The output in the recording `name`, such as `docker-ps`."""
    version, command, text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("\n", 2)
    assert version.startswith("# ")
    assert command.startswith(f"$ {name.partition('-')[0]} ")
    return text
