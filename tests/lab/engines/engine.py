"""A container engine that runs in a lab machine, asked by its own command-line program.

Law: all that it stores (images, containers, networks, sockets) lies in folders of that machine, and ends with it.
"""

from dataclasses import dataclass

from tests.lab.systemd import Systemd

# Neither program waits for each of the states that are needed here. $1: the program; $2: the container; $3: the states.
_SETTLE = """
for try in $(seq 200); do
  state=$("$1" inspect --format '{{.State.Status}}' "$2")
  case " $3 " in *" $state "*) exit 0;; esac
  if [ "$3" = restarted ] && [ "$("$1" inspect --format '{{.RestartCount}}' "$2")" -gt 1 ]; then exit 0; fi
  sleep 0.05
done
echo "$2 is $state" >&2
exit 1
"""


@dataclass(frozen=True)
class Engine:
    """A running engine; `program` is its command, `docker` or `podman`."""

    machine: Systemd
    program: str

    def __call__(self, *arguments: str, check: bool = True) -> str:
        """What `docker ARGUMENTS` prints on standard output; AssertionError if it fails and `check`."""
        return self.machine.run(self.program, *arguments, check=check).stdout

    def settle(self, container: str, *states: str) -> None:
        """Wait until the container is in one of the states, by the engine's own word; AssertionError after ten seconds.

        `restarted` alone: until the engine has started it anew twice.
        """
        self.machine.run("sh", "-c", _SETTLE, "sh", self.program, container, " ".join(states))
