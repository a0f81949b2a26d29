"""Readings of a case about intention: how it is known which service was meant.

Law: likeness never tells. The person's word does, a unit's, container's or program's own settings for this very port,
or that nothing else can be meant.
"""

from tui.diagnosis.hypothesis import Intention
from tui.diagnosis.readings import code, hosts, near_misses, outcomes, services, spoken
from tui.diagnosis.readings.answers import MEANT, service_name
from tui.diagnosis.readings.namespaces import ServiceLocation
from tui.model.address import peer_address
from tui.model.case import Case
from tui.model.facts import Container, Listener, Listeners, OtherNamespaces, Service
from tui.model.schemes import family_of_program

NAMED = Intention(known_by="person", words="you named it")
ANSWERED = Intention(known_by="person", words="you said so")


def of_service(case: Case, address: str, service: Service) -> Intention | None:
    """How it is known that this unit, or process, belongs on the target's port of `address`."""
    if service.why == "named":
        return NAMED
    reason = services.belongs(case, address, service)
    if not reason:
        return None
    by_settings = service.why == "port" or case.tcp.port in service.ports
    same = (fact for fact in case.all(Service) if (fact.name, fact.vantage) == (service.name, service.vantage))
    return Intention(known_by="settings" if by_settings else "nothing-else", words=reason, evidence=outcomes.ids(*same))


def of_container(case: Case, container: Container, fact: OtherNamespaces) -> Intention | None:
    """How it is known that this container is meant: named, its settings publish the port, or the target is its own address."""
    name, port = service_name(case), case.tcp.port
    if name is not None:
        return NAMED if container.name == name or container.id.startswith(name) else None
    if any(outside == port for _, outside, _ in container.published):
        label = f"container {container.label} publishes port {port}"
        return Intention(known_by="settings", words=label, evidence=(fact.id,))
    own = next((address for address in outcomes.addresses(case) if address in container.addresses), None)
    if own:
        return Intention(known_by="nothing-else", words=f"{own} is container {container.label}'s own", evidence=(fact.id,))
    return None


def of_near_miss(case: Case, row: Listener, *, named: bool) -> Intention | None:
    """How it is known that a listener on another port is the service that was meant."""
    if named:
        return NAMED
    if case.answer(MEANT) == "yes":
        return ANSWERED
    unit = next((service for service in case.all(Service) if row.unit and service.name == row.unit), None)
    if unit and {case.tcp.port, row.port} <= set(unit.ports):
        words = f"{unit.name} is set to port {case.tcp.port} as well"
        return Intention(known_by="settings", words=words, evidence=(unit.id,))
    written = code.code(case)
    mention = next((value for value in written.elsewhere if value.value == str(row.port)), None) if written else None
    if written and mention and mention.part == "port":
        words = f"beside the code stands another port for the same: {mention.sentence}"
        return Intention(known_by="code", words=words, evidence=(written.id,))
    return None


def of_same_port(case: Case, address: str, table: Listeners, row: Listener) -> Intention | None:
    """How it is known that a listener on the target's own port, on another address, is the service that was meant."""
    if service_name(case):
        return NAMED if hosts.is_named(case, row) else None
    settled = services.set_to_port(case, address)
    if settled:
        words = f"{settled.name} is set to port {case.tcp.port}"
        own = row.unit in {settled.name, settled.socket}
        return Intention(known_by="settings", words=words, evidence=(settled.id,)) if own else None
    if len({(other.pid, hosts.owner(other)) for other in outcomes.on_port(table, row.port)}) > 1 or hosts.contradicts(case, row):
        return None
    known = spoken.protocols(case, peer_address(row.address), row.port) if table.vantage is None else ()
    if case.tcp.scheme and not known and _is_any_program(case, row):
        return None
    words = f"no other program is on port {row.port} of this machine"
    return Intention(known_by="nothing-else", words=words, evidence=(table.id,))


def _is_any_program(case: Case, row: Listener) -> bool:
    """Whether the target names a kind of service with programs of its own, and the listener's is none that is known for it."""
    meant = hosts.meant_family(case)
    return bool(meant and meant.name != near_misses.CROWDED and hosts.serves(row) != meant)


def of_location(case: Case, location: ServiceLocation, fact: OtherNamespaces) -> Intention | None:
    """How it is known that what listens in another namespace is the service that was meant."""
    port = case.tcp.port
    if location.named:
        return NAMED
    if location.published and location.published[1] == port:
        words = f"its engine publishes port {port}"
        return Intention(known_by="settings", words=words, evidence=(fact.id,))
    meant, row, space = hosts.meant_family(case), location.listener, location.namespace
    served = hosts.serves(row) if row and row.process else family_of_program(space.process if space else None)
    belongs_here = any(services.set_to_port(case, address) for address in outcomes.failing(case))
    if meant and location.published is None and (location.fits or served == meant) and not belongs_here:
        words = f"it is {meant.name}, and nothing else that fits listens on port {port}"
        return Intention(known_by="nothing-else", words=words, evidence=(fact.id,))
    return None
