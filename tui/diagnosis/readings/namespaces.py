"""Readings of a case that tell where else on this machine the service may be: another namespace, a container.

Law: what is plainly another service is no candidate, and a namespace without a tie to ours may be a stranger's.
"""

from collections.abc import Iterator

from msgspec import Struct

from tui.diagnosis.readings import hosts
from tui.diagnosis.readings.answers import service_name
from tui.model.address import is_loopback, is_unspecified
from tui.model.case import Case
from tui.model.facts import Container, Listener, Namespace, OtherNamespaces
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
    def is_known(self) -> bool:
        """Whether it has to do with us beyond doubt: a container, at the far end of a cable of ours, or made from here."""
        return self.container is not None or bool(self.namespace and (self.namespace.linked or self.namespace.born_here))

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """Smaller fits better."""
        return not self.named, not self.fits, not self.is_known


def sole(case: Case) -> ServiceLocation | None:
    """The one listener in another namespace that may be the service: it fits, or its port is no usual one of any service."""
    found = [one for one in candidates(case) if one.listener]
    best = found[0] if found else None
    if best is None or rivals(best, found):
        return None
    return best if best.named or best.fits or family_of_port(case.tcp.port) is None else None


def rivals(best: ServiceLocation, found: list[ServiceLocation]) -> list[ServiceLocation]:
    """The others that fit as well as the best one does."""
    return [one for one in found if one is not best and one.listener and one.rank == best.rank]


def candidates(case: Case) -> list[ServiceLocation]:
    """Where the service may be, the best first; what is plainly another service is left out."""
    seen = case.last(OtherNamespaces)
    if seen is None:
        return []
    port = case.tcp.port
    found = [one for space in seen.namespaces for one in _in_namespace(case, space, port)]
    shown = {one.container.id for one in found if one.container}
    found += [
        ServiceLocation(container=one, published=(host, outside), named=_is_called(case, one), fits=_image_fits(case, one))
        for one in seen.containers
        if one.id not in shown and one.state in {"running", None} and not _contradicts(case, None, one)
        for host, outside, inside in one.published
        if inside == port and (outside != port or not is_unspecified(host))
    ]
    return sorted(found, key=lambda one: (*one.rank, one.listener is None))


def _in_namespace(case: Case, space: Namespace, port: int) -> Iterator[ServiceLocation]:
    """The listener on the port, or on the port inside that the container's engine leads it to."""
    container = space.container
    led = next((inside for _, outside, inside in container.published if outside == port), port) if container else port
    rows = [one for one in space.listeners if one.port == led and not _contradicts(case, one, container)]
    if not rows:
        return
    row = next((one for one in rows if not is_loopback(one.address)), rows[0])
    published = (
        next(((host, outside) for host, outside, inside in container.published if inside == led), None) if container else None
    )
    meant, served = hosts.meant_family(case), family_of_program(row.process)
    yield ServiceLocation(
        namespace=space,
        container=container,
        listener=row,
        published=published,
        named=_is_called(case, container) or (bool(service_name(case)) and hosts.is_named(case, row)),
        fits=bool(meant and served == meant) or _image_fits(case, container),
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
"""The programs of images that are named otherwise."""
