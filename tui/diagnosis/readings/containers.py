"""Readings of a case about containers: the one that is meant, what state it is in, how it ended, and the engine's commands.

Law: a container is meant where the person named it, where its settings publish the target's port, or where the target is
its own address or name. One that its engine starts again and again is in a loop, whatever the moment of the look shows.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from tui.diagnosis.readings import hosts, outcomes, services
from tui.diagnosis.readings.answers import service_name
from tui.model.address import is_unspecified, peer_address, without_zone
from tui.model.case import Case
from tui.model.command_line import behind, quoted
from tui.model.facts import Container, NameSources, NotObserved, OtherNamespaces, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import ListOtherNamespaces

LONGEST_LOOP_S = 70.0
"""Docker waits at most a minute before it starts a container again (restart policies, docker-run(1))."""
YOUNG_S = 15.0
"""An engine takes a container that has run for ten seconds for well, and begins to count its delay anew."""
DOCKERS_RESOLVER = "127.0.0.11"
PODMANS_DOMAIN = "dns.podman"
"""The domain that aardvark-dns serves, and that podman writes into its containers' resolv.conf."""
_DEAD = frozenset({"exited", "dead", "stopped", "removing"})
_NEVER_STARTED = frozenset({"created", "configured", "initialized"})
_STARTS_AGAIN = frozenset({"always", "unless-stopped", "on-failure"})
FORWARDERS = frozenset({"docker-proxy", "conmon", "rootlessport", "rootlessport-child", "slirp4netns", "pasta", "pasta.avx2"})
"""Programs of engines that hold a published port for a container."""
_BRIDGES = ("docker", "br-", "podman", "cni")
"""How engines call their bridges."""
_SIGNALLED = 128
"""The exit status of a process that signal N ended is 128 + N."""
_SIGNALS = {
    2: "signal 2 (INT)",
    6: "signal 6 (ABRT), as of a program that gives up",
    9: "signal 9 (KILL), which is what `kill` sends, and `stop` where it is not obeyed in time",
    11: "signal 11 (SEGV), a fault in the program",
    15: "signal 15 (TERM), which is how an engine stops a container",
}
_BEFORE_THE_PROGRAM = {125: "the engine failed", 126: "its program could not be executed", 127: "its program was not found"}
"""Exit statuses that docker-run(1) gives before the program runs."""


class MeantContainer(Struct, frozen=True):
    """The container that is meant, and the fact that shows it."""

    container: Container
    fact: OtherNamespaces
    rivals: tuple[Container, ...] = ()
    """Others that are set to the same port and do not run either."""

    @property
    def label(self) -> str:
        """`container shop (docker)`."""
        return f"container {self.container.label} ({self.container.engine})"

    @property
    def is_running(self) -> bool:
        """Whether it runs, and is not between two starts."""
        return self.container.state == "running" and not self.is_looping

    @property
    def is_paused(self) -> bool:
        """Whether all of its processes are frozen."""
        return self.container.state == "paused"

    @property
    def never_started(self) -> bool:
        """Whether it was created and not started since."""
        return self.container.state in _NEVER_STARTED

    @property
    def has_ended(self) -> bool:
        """Whether it ended, for good or until its next start."""
        return self.container.state in _DEAD or self.is_looping

    @property
    def is_looping(self) -> bool:
        """Whether its engine starts it again and again: it waits for its next start, or has just been started anew."""
        one = self.container
        if one.state == "restarting":
            return True
        seen = services.moment(self.fact.at)
        if not one.restarts or seen is None:
            return False
        if one.state in _DEAD:
            return one.restart_policy in _STARTS_AGAIN and one.ended is not None and seen - one.ended <= LONGEST_LOOP_S
        return one.state == "running" and one.started is not None and seen - one.started <= YOUNG_S

    @property
    def failed(self) -> bool:
        """Whether it ended as something that went wrong, and not because its work was done."""
        one = self.container
        return self.has_ended and bool(self.is_looping or one.exit_code or one.oom_killed or one.state == "dead")


def look(case: Case, vantage: str | None = None) -> ListOtherNamespaces:
    """The check that finds it, here or at the other end: the same for every cause, so that it is taken once."""
    name = service_name(case) or (None if case.tcp.is_literal else case.tcp.host)
    return ListOtherNamespaces(port=case.tcp.port, name=name, vantage=vantage)


def ran_before(fact: OtherNamespaces, container: Container, attempts: Iterable[TcpAttempt]) -> bool:
    """Whether it may have run while the attempts failed: it isn't in a loop, nor known to have been started since.

    One look shows a container that ends again and again as running, with rules that its engine made after the attempt, or
    removes before the next look.
    """
    if container.state not in {"running", None} or MeantContainer(container, fact).is_looping:
        return False
    began = [at for attempt in attempts if (at := services.moment(attempt.at)) is not None]
    return container.started is None or all(container.started < at for at in began)


