"""The machine does not answer at all."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.readings import checks, hosts, outcomes, overlap, silence
from tui.model.case import Case
from tui.model.facts import Neighbour, Outcome, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest

_ANSWERED = frozenset({Outcome.CONNECTED, Outcome.CLOSED, Outcome.RESET, Outcome.SILENT, Outcome.REFUSED})


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts; echo, hops, other ports; the neighbour entry on our link."""
    yield from checks.basics(case)
    yield from hosts.neighbour_checks(case)
    yield from checks.life_signs(case)
    yield from hosts.other_ports(case)


def judge(case: Case) -> Finding:
    """No answer on this port, on others or to ping; or a failed neighbour."""
    mute = {
        address: attempt
        for address, attempt in outcomes.failing(case, Outcome.TIMEOUT, Outcome.UNREACHABLE).items()
        if not outcomes.is_local(case, address) and _is_mute(case, address)
    }
    if not mute:
        tried = outcomes.latest(case)
        there = [entry for address in tried if (entry := silence.there_on_link(case, address))]
        return ruled_out("Every address answers in some way, or was not tried.", *outcomes.ids(*tried.values(), *there))
    gone = {address: attempt for address, attempt in mute.items() if _fell_silent_on_link(case, address)}
    if gone:
        return _proved(case, gone)
    usual = {address: attempt for address, attempt in mute.items() if _no_neighbour(case, address)}
    if usual:
        return _usual_reason(case, usual)
    silent = {address: attempt for address, attempt in mute.items() if address in hosts.silent(case)}
    total = {address: attempt for address, attempt in silent.items() if silence.is_total(case, address)}
    if total:
        return _total_silence(case, total)
    if not silent:
        return still_open(
            "A router reports the network unreachable, which says nothing about the machine.", *outcomes.ids(*mute.values())
        )
    return _some_silence(case, silent)


def _is_mute(case: Case, address: str) -> bool:
    """Whether the host itself has given no sign of life, not even on its link."""
    alive = hosts.signs_of_life(case, address) or overlap.answers_the_other_way(case, address)
    if alive or silence.there_on_link(case, address):
        return False
    reported = hosts.icmp_rejections(case).get(address)
    if reported is None or reported.icmp is None:
        return reported is None
    return not hosts.is_itself(address, reported.icmp.sender) and not hosts.is_time_exceeded(reported.icmp)


def _fell_silent_on_link(case: Case, address: str) -> bool:
    """Whether the host answered earlier in this session and its neighbour entry is FAILED now."""
    return (
        bool(_answered(case, address)) and hosts.is_on_link(case, address) and hosts.failed_neighbour(case, address) is not None
    )


def _answered(case: Case, address: str) -> list[TcpAttempt]:
    """The attempts that the host itself answered."""
    return [attempt for attempt in outcomes.attempts(case, address) if attempt.outcome in _ANSWERED and attempt.icmp is None]


def _no_neighbour(case: Case, address: str) -> bool:
    """Whether the host did not answer on its own link: by our neighbour entry here, by the last router's report farther away."""
    reported = hosts.icmp_rejections(case).get(address)
    if reported is None or hosts.sent_here(case, reported):
        asked = reported is not None and hosts.says_host_unreachable(reported) and hosts.came_late(case, address)
        return hosts.is_on_link(case, address) and (asked or hosts.failed_neighbour(case, address) is not None)
    return hosts.says_host_unreachable(reported) and hosts.came_late(case, address)


def _proved(case: Case, gone: dict[str, TcpAttempt]) -> Finding:
    first = next(iter(gone))
    failed = hosts.failed_neighbour(case, first)
    answered = _answered(case, first)
    return claim(
        f"{first} answered at first and is now gone from the local link: the machine went down, or was unplugged.",
        *outcomes.ids(*answered[-1:], gone[first], failed),
        reason=f"It answered ({answered[-1].outcome}), and now its neighbour entry is FAILED.",
        explains=gone,
        culprit=Culprit(kind="address", address=first),
        refuted_by=f"`ping -c 3 {first}` is answered while attempts fail.",
        remedies=_remedies(first),
    )


def _usual_reason(case: Case, mute: dict[str, TcpAttempt]) -> Finding:
    first = next(iter(mute))
    reported = hosts.icmp_rejections(case).get(first)
    failed = hosts.failed_neighbour(case, first)
    return claim(
        f"{outcomes.joined(mute)} does not answer on its own link: most often the machine is off or unplugged.",
        *outcomes.ids(*mute.values(), reported, failed),
        reason="Nobody on its link answers for this address; a machine that never existed there looks the same.",
        missing=f"The machine {first} itself: its console, its power, or its management controller.",
        explains=mute,
        culprit=Culprit(kind="address", address=first),
        refuted_by=f"The machine is up and has another address than {first}, or stands in another network.",
        remedies=_remedies(first),
    )


def _total_silence(case: Case, mute: dict[str, TcpAttempt]) -> Finding:
    first = next(iter(mute))
    return still_open(
        "Silence everywhere; not even a closed port answered. A machine that drops all, or whose way back is another, is as "
        "silent, and no router says that it can't reach it.",
        *outcomes.ids(*mute.values(), *hosts.other_attempts(case, first), hosts.dead_echo(case, first)),
        summary=f"{silence.in_words(case, first)}: it may be off.",
        next_check=silence.on_its_link(first),
        explains=mute,
    )


def _some_silence(case: Case, silent: dict[str, TcpAttempt]) -> Finding:
    first = next(iter(silent))
    echo = hosts.dead_echo(case, first)
    return still_open(
        "This port stays silent" + (", and so does ping." if echo else "."),
        *outcomes.ids(*silent.values(), echo),
        summary=f"The machine {first} is down, or cannot be reached from here at all.",
        next_check=f"`ping -c 3 {first}` and attempts on its other ports: any answer rules it out.",
        explains=silent,
    )


def _remedies(address: str) -> Iterator[Remedy]:
    yield Remedy(
        do=f"See whether {address} is switched on: its console, its hypervisor or cloud panel, its management controller.",
        command=f"ping -c 3 {address}",
        verify="It answers, and the attempts end differently.",
    )
    yield Remedy(
        do="If it runs: on it, compare its address with the one that the client uses.",
        command="ip -brief address",
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
    shown_by=(Neighbour,),
    looks=(),
    needs=needs,
    judge=judge,
)
