"""Readings of a case: where else on a machine the service may be, in another namespace or a container.

Law: what is plainly another service, by its program or its own words, is not a candidate, and a namespace without a link to
ours may be somebody else's.
"""

from collections.abc import Iterator

from msgspec import Struct

from tui.diagnosis.readings import hosts, outcomes, spoken
from tui.diagnosis.readings.answers import service_name
from tui.model.address import is_loopback, is_unspecified, without_zone
from tui.model.case import Case
from tui.model.facts import Container, Listener, Namespace, OtherNamespaces
from tui.model.protocols import HTTP, TLS
from tui.model.requests import AnyRequest
from tui.model.schemes import family_of_port, family_of_program


class ServiceLocation(Struct, frozen=True, kw_only=True):
    """Where the service may be: a listener in another namespace, or a container that should have one."""

    namespace: Namespace | None = None
    container: Container | None = None
    listener: Listener | None = None
    published: tuple[str, int] | None = None
    """Where the container's port is published instead: host address and port."""
    named: bool = False
    """Whether it is the one that the person named."""
    fits: bool = False
    """Whether name, program or image is that of the service meant."""

    @property
    def words(self) -> str:
        """The namespace, for a sentence: `container shop (docker)`."""
        if self.container:
            engine = f" ({self.container.engine})" if self.container.engine != "unknown" else ""
            return f"container {self.container.label}{engine}"
        space = self.namespace
        if space and space.initial:
            return "this machine's first network namespace"
        if space and space.name:
            return f"network namespace {space.name}"
        if space and space.pid:
            return f"the network namespace of {space.process or 'process'} (pid {space.pid})"
        return "another network namespace"

    @property
    def is_known(self) -> bool:
        """Whether it certainly belongs with us: a container, at the other end of a virtual cable of ours, or made from here."""
        return self.container is not None or bool(self.namespace and (self.namespace.linked or self.namespace.born_here))

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """Smaller fits better."""
        return not self.named, not self.fits, not self.is_known


def sole(case: Case, vantage: str | None = None) -> ServiceLocation | None:
    """The one listener in another namespace that may be the service: it fits, or its port is not the usual one of any service."""
    locations = [location for location in candidates(case, vantage) if location.listener]
    best = locations[0] if locations else None
    if best is None or rivals(best, locations):
        return None
    return best if best.named or best.fits or family_of_port(case.tcp.port) is None else None


def rivals(best: ServiceLocation, locations: list[ServiceLocation]) -> list[ServiceLocation]:
    """The others that fit as well as the best one does."""
    return [location for location in locations if location is not best and location.listener and location.rank == best.rank]


def candidates(case: Case, vantage: str | None = None) -> list[ServiceLocation]:
    """Where the service may be, on this machine or a vantage's, the best first; what is plainly another is left out."""
    elsewhere = outcomes.other_namespaces(case, vantage)
    if elsewhere is None:
        return []
    port = case.tcp.port
    locations = [location for space in elsewhere.namespaces for location in _in_namespace(case, space, port)]
    shown = {location.container.id for location in locations if location.container}
    locations += [
        ServiceLocation(
            container=container, published=(host, outside), named=_is_called(case, container), fits=_image_fits(case, container)
        )
        for container in elsewhere.containers
        if container.id not in shown and container.state in {"running", None} and not _contradicts(case, None, container)
        for host, outside, inside in container.published
        if inside == port and (outside != port or not is_unspecified(host))
    ]
    return sorted(locations, key=lambda location: (*location.rank, location.listener is None))


def having(others: OtherNamespaces, address: str) -> Namespace | None:
    """The namespace that has the address, if there is only one that belongs with us."""
    spaces = [space for space in others.namespaces if address in map(without_zone, space.addresses)]
    near = [space for space in spaces if space.linked or space.born_here or space.container] or spaces
    return near[0] if len(near) == 1 else None


def taking(case: Case, address: str) -> Listener | None:
    """The listener on the port that takes connections to the address, in the other namespace of this machine that has it."""
    others = outcomes.other_namespaces(case)
    space = having(others, address) if others and not outcomes.is_local(case, address) else None
    return next((row for row in _on_port(case, space) if outcomes.covers(row, address)), None) if space else None


def bound_elsewhere(case: Case, address: str) -> ServiceLocation | None:
    """Who has the port in the namespace that has the address, of this machine's, and takes no connection to that address."""
    others = outcomes.other_namespaces(case)
    space = having(others, address) if others else None
    rows = _on_port(case, space) if space else []
    fitting = [row for row in rows if not _contradicts(case, row, space.container if space else None)]
    if space is None or not fitting or any(outcomes.covers(row, address) for row in rows):
        return None
    return _location(case, space, fitting[0])