def missing_run(case: Case, addresses: Iterable[str]) -> str:
    """The check that would tell, where the container that is meant was started since they failed, or again and again.

    Empty where it ran, where it does not run at all, and where none is known.
    """
    for address in addresses:
        candidate = meant(case, address)
        if candidate is None or (candidate.container.state not in {"running", None} and not candidate.is_looping):
            continue
        if not ran_before(candidate.fact, candidate.container, outcomes.attempts(case, address)):
            again = f"`refused check {quoted(case.target.label)}` when {candidate.label} has run for a while"
            return f"{again}: it was started after the attempts had failed, or starts again and again."
    return ""


def may_have(case: Case, address: str) -> bool:
    """Whether a container of this machine may be behind the address: nobody else is known to hold the port there."""
    route, table = outcomes.route_to(case, address), outcomes.listeners(case)
    if not outcomes.is_local(case, address):
        return bool(route and route.device and route.device.startswith(_BRIDGES))
    rows = outcomes.on_port(table, case.tcp.port)
    return table is not None and all(row.process is None or row.process in FORWARDERS for row in rows)


def meant(case: Case, address: str) -> MeantContainer | None:
    """The container that is meant by the target's port on `address`, at the end that has it; of several, one that runs."""
    fact = outcomes.other_namespaces(case, hosts.vantage(case, address))
    if fact is None:
        return None
    is_its_end = fact.vantage is not None or outcomes.is_local(case, address)
    fitting = [one for one in fact.containers if _is_meant(case, one, address, published=is_its_end)]
    if not fitting:
        return None
    # What runs holds the port; of those that do not, the one that ran last is the one that is missed.
    first, *others = sorted(fitting, key=lambda one: (one.state not in {"running", "paused", "restarting"}, -(one.started or 0)))
    if first.state in {"running", "paused", "restarting"}:
        return MeantContainer(first, fact)
    return MeantContainer(first, fact, tuple(one for one in others if one.started))


def unasked(case: Case) -> tuple[NotObserved, ...]:
    """The engines of this machine that are there and could not be asked: each may have the container that is missed."""
    return tuple(
        fact for fact in case.all(NotObserved) if isinstance(fact.request, ListOtherNamespaces) and fact.request.vantage is None
    )


def _is_meant(case: Case, container: Container, address: str, *, published: bool) -> bool:
    if (name := service_name(case)) is not None:
        return is_called(container, name)
    asked = peer_address(without_zone(address))
    if asked in container.addresses:
        return True
    return published and any(
        outside == case.tcp.port and (is_unspecified(host) or host == asked) for host, outside, _ in container.published
    )


def is_called(container: Container, name: str) -> bool:
    """Whether a person, or a program beside it, would call it by this name."""
    own = container.name or ""
    return name in {own, own.rpartition("/")[2]} or bool(container.id and name.startswith(container.id))


def of_name(case: Case) -> MeantContainer | None:
    """The container whose name is the target's host, where its engine's own resolver is asked for it."""
    fact, sources = outcomes.other_namespaces(case), case.last(NameSources)
    if fact is None or sources is None or not resolver(sources):
        return None
    host = case.tcp.host.rstrip(".").removesuffix(f".{PODMANS_DOMAIN}")
    known = [one for one in fact.containers if is_called(one, host)]
    return MeantContainer(known[0], fact) if known else None


def resolver(sources: NameSources | None) -> str:
    """The engine whose own resolver is this machine's nameserver: `docker`, `podman`; empty for none."""
    if sources is None:
        return ""
    if any(server.address == DOCKERS_RESOLVER for server in sources.servers):
        return "docker"
    return "podman" if PODMANS_DOMAIN in sources.search else ""


def own(fact: OtherNamespaces) -> Container | None:
    """The container that this check runs in, where its engine tells."""
    return next((one for one in fact.containers if fact.inside and is_called(one, fact.inside)), None)


def client(case: Case) -> str:
    """The container that the client runs in: whose view was asked for, or that this check runs in; empty for none."""
    others = outcomes.other_namespaces(case)
    mine = own(others) if others else None
    return case.options.container or (mine.label if mine else "")


def shared_networks(fact: OtherNamespaces, other: Container) -> tuple[str, ...]:
    """The networks that the container shares with the one that this check runs in."""
    mine = own(fact)
    return tuple(name for name in other.networks if mine and name in mine.networks)


def networks_apart(other: MeantContainer) -> str:
    """That the container runs in networks of its own, a clause; empty where it shares one with where this check runs."""
    mine = own(other.fact)
    if mine is None or not mine.networks or not other.container.networks or shared_networks(other.fact, other.container):
        return ""
    theirs, ours = outcomes.joined(other.container.networks), outcomes.joined(mine.networks)
    return f"it is in network {theirs}, and {mine.label} is in {ours}"


