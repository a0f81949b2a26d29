"""The route leads into a bridge or tunnel of this machine whose network overlaps the real one."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, not_relevant, ruled_out, still_open
from tui.diagnosis.readings import checks, hosts, outcomes, overlap
from tui.model.address import endpoint, ip_version
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Device, Outcome, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest

_DOCKERS_OWN = "docker0"
"""The bridge of docker's own network, whose addresses a setting of the daemon decides."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, the device that they go into, the neighbour entry there, and one attempt by the other way."""
    yield from checks.basics(case)
    yield from hosts.neighbour_checks(case)
    yield from overlap.checks(case)


def judge(case: Case) -> Finding:
    """A bridge or tunnel that the route leads into, another route, and who answers by it."""
    failing = outcomes.failing(case)
    if not failing:
        return ruled_out("No address fails.", *outcomes.ids(*outcomes.latest(case).values()))
    into = {address: device for address in failing if (device := overlap.device_of(case, address))}
    examined = [fact for fact in case.all(Device) if fact.address in failing]
    if not into and examined:
        return ruled_out("The route leads into no bridge or tunnel of this machine.", *outcomes.ids(*examined))
    if not into:
        return not_relevant("No address fails as behind a wrong route.", *outcomes.ids(*outcomes.latest(case).values()))
    around = {address: device for address, device in into.items() if device.detour}
    if not around:
        first = next(iter(into.values()))
        return ruled_out(f"No route but the one over {first.name} leads there.", *outcomes.ids(*into.values()))
    for address, device in around.items():
        tried = overlap.other_way(case, address)
        if tried and overlap.answers_the_other_way(case, address) and not _both_answer(case, address, tried):
            return _overlaps(case, address, device, tried)
    address, device = next(iter(around.items()))
    container = overlap.container_of(case, address)
    if container:
        return ruled_out(
            f"{address} is the address of container {container.label}, which is behind {device.name}.",
            *outcomes.ids(device, outcomes.other_namespaces(case)),
        )
    tried = overlap.other_way(case, address)
    if tried is None:
        return not_looked_at(f"The way around {device.name} has not been tried.")
    return _open(case, device, tried)


def _both_answer(case: Case, address: str, tried: TcpAttempt) -> bool:
    """Whether a machine refuses on either way, so that nothing shows which of the two is meant."""
    return tried.outcome not in outcomes.WORKING and address in outcomes.failing(case, Outcome.REFUSED)


def _overlaps(case: Case, address: str, device: Device, tried: TcpAttempt) -> Finding:
    where = endpoint(address, case.tcp.port)
    connects = tried.outcome in outcomes.WORKING
    intention = overlap.meant_there(case, address, device) if connects else None
    ends = "connects" if connects else "is answered, though it does not connect there either"
    which = f"Whether {address} is meant behind {device.name} or over {_beyond(device)}: `{show(device)}`."
    return claim(
        f"The route to {address} leads into {_what(device)}, and the machine is elsewhere: over {_beyond(device)}, {where} "
        f"{ends}. The two networks overlap.",
        *_evidence(case, address, device, tried),
        reason=f"{_ended(case, address, device)} By way of {_beyond(device)}, the same port {ends}. {_routes(device)}",
        intention=intention,
        missing="" if intention else which,
        explains={address},
        culprit=_culprit(device, address),
        refuted_by=f"{address} is meant to be behind {device.name}.",
        remedies=_remedies(case, address, device),
    )


def _open(case: Case, device: Device, tried: TcpAttempt) -> Finding:
    address = tried.address
    specific = device.detour is not None and device.detour.prefix != overlap.DEFAULT
    answered = overlap.answers_the_other_way(case, address) is not None
    nobody = f"{'A machine refuses' if answered else 'Nobody answers'} for {address} over {_beyond(device)} either."
    if not specific and device.leads_into == "tunnel":
        return ruled_out(f"{nobody} Only the tunnel has a route of its own to it.", *outcomes.ids(device, tried))
    return still_open(
        nobody,
        *_evidence(case, address, device, tried),
        summary=f"The route to {address} leads into {_what(device)}, whose network may overlap the real one.",
        next_check=f"`{show(device)}`: whether {address} is meant there. If not, the route over {device.name} is in the way.",
        explains={address},
    )


def _evidence(case: Case, address: str, device: Device, tried: TcpAttempt) -> tuple[str, ...]:
    attempts = outcomes.attempts(case, address)
    return outcomes.ids(*attempts, outcomes.route_to(case, address), device, hosts.failed_neighbour(case, address), tried)


