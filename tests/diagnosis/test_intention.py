"""How it is known that a container, a program or a port is the one that was meant, and when it is not."""

import pytest

from tui.diagnosis.readings import hosts, intention
from tui.diagnosis.readings.answers import MEANT
from tui.diagnosis.readings.namespaces import ServiceLocation
from tui.model.case import Case
from tui.model.facts import Listener, Listeners, OtherNamespaces, Outcome, Service, TcpAttempt
from tui.model.facts.other_namespaces import Container, Namespace
from tui.model.options import Options
from tui.model.target import parse_target

REFUSED = TcpAttempt(id="attempt-1", address="172.17.0.2", port=8080, outcome=Outcome.REFUSED, latency_ms=0.2)
WEB = Container(engine="docker", id="31c2aa", name="web", addresses=("172.17.0.2",), published=(("0.0.0.0", 80, 8080),))
OTHERS = OtherNamespaces(id="other-namespaces-1", containers=(WEB,))
SHOP = Service(id="service-1", name="shop.service", manager="systemd", why="port", ports=(8080, 8081), socket="shop.socket")


def _case(*facts: Service | Listeners, target: str = "172.17.0.2:8080", service: str | None = None, answer: str = "") -> Case:
    return Case(
        target=parse_target(target),
        facts=(REFUSED, *facts),
        options=Options(service=service),
        answers=((MEANT, answer),) if answer else (),
    )


def _row(port: int = 8081, unit: str | None = "shop.service", process: str = "shop", address: str = "0.0.0.0") -> Listener:
    return Listener(proto="tcp", address=address, port=port, process=process, pid=812, unit=unit)


@pytest.mark.parametrize(
    ("case", "known_by"),
    [
        (_case(service="web"), "person"),
        (_case(service="31c2"), "person"),
        (_case(service="shop"), None),
        (_case(target="127.0.0.1:80"), "settings"),
        (_case(), "nothing-else"),
    ],
)
def test_a_container_is_meant_by_its_name_its_settings_or_its_address(case: Case, known_by: str | None) -> None:
    """Named by the person, or by its id's begin; set to the port; or the target is an address of its own."""
    known = intention.of_container(case, WEB, OTHERS)

    assert (known.known_by if known else None) == known_by


def test_a_container_of_another_address_and_port_is_not_meant() -> None:
    """Nothing ties it to the target."""
    elsewhere = Container(engine="docker", id="31c2aa", name="web", addresses=("172.17.0.3",))

    assert intention.of_container(_case(), elsewhere, OTHERS) is None


@pytest.mark.parametrize(
    ("case", "row", "known_by"),
    [
        (_case(SHOP), _row(), "settings"),
        (_case(SHOP), _row(port=9000), None),
        (_case(SHOP), _row(unit="other.service"), None),
        (_case(SHOP), _row(unit=None), None),
        (_case(SHOP, target="172.17.0.2:8082"), _row(), None),
        (_case(answer="yes"), _row(unit=None), "person"),
        (_case(answer="no"), _row(unit=None), None),
    ],
)
def test_a_program_on_another_port_is_meant_by_its_settings_or_by_the_persons_word(
    case: Case, row: Listener, known_by: str | None
) -> None:
    """Its unit is set to both ports, or the person says yes."""
    known = intention.of_near_miss(case, row, named=False)

    assert (known.known_by if known else None) == known_by


@pytest.mark.parametrize(
    ("facts", "service", "row", "known_by"),
    [
        ((SHOP,), None, _row(8080, address="10.0.0.1"), "settings"),
        ((SHOP,), None, _row(8080, unit="shop.socket", address="10.0.0.1"), "settings"),
        ((SHOP,), None, _row(8080, unit="other.service", address="10.0.0.1"), None),
        ((), None, _row(8080, address="10.0.0.1"), "nothing-else"),
        ((), "shop", _row(8080, address="10.0.0.1"), "person"),
        ((), "other", _row(8080, address="10.0.0.1"), None),
    ],
)
def test_a_listener_on_another_address_is_meant_where_the_unit_of_the_port_has_it(
    facts: tuple[Service, ...], service: str | None, row: Listener, known_by: str | None
) -> None:
    """The unit that is set to the port, or its socket, holds it; where no unit is, nothing else can be meant."""
    table = Listeners(id="listeners-1", listeners=(row,))

    case = _case(*facts, table, target="127.0.0.1:8080", service=service)

    known = intention.of_same_port(case, "127.0.0.1", table, row)

    assert (known.known_by if known else None) == known_by


@pytest.mark.parametrize(
    ("location", "words"),
    [
        (ServiceLocation(container=WEB), "container web (docker)"),
        (ServiceLocation(container=Container(engine="unknown", id="31c2aa")), "container 31c2aa"),
        (ServiceLocation(namespace=Namespace(initial=True, pid=1)), "this machine's first network namespace"),
        (ServiceLocation(namespace=Namespace(name="blue", pid=7)), "network namespace blue"),
        (ServiceLocation(namespace=Namespace(pid=7, process="nc")), "the network namespace of nc (pid 7)"),
        (ServiceLocation(namespace=Namespace(pid=7)), "the network namespace of process (pid 7)"),
        (ServiceLocation(namespace=Namespace()), "another network namespace"),
        (ServiceLocation(), "another network namespace"),
    ],
)
def test_a_namespace_is_called_by_what_is_known_of_it(location: ServiceLocation, words: str) -> None:
    """A container before a name, a name before a process."""
    assert location.words == words


@pytest.mark.parametrize(
    ("row", "opens", "words"),
    [
        (Listener(proto="tcp", address="::", port=80, process="nginx", pid=812), True, "nginx (pid 812)"),
        (Listener(proto="tcp", address="::", port=80), True, "A service"),
        (Listener(proto="tcp", address="::", port=80), False, "a service"),
        (Listener(proto="tcp", address="::", port=80, user="www"), False, "a service of user www"),
        (Listener(proto="tcp", address="::", port=80, process="systemd", pid=1), True, "A socket unit (held by systemd)"),
        (Listener(proto="tcp", address="::", port=80, process="systemd", pid=1), False, "a socket unit (held by systemd)"),
        (
            Listener(proto="tcp", address="::", port=80, process="systemd", pid=1, unit="web.socket", activates="web.service"),
            True,
            "web.socket (held by systemd, for web.service)",
        ),
    ],
)
def test_a_listener_is_called_by_what_is_known_of_it(row: Listener, *, opens: bool, words: str) -> None:
    """Its process and number; where systemd holds it, the unit and what it would start."""
    assert hosts.owner(row, opens=opens) == words
