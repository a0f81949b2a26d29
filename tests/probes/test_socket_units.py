"""A socket that systemd holds is its socket unit's, by that unit's own settings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.diagnosis.readings.hosts import listener_culprit, owner
from tui.model.facts import Listener
from tui.probes.sockets.socket_units import SocketUnit, socket_units, with_units

SHOWN = """Triggers=shop.service
Id=shop.socket
Listen=0.0.0.0:8080 (Stream)
Listen=[::1]:8081 (Stream)
Listen=/run/shop.sock (Stream)

Triggers=
Id=each.socket
Listen=[::]:19 (Stream)
Listen=127.0.0.53:53 (Datagram)
"""
"""As `systemctl show` of systemd 252 prints it."""


def held(address: str, port: int, process: str | None = "systemd", unit: str | None = None) -> Listener:
    """A socket that process 1 holds."""
    return Listener(proto="tcp", address=address, port=port, pid=1 if process else None, process=process, unit=unit)


def test_the_sockets_of_units_are_read() -> None:
    """Address, port and service of each; those of the file system are left out."""
    assert socket_units(SHOWN) == (
        SocketUnit("shop.socket", "shop.service", "tcp", "0.0.0.0", 8080),
        SocketUnit("shop.socket", "shop.service", "tcp", "::1", 8081),
        SocketUnit("each.socket", None, "tcp", "::", 19),
        SocketUnit("each.socket", None, "udp", "127.0.0.53", 53),
    )


@pytest.mark.parametrize(
    ("row", "unit", "service"),
    [
        (held("::", 8080), "shop.socket", "shop.service"),
        (held("::1", 8081), "shop.socket", "shop.service"),
        (held("::", 19, "(sd-accept)"), "each.socket", None),
        (held("::", 8080, None, "shop.socket"), "shop.socket", "shop.service"),
        (held("127.0.0.1", 8081), None, None),
        (held("::", 53), None, None),
        (held("::", 8080, "nginx"), None, None),
        (held("::", 8080, None, "other.socket"), "other.socket", None),
    ],
)
def test_a_socket_that_systemd_holds_has_its_unit(row: Listener, unit: str | None, service: str | None) -> None:
    """By port and address; what another program holds, or another unit has, is left as it is."""
    (known,) = with_units([row], socket_units(SHOWN))

    assert (known.unit, known.activates) == (unit, service)


def test_systemd_is_never_the_program() -> None:
    """A sentence names the unit and its service, or that it is some unit's; the culprit is no process of systemd's."""
    (known,) = with_units([held("::", 8080)], socket_units(SHOWN))
    unknown = held("::", 9)

    assert (owner(known), known.who) == ("shop.socket (held by systemd, for shop.service)", "shop.socket")
    assert (owner(unknown), owner(unknown, opens=False)) == ("A socket unit (held by systemd)", "a socket unit (held by systemd)")
    culprit = listener_culprit("process", known)
    assert (culprit.kind, culprit.unit, culprit.port) == ("listener", "shop.socket", 8080)
    assert not {"name", "pid"} & {name for name in ("name", "pid") if isinstance(getattr(culprit, name), str | int)}


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    """Whatever systemctl prints, nothing raises and a port is a number."""
    assert all(isinstance(one.port, int) for one in socket_units(text))