def how_it_ended(meant: MeantContainer) -> str:
    """`ended with exit status 3 at …`, for a sentence about it."""
    one = meant.container
    at = f" at {services.clock(one.ended)}" if one.ended else ""
    if meant.is_looping:
        times = "again" if not one.restarts else "once" if one.restarts == 1 else f"{one.restarts} times"
        status = f", the last time with exit status {one.exit_code}" if one.exit_code else ""
        return f"ends again and again: {one.engine} has started it anew {times}{status}"
    if one.oom_killed:
        return f"was killed by the kernel because memory ran out{at}"
    code = one.exit_code
    if code is None:
        return f"is {one.state}"
    why = _SIGNALS.get(code - _SIGNALLED) if code > _SIGNALLED else _BEFORE_THE_PROGRAM.get(code)
    return f"ended with exit status {code}{f' ({why})' if why else ''}{at}"


def state_in_words(meant: MeantContainer) -> str:
    """What is known of its state, for a sentence about it: `was created and never started`."""
    if meant.never_started:
        error = meant.container.error.rstrip(".")
        return f"was created and could not be started: “{error}”" if error else "was created and never started"
    if meant.is_paused:
        return "is paused"
    return how_it_ended(meant) if meant.has_ended else f"is {meant.container.state or 'in an unknown state'}"


def quoted_end(container: Container) -> str:
    """Its last word as a sentence, with a space before it; empty where none was read."""
    line = services.telling_line(container.log)
    return f" It last said: “{services.shortened(line)}”." if line else ""


def culprit(case: Case, meant: MeantContainer) -> Culprit:
    """The container by its name."""
    return Culprit(kind="container", container=meant.container.label, port=case.tcp.port)


def tool(container: Container) -> str:
    """The engine's program, as it is typed."""
    return "crictl" if container.engine in {"containerd", "cri-o"} else container.engine


def sole_engine(case: Case) -> str:
    """The command of the one engine whose containers were seen here; empty for none or several."""
    others = outcomes.other_namespaces(case)
    tools = {tool(one) for one in others.containers} if others else set()
    return next(iter(tools)) if len(tools) == 1 else ""


def command(container: Container, word: str, vantage: str | None = None) -> str:
    """An engine's command about it, here or behind a prefix."""
    return behind(vantage, f"{tool(container)} {word} {quoted(container.label)}")


def publishing(case: Case, port: int) -> Container | None:
    """The one container that publishes a port of the host, where an engine names it."""
    others = outcomes.other_namespaces(case)
    known = [one for one in others.containers if any(outside == port for _, outside, _ in one.published)] if others else []
    return known[0] if len(known) == 1 else None


def publish(
    tool: str, container: Container | None, port: int, inside: int | None, *, verify: str, vantage: str | None = None
) -> Remedy:
    """How to publish a port: that is set when a container is created, so how it was created has to be known.

    `inside` is the port in the container; None where it is not known which one listens. `vantage` leads to its machine.
    """
    shown = f"{tool} inspect {quoted(container.label)}" if container else f"{tool} ps --filter publish={port}"
    option = f"`--publish {port}:{inside}`" if inside else "`--publish`, and the port that its program listens on,"
    return Remedy(
        do=f"Publish the port. Published ports are set when a container is created, so create it again with {option} "
        "(in a compose file under `ports:`), and as it was otherwise.",
        command=behind(vantage, shown),
        verify=verify,
    )


def remedies(case: Case, meant: MeantContainer) -> Iterator[Remedy]:
    """What to do about one that does not run, or is paused: read why first, and change something after that."""
    one, target, vantage = meant.container, case.target.label, meant.fact.vantage
    connects = f"{target} connects."
    if meant.is_paused:
        yield Remedy(
            do=f"Let {one.label} go on, once it is known who paused it, and why.",
            command=command(one, "unpause", vantage),
            changes=True,
            verify=f"{target} answers.",
        )
        return
    if meant.never_started:
        yield Remedy(do=f"Start {one.label}.", command=command(one, "start", vantage), changes=True, verify=connects)
        return
    if one.oom_killed:
        yield Remedy(
            do=f"Give {one.label} more memory, or find what used it up.",
            command=command(one, "inspect --format '{{.HostConfig.Memory}}'", vantage),
            verify="It is not killed again.",
        )
    yield Remedy(
        do=f"Read why {one.label} ended, and mend that.",
        command=command(one, "logs --tail 50", vantage),
        verify="The reason in its log is gone after the next start.",
    )
    yield Remedy(
        do="Its engine starts it again by itself; do it at once." if meant.is_looping else "Then start it again.",
        command=command(one, "restart" if meant.is_looping else "start", vantage),
        changes=True,
        verify=connects,
    )
