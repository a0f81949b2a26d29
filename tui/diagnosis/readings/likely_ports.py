"""Which other ports are worth a try when one does not answer: its family's, its slips, and the usual doors."""

from tui.model.schemes import family_of_port, family_of_scheme
from tui.model.target import LONGEST_PORT, TcpTarget

MOST = 12
"""No more ports than this are tried on another machine: a check, not a scan."""
_USUAL_DOORS = (22, 443, 80)
"""Ports that a living server most often answers on."""


def likely_ports(target: TcpTarget) -> tuple[int, ...]:
    """Up to twelve ports, the likeliest first, without the target's own."""
    family = family_of_scheme(target.scheme) or family_of_port(target.port)
    siblings = (*family.ports, *((family.tls_port,) if family.tls_port else ())) if family else ()
    ordered = (*siblings, *_USUAL_DOORS, *slips(target.port))
    return tuple(port for port in dict.fromkeys(ordered) if port != target.port)[:MOST]


def slips(port: int) -> tuple[int, ...]:
    """The ports that are one slip away: one up or down, two neighbouring digits swapped, a digit doubled or lost."""
    text = str(port)
    swapped = [text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(len(text) - 1)]
    shortened = [text[:i] + text[i + 1 :] for i in range(len(text)) if len(text) > 1]
    doubled = [text[: i + 1] + text[i:] for i in range(len(text))]
    changed = [text[:i] + digit + text[i + 1 :] for i in range(len(text)) for digit in "0123456789"]
    candidates = [str(port + 1), str(port - 1), *swapped, *changed, *shortened, *doubled]
    numbers = (int(digits) for digits in candidates if digits.isdecimal() and digits[0] != "0")  # of -1, too
    return tuple(number for number in dict.fromkeys(numbers) if 0 < number <= LONGEST_PORT and number != port)
