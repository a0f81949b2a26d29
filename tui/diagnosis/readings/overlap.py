"""Readings of a case about a route that leads into a bridge or tunnel of this machine: what that is, and the way around it.

Law: that two networks overlap shows nothing while nobody answers by the other way; and what answers there may not be what was
meant, while a container, a virtual machine or a tunnel has as good a right to the address.
"""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Intention
from tui.diagnosis.readings import containers, hosts, outcomes
from tui.model.case import Case
from tui.model.facts import Container, Device, NotObserved, Outcome, TcpAttempt
from tui.model.requests import AnyRequest, Connect, ExamineDevice, ListOtherNamespaces

_ANSWERED = frozenset({Outcome.CONNECTED, Outcome.CLOSED, Outcome.RESET, Outcome.SILENT, Outcome.REFUSED})
DEFAULT = "default"
"""The route that holds for every address, so that it says of none that it is behind it."""


def checks(case: Case) -> Iterator[AnyRequest]:
    """What the device is that a failing, or quiet, address is led into; its containers; and one attempt by the other way."""
    for address in (*_in_question(case), *outcomes.quiet(case)):
        route = outcomes.route_to(case, address)
        if route and route.type == "unicast" and route.device:
            yield ExamineDevice(name=route.device, address=address)
        device = device_of(case, address)
        if device and device.detour:
            if device.leads_into == "bridge":
                yield containers.look(case)
            if _is_worth_a_try(case, address, device):
                yield Connect(
                    address=address,
                    port=case.tcp.port,
                    device=device.detour.device,
                    purpose="other-way",
                    timeout_s=case.options.timeout_s,
                )


def device_of(case: Case, address: str) -> Device | None:
    """The bridge or tunnel of this machine that the route to the address leads into; None for any other device."""
    route = outcomes.route_to(case, address)
    known = next((fact for fact in reversed(case.all(Device)) if fact.address == address), None)
    return known if known and known.leads_into and route and route.device == known.name else None


def other_way(case: Case, address: str) -> TcpAttempt | None:
    """The attempt on the target that went around that device."""
    return next(
        (
            attempt
            for attempt in reversed(case.all(TcpAttempt))
            if attempt.purpose == "other-way" and (attempt.address, attempt.port) == (address, case.tcp.port)
        ),
        None,
    )


def answers_the_other_way(case: Case, address: str) -> TcpAttempt | None:
    """That attempt, if a machine answered it: it connected, or a reset came."""
    attempt = other_way(case, address)
    return attempt if attempt and attempt.outcome in _ANSWERED and attempt.icmp is None else None


def container_of(case: Case, address: str) -> Container | None:
    """The container of this machine that has the address, by its engine's word."""
    others = outcomes.other_namespaces(case)
    return next((one for one in others.containers if address in one.addresses), None) if others else None


def meant_there(case: Case, address: str, device: Device) -> Intention | None:
    """How it is known that the machine beyond is meant, and nothing behind the device.

    A nameserver gives its address to the name, as none does to a container; or nothing behind the bridge can be meant: it is an
    engine's, all engines were asked, and no container of theirs has the address, or could have had it before it ended.
    """
    if device.leads_into != "bridge" or container_of(case, address):
        return None
    named = next((answer for answer in outcomes.nameserver_answers(case, configured=True) if address in answer.addresses), None)
    if named and not case.tcp.is_literal and not _is_of_the_bridge(named.server, device):
        words = f"the nameserver {named.server} gives {named.name} this address"
        return Intention(known_by="settings", words=words, evidence=(named.id,))
    others = outcomes.other_namespaces(case)
    asked = [fact for fact in case.all(NotObserved) if isinstance(fact.request, ListOtherNamespaces) and not fact.absent]
    known = device.made_by in {"docker", "podman"}  # of other bridges nobody says what was behind them
    if others is None or asked or not known or any(one.state != "running" for one in others.containers):
        return None
    words = "nothing behind the bridge has the address, and no container is stopped that could have had it"
    return Intention(known_by="nothing-else", words=words, evidence=(others.id,))


def _is_of_the_bridge(server: str, device: Device) -> bool:
    """Whether a nameserver may speak of what is behind the bridge: libvirt's and an engine's own do, by leases and names."""
    return server in {containers.DOCKERS_RESOLVER, *device.addresses} or device.made_by == "libvirt"


def _in_question(case: Case) -> Iterator[str]:
    """The addresses that fail as behind a wrong way; a refusal only by a machine of the device's own network."""
    for address, attempt in outcomes.failing(case, Outcome.TIMEOUT, Outcome.UNREACHABLE, Outcome.REFUSED).items():
        if attempt.outcome is not Outcome.REFUSED or hosts.is_on_link(case, address):
            yield address


def _is_worth_a_try(case: Case, address: str, device: Device) -> bool:
    """Whether the other way may lead to what was meant: not where a container is known to have the address.

    A refusal is an answer, which the default route gives no reason to doubt.
    """
    refused = address in outcomes.failing(case, Outcome.REFUSED)
    specific = device.detour is not None and device.detour.prefix != DEFAULT
    looked = device.leads_into == "tunnel" or outcomes.other_namespaces(case) is not None
    return looked and (specific or (not refused and container_of(case, address) is None))