def _on_port(case: Case, space: Namespace) -> list[Listener]:
    return [row for row in space.listeners if row.port == case.tcp.port and row.proto == "tcp"]


def _in_namespace(case: Case, space: Namespace, port: int) -> Iterator[ServiceLocation]:
    """The listener on the port, or on the port inside that the container's engine forwards it to."""
    container = space.container
    inside_port = next((inside for _, outside, inside in container.published if outside == port), port) if container else port
    rows = [
        listener
        for listener in space.listeners
        if listener.port == inside_port
        and not _contradicts(case, listener, container)
        and not (_says_another(case, space, listener) and not _is_called(case, container))
    ]
    if not rows:
        return
    row = next((listener for listener in rows if not is_loopback(listener.address)), rows[0])
    published = (
        next(((host, outside) for host, outside, inside in container.published if inside == inside_port), None)
        if container
        else None
    )
    yield _location(case, space, row, published)


def _location(case: Case, space: Namespace, row: Listener, published: tuple[str, int] | None = None) -> ServiceLocation:
    container, meant = space.container, hosts.meant_family(case)
    return ServiceLocation(
        namespace=space,
        container=container,
        listener=row,
        published=published,
        named=_is_called(case, container) or (bool(service_name(case)) and hosts.is_named(case, row)),
        fits=bool(meant and hosts.serves(row) == meant) or _image_fits(case, container) or _says_it(case, space, row),
    )


def questions(case: Case) -> Iterator[AnyRequest]:
    """The first words of what the target means, to each listener elsewhere that its program does not tell, where we reach it."""
    for location in candidates(case):
        space, row = location.namespace, location.listener
        if space and row and not location.named and hosts.meant_family(case) and family_of_program(row.process) is None:
            for address in _reached_at(case, space, row)[:1]:
                yield from spoken.questions(case, address, (row.port,))


def words(case: Case) -> tuple[str, ...]:
    """The ids of the facts that hold what listeners in other namespaces said."""
    elsewhere = outcomes.other_namespaces(case)
    rows = [(space, row) for space in elsewhere.namespaces for row in space.listeners] if elsewhere else []
    return tuple(
        fact
        for space, row in rows
        for address in _reached_at(case, space, row)
        for fact in spoken.evidence(case, address, row.port)
    )


def _reached_at(case: Case, space: Namespace, row: Listener) -> tuple[str, ...]:
    """The addresses at which this listener answers from here: a cable leads there, and nobody else has the address."""
    elsewhere = outcomes.other_namespaces(case)
    if not space.linked or elsewhere is None or space not in elsewhere.namespaces:
        return ()
    others = {address for other in elsewhere.namespaces if other is not space for address in other.addresses}
    return tuple(
        address
        for address in space.addresses
        if outcomes.covers(row, address) and address not in others and not outcomes.is_local(case, address)
    )


def _says_another(case: Case, space: Namespace, row: Listener) -> bool:
    return any(spoken.is_another_at(case, address, row.port) for address in _reached_at(case, space, row))


def _says_it(case: Case, space: Namespace, row: Listener) -> bool:
    """Whether it says that it is what was meant, in a protocol that not everybody speaks."""
    addresses = _reached_at(case, space, row)
    return any(
        spoken.is_what_was_meant(case, address, row.port) and spoken.protocols(case, address, row.port) not in {(HTTP,), (TLS,)}
        for address in addresses
    )


def _contradicts(case: Case, row: Listener | None, container: Container | None) -> bool:
    """Whether it is known to be another service than the one meant."""
    if _is_called(case, container) or _image_fits(case, container):
        return False
    if row and row.process and hosts.contradicts(case, row):
        return True
    meant, served = hosts.meant_family(case), family_of_program(_image_name(container))
    return bool(meant and served and meant != served)


def _is_called(case: Case, container: Container | None) -> bool:
    name = service_name(case)
    return (
        container is not None and bool(name) and name in {container.name, container.id, (container.name or "").rpartition("/")[2]}
    )


def _image_fits(case: Case, container: Container | None) -> bool:
    meant = hosts.meant_family(case)
    return bool(meant) and family_of_program(_image_name(container)) == meant


def _image_name(container: Container | None) -> str:
    """`postgres` of `docker.io/library/postgres:16-alpine`, as its program would be called."""
    image = (container.image or "") if container else ""
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    return _PROGRAMS.get(name, name)


_PROGRAMS = {
    "redis": "redis-server",
    "mysql": "mysqld",
    "mariadb": "mariadbd",
    "mongo": "mongod",
    "httpd": "apache2",
    "valkey": "valkey-server",
}
"""The programs of images that have another name."""