def _what(device: Device) -> str:
    if device.made_by:
        return f"{device.name}, the bridge of {device.made_by}'s network {device.network}"
    return f"{device.name}, a {'bridge inside this machine' if device.leads_into == 'bridge' else 'tunnel of this machine'}"


def _beyond(device: Device) -> str:
    assert device.detour  # noqa: S101 -- asked for only where there is one
    via = f" via {device.detour.gateway}" if device.detour.gateway else ""
    return f"{device.detour.device}{via}"


def _routes(device: Device) -> str:
    detour = device.detour
    prefix = detour.prefix if detour else overlap.DEFAULT
    return f"{device.name} has {outcomes.joined(device.networks) or 'the route'}; without it the route `{prefix}` holds."


def _ended(case: Case, address: str, device: Device) -> str:
    failed = hosts.failed_neighbour(case, address)
    if failed:
        return f"Nobody on {device.name} says that it has {address} (its neighbour entry is FAILED)."
    attempts = outcomes.attempts(case, address)
    return f"Over {device.name}, {len(attempts)} attempt{'' if len(attempts) == 1 else 's'} failed."


def _culprit(device: Device, address: str) -> Culprit:
    return Culprit(kind="route", route=f"{outcomes.joined(device.networks) or address} dev {device.name}", device=device.name)


def show(device: Device) -> str:
    """The command that lists what is behind it."""
    match device.made_by:
        case "docker" | "podman":
            return f"{device.made_by} network inspect {quoted(device.network or '')}"
        case "libvirt":
            return f"virsh net-dhcp-leases {quoted(device.network or '')}"
        case _:
            return f"ip neigh show dev {quoted(device.name)}; ip link show master {quoted(device.name)}"


def _remedies(case: Case, address: str, device: Device) -> Iterator[Remedy]:
    detour = device.detour
    assert detour  # noqa: S101 -- a claim is made only where there is one
    after = f"{endpoint(address, case.tcp.port)} connects."
    yield Remedy(
        do="See the route that is taken, and what has it.",
        command=f"ip route get {quoted(address)}; {show(device)}",
        verify=f"It leads over {device.name}, and {address} is not meant there.",
    )
    via = f"via {quoted(detour.gateway)} " if detour.gateway else ""
    length = 32 if ip_version(address) == 4 else 128  # noqa: PLR2004 -- the version of IP
    yield Remedy(
        do="For now: lead this one address around it.",
        command=f"ip route add {quoted(f'{address}/{length}')} {via}dev {quoted(detour.device)}",
        changes=True,
        verify=after,
    )
    yield Remedy(do=_for_good(device), verify=after)


def _for_good(device: Device) -> str:
    match device.made_by:
        case "docker" if device.name == _DOCKERS_OWN:
            return "For good: give docker's own bridge another network, by `bip` in /etc/docker/daemon.json, and restart docker."
        case "docker" | "podman":
            return (
                f"For good: make {device.made_by}'s network {device.network} again with a `--subnet` that nobody here uses; of "
                "docker, `default-address-pools` in /etc/docker/daemon.json decides for all that come."
            )
        case "libvirt":
            return f"For good: give libvirt's network {device.network} other addresses (`virsh net-edit`), and start it again."
        case _ if device.leads_into == "tunnel":
            return f"For good: take this network out of those that {device.name} is set to carry (AllowedIPs, `route`)."
        case _:
            return f"For good: give {device.name} a network that nobody here uses, where it is configured."


HYPOTHESIS = Hypothesis(
    place=12,
    onset="change",
    title="real network",
    question="Does the route lead to the real network, and not into one inside this machine?",
    why="Engines, virtual machines and tunnels bring networks of their own. Where one has the addresses of a real network, it "
    "swallows what was meant for that.",
    meaning="The route leads into a bridge or tunnel of this machine whose network overlaps the real one.",
    proof="The device that the route leads into, by the kernel's word for its kind; the route that holds without it, by which "
    "the same port connects; and that nothing behind the device was meant.",
    mistaken_for=("path.host-unreachable", "server.down", "path.filtered", "server.not-listening"),
    supersedes=frozenset({"path.host-unreachable", "server.down", "path.filtered", "server.not-listening"}),
    shown_by=(Device,),
    is_meant=True,
    looks=(),
    needs=needs,
    judge=judge,
)
