"""The machine does not answer at all."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Hypothesis, confirmed, likely, ruled_out, still_open
from tui.diagnosis.readings import checks, hosts, outcomes
from tui.model.case import Case
from tui.model.facts import Outcome, TcpAttempt
from tui.model.judgement import Culprit, Judgement, Remedy
from tui.model.requests import AnyRequest

FEWEST_PORTS = 3
"""So many other ports, silent too, stand for all: one closed port on a living host would have answered with a reset."""
_HEARD = frozenset({Outcome.CONNECTED, Outcome.CLOSED, Outcome.RESET, Outcome.SILENT, Outcome.REFUSED})


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts; echo, hops, other ports; the neighbour entry on our link."""
    yield from checks.basics(case)
    yield from hosts.neighbour_checks(case)
    yield from checks.life_signs(case)
    yield from hosts.other_ports(case)


def judge(case: Case) -> Judgement:
    """No answer on this port, on others or to ping; or a failed neighbour."""
    mute = {
        address: one
        for address, one in outcomes.failing(case, Outcome.TIMEOUT, Outcome.UNREACHABLE).items()
        if not outcomes.is_local(case, address) and _is_unheard(case, address)
    }
    if not mute:
        return ruled_out("Every address answers in some way, or was never asked.", *outcomes.ids(*outcomes.latest(case).values()))
    gone = {address: one for address, one in mute.items() if _fell_silent_on_link(case, address)}
    if gone:
        return _proved(case, gone)
    usual = {address: one for address, one in mute.items() if _no_neighbour(case, address)}
    if usual:
        return _usual_reason(case, usual)
    silent = {address: one for address, one in mute.items() if address in hosts.silent(case)}
    total = {address: one for address, one in silent.items() if _is_total(case, address)}
    if total:
        return _total_silence(case, total)
    if not silent:
        return still_open("A router reports the network, and so says nothing of the machine.", *outcomes.ids(*mute.values()))
    return _some_silence(case, silent)


def _is_unheard(case: Case, address: str) -> bool:
    """Whether nothing has come from the host itself since it was last heard, if it ever was."""
    if hosts.signs_of_life(case, address):
        return False
    word = hosts.icmp_rejections(case).get(address)
    if word is None or word.icmp is None:
        return word is None
    return not hosts.is_itself(address, word.icmp.sender) and not hosts.is_time_exceeded(word.icmp)


def _fell_silent_on_link(case: Case, address: str) -> bool:
    """Whether the host answered earlier in this session and its neighbour entry is FAILED now."""
    return bool(_heard(case, address)) and hosts.is_on_link(case, address) and hosts.failed_neighbour(case, address) is not None


def _heard(case: Case, address: str) -> list[TcpAttempt]:
    """The attempts that the host itself answered."""
    return [one for one in outcomes.attempts(case, address) if one.outcome in _HEARD and one.icmp is None]


def _no_neighbour(case: Case, address: str) -> bool:
    """Whether the host's own link had no answer from it: here by our neighbour entry, far off by the last router's word."""
    word = hosts.icmp_rejections(case).get(address)
    if word is None or hosts.sent_here(case, word):
        asked = word is not None and hosts.says_host_unreachable(word) and hosts.came_late(case, address)
        return hosts.is_on_link(case, address) and (asked or hosts.failed_neighbour(case, address) is not None)
    return hosts.says_host_unreachable(word) and hosts.came_late(case, address)


def _is_total(case: Case, address: str) -> bool:
    """Whether the port, an echo and other ports were asked, and none of them answered."""
    others = hosts.other_attempts(case, address)
    silent = [one for one in others if one.outcome is Outcome.TIMEOUT]
    echo = hosts.dead_echo(case, address)
    repeated = hosts.is_repeated(outcomes.attempts(case, address))
    return repeated and len(silent) >= FEWEST_PORTS and len(silent) == len(others) and echo is not None and echo.icmp is None


def _proved(case: Case, gone: dict[str, TcpAttempt]) -> Judgement:
    first = next(iter(gone))
    failed = hosts.failed_neighbour(case, first)
    heard = _heard(case, first)
    return confirmed(
        f"{first} answered at first and is gone from the local link now: the machine went down, or was unplugged.",
        *outcomes.ids(*heard[-1:], gone[first], failed),
        reason=f"It answered ({heard[-1].outcome}), and now its neighbour entry is FAILED.",
        explains=gone,
        culprit=Culprit(kind="address", address=first),
        refuted_by=f"`ping -c 3 {first}` is answered while attempts fail.",
        remedies=_remedies(first),
    )


def _usual_reason(case: Case, mute: dict[str, TcpAttempt]) -> Judgement:
    first = next(iter(mute))
    word = hosts.icmp_rejections(case).get(first)
    failed = hosts.failed_neighbour(case, first)
    return likely(
        f"{outcomes.joined(mute)} does not answer on its own link: most often the machine is off or unplugged.",
        *outcomes.ids(*mute.values(), word, failed),
        reason="Nobody on its link answers for this address; a machine that never existed there looks the same.",
        next_check=f"A look at the machine {first} itself: its console, its power, or its management controller.",
        explains=mute,
        culprit=Culprit(kind="address", address=first),
        refuted_by=f"The machine is up and has another address than {first}, or stands in another network.",
        remedies=_remedies(first),
    )


def _total_silence(case: Case, mute: dict[str, TcpAttempt]) -> Judgement:
    first = next(iter(mute))
    others = hosts.other_attempts(case, first)
    return likely(
        f"{first} does not answer at all: not on port {case.tcp.port}, not on {len(others)} others, not to ping.",
        *outcomes.ids(*mute.values(), *others, hosts.dead_echo(case, first)),
        reason="Silence everywhere; not even a closed port answered.",
        next_check=f"In its own network: `ping -c 3 {first}; ip neigh show {first}`. FAILED confirms it; "
        "an answer would mean a filter on the way that drops everything.",
        explains=mute,
        culprit=Culprit(kind="address", address=first),
        refuted_by=f"Anything that {first} answers, from anywhere.",
        remedies=_remedies(first),
    )


def _some_silence(case: Case, silent: dict[str, TcpAttempt]) -> Judgement:
    first = next(iter(silent))
    echo = hosts.dead_echo(case, first)
    return still_open(
        "This port stays silent" + (", and so does ping." if echo else "."),
        *outcomes.ids(*silent.values(), echo),
        summary=f"The machine {first} is down, or nothing of it can be reached from here.",
        next_check=f"`ping -c 3 {first}` and attempts on its other ports: any answer rules it out.",
        explains=silent,
    )


def _remedies(address: str) -> Iterator[Remedy]:
    yield Remedy(
        do=f"See whether {address} is switched on: its console, its hypervisor or cloud panel, its management controller.",
        command=f"ping -c 3 {address}",
        verify="It answers, and the attempts come to another end.",
    )
    yield Remedy(
        do="If it runs, compare its address with the one that the client uses.",
        command="ip -brief address   # on that machine",
        verify=f"It has {address}.",
    )


HYPOTHESIS = Hypothesis(
    place=10,
    onset="change",
    title="machine is up",
    question="Is the machine there at all?",
    why="A machine that is off answers nothing: no port, no ping. Any answer, even a refusal, means that it lives.",
    meaning="The machine does not answer at all.",
    proof="Silence on this port, on others and to ping; on our link a neighbour entry that FAILED after the host had answered.",
    mistaken_for=("path.filtered", "path.host-unreachable"),
    needs=needs,
    judge=judge,
)
