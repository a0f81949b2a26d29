"""Readings of a case: where the pasted text may have been written, and the command that looks from there.

Names that only container engines and Kubernetes give, and loopback, which is each container's own, tell of a place.
"""

from collections.abc import Iterator
from typing import Literal

from tui.diagnosis.readings import outcomes, text
from tui.model.address import is_loopback
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Container, ErrorText
from tui.model.judgement import Remedy
from tui.model.requests import ListOtherNamespaces
from tui.model.target import TcpTarget

Inside = Literal["container", "pod"]

MOST_NAMED = 3
"""More running containers than this are left to `docker ps`."""
_AGAIN = "It ends there as the text says, and the cause is named."
_ENGINE_NAMES = frozenset(
    {"host.docker.internal", "gateway.docker.internal", "host.containers.internal", "kubernetes.docker.internal"}
)
"""Names that Docker Desktop, docker's `--add-host … host-gateway` and podman give to the host, inside containers alone."""
_POD_ENDINGS = (".svc", ".svc.cluster.local", ".cluster.local", ".pod")
_POD_NAMES = frozenset({"kubernetes.default", "kubernetes"})
"""Services of Kubernetes (kubernetes.io, DNS for Services and Pods)."""


def inside(case: Case) -> Inside | None:
    """What the target's name tells of the place where it means something: a container, a pod, or neither.

    A name without a dot that does not exist here may be another container's: an engine's resolver knows these.
    """
    if not isinstance(case.target, TcpTarget):
        return None
    host = case.target.host.rstrip(".").lower()
    if host in _POD_NAMES or host.endswith(_POD_ENDINGS):
        return "pod"
    of_its_network = "." not in host and outcomes.name_fails(case)
    return "container" if host in _ENGINE_NAMES or of_its_network or is_own(case) else None


def inside_words(case: Case) -> str:
    """`a container`, `a container, whose 127.0.0.1 is its own`, `a pod`; empty where the name tells of neither."""
    kind = inside(case)
    own = f", whose {case.tcp.host} is its own" if is_own(case) else ""
    return f"a {kind}{own}" if kind else ""


def is_own(case: Case) -> bool:
    """Whether the target is loopback: another machine's for each container, pod and network namespace."""
    return isinstance(case.target, TcpTarget) and (case.target.host.lower() == "localhost" or is_loopback(case.target.host))


def wanted(case: Case) -> Iterator[ListOtherNamespaces]:
    """The list of containers, where one of them may have written a text that is not so here."""
    said, ended = text.text(case), text.endings(case)
    looks_so = said and ended and not text.fits(case, said, ended) and (said.origin.container or inside(case))
    if looks_so and isinstance(case.target, TcpTarget) and not case.options.as_another:
        yield ListOtherNamespaces(port=case.target.port)


def places(case: Case, said: ErrorText) -> Iterator[Remedy]:
    """Where to look then, the place that fits best first, each with its command."""
    own = said.says in text.OWN_MACHINE
    for place in () if case.options.as_another else (_process(case, said), _container(case, said), _pod(case)):
        yield from place
    label, host = quoted(case.target.label), said.origin.host
    if host:
        yield Remedy(do=f"Look from {host}.", command=f"ssh {quoted(host)} refused check {label}", verify=_AGAIN)
    if said.role == "bind" and isinstance(case.target, TcpTarget):
        yield Remedy(
            do="If it was written here, start the service again, and look at once who holds the port.",
            command=f"ss -ltnp 'sport = :{case.target.port}'",
            verify="No line is shown, and the service starts.",
        )
    elif own:
        yield Remedy(do="Look from the machine that wrote it.", command=f"refused check {label}", verify=_AGAIN)
    else:
        yield Remedy(
            do="If it was written here, it comes and goes: watch for a while.",
            command=f"refused check {label} --attempts 30 --delay 10",
            verify="No attempt fails: it is over.",
        )


def _process(case: Case, said: ErrorText) -> Iterator[Remedy]:
    label, pid = quoted(case.target.label), said.origin.pid
    if pid and not said.origin.host:
        do = f"Look as process {pid} sees it, which the text names, while it runs."
        yield Remedy(do=do, command=f"refused check {label} --pid {pid}", verify=_AGAIN)
    elif said.says in text.OWN_MACHINE and said.role != "bind":
        do = "Look as the process that wrote it sees it: `refused check` has `--pid` for that."
        name = f" | grep -F {quoted(said.tool)}" if said.tool else ""
        yield Remedy(do=do, command=f"ps -eo pid,user,lstart,args{name}", verify=_AGAIN)


def _container(case: Case, said: ErrorText) -> Iterator[Remedy]:
    """The containers that may have written it by name; without a name that is known to run, how to find it."""
    label, written_by = quoted(case.target.label), said.origin.container
    if not written_by and inside(case) != "container":
        return
    names = _containers(case, said)
    for name in names:
        do = f"As root, look as the container {name} sees it."
        yield Remedy(do=do, command=f"refused check {label} --container {quoted(name)}", verify=_AGAIN)
    if not names:
        yield Remedy(
            do="If a container wrote it, look, as root, as that container sees it"
            + ("." if written_by else ": `refused check` has `--container` for that."),
            command=f"refused check {label} --container {quoted(written_by)}" if written_by else "docker ps",
            verify=_AGAIN,
        )


def _pod(case: Case) -> Iterator[Remedy]:
    if inside(case) == "pod":
        yield Remedy(
            do="If a pod wrote it, look, as root on its node, as one of its processes sees it: `refused check` has `--pid` for "
            "that, and `crictl inspect` names the process.",
            command="crictl ps",
            verify=_AGAIN,
        )


def _containers(case: Case, said: ErrorText) -> list[str]:
    """The running containers that may have written it: that of the name, as compose makes it, else all, where they are few."""
    listed = outcomes.other_namespaces(case)
    running = [container for container in listed.containers if container.state == "running"] if listed else []
    named = [container for container in running if said.origin.container and _is_called(container, said.origin.container)]
    some = named or ([] if said.origin.container else running)
    return [container.label for container in some] if len(some) <= MOST_NAMED else []


def _is_called(container: Container, name: str) -> bool:
    """Whether compose prints this container's lines under `name`: it leaves out the project's name."""
    own = container.name or ""
    return own == name or own.endswith((f"-{name}", f"_{name}"))
