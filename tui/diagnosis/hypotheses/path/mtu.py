"""It connects, and large packets vanish."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_relevant, ruled_out, still_open
from tui.diagnosis.readings import checks, outcomes
from tui.diagnosis.readings import talk as talks
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import PathMtu, Quiet, Talk
from tui.model.judgement import Culprit, Remedy
from tui.model.protocols import HTTP, TLS
from tui.model.requests import AnyRequest, MeasureMtu
from tui.model.schemes import family_of_port, family_of_scheme

WRITABLE = frozenset({"HTTP", "TLS", "Redis"})
"""Protocols in which a large and harmless request can be sent."""
ENOUGH = 4
"""Pairs of connections that must agree: in a single one, a balancer may have sent the first to a dead machine by chance."""

SEVERAL = 2
"""Full segments that an answer must be longer than, to have come in large ones."""
_HEADERS = 40
"""Bytes of IPv4 and TCP around a segment, at least."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts; what becomes of large and of small segments, with a large request too where one stays unanswered."""
    yield from checks.basics(case)
    if not case.options.talk:
        return
    silent: dict[str, Talk | Quiet] = {
        address: said for address in outcomes.connecting(case) if (said := talks.quiet(case, address))
    }
    silent |= _silent_talks(case)
    for talk in (*silent.values(), *_web_talks(case).values()):
        spoken = talk.protocol if isinstance(talk, Quiet) else talk.spoken
        asked = {request.address for request in case.asked if isinstance(request, MeasureMtu)}
        if spoken in WRITABLE and talk.address not in asked and not outcomes.is_local(case, talk.address):
            yield MeasureMtu(
                address=talk.address,
                port=talk.port,
                family=spoken,
                server_name=None if case.tcp.is_literal else case.tcp.host,
                path=case.tcp.asks_for if _is_web(case) else None,
                writes=talk.address in silent,
            )


def judge(case: Case) -> Finding:
    """The same request in large segments and in small ones: only the small ones get through, or only they bring an answer."""
    connecting = outcomes.connecting(case)
    if not connecting:
        return not_relevant(
            "No address connects, so it is not about large packets.", *outcomes.ids(*outcomes.latest(case).values())
        )
    measured = {mtu.address: mtu for mtu in case.all(PathMtu) if mtu.address in connecting and mtu.port == case.tcp.port}
    for differs, judge_as in ((_stalls, _on_the_way_there), (_is_left_unanswered, _on_the_way_back)):
        differing = {address: mtu for address, mtu in measured.items() if differs(mtu)}
        if differing:
            return judge_as(case, differing)
    if measured:
        first = next(iter(measured.values()))
        return _no_difference(case, first)
    silent = _silent_talks(case)
    if silent:
        return still_open(
            "It connects and does not answer; whether large packets get through was not measured.",
            *outcomes.ids(*silent.values()),
        )
    return ruled_out("No exchange came to a standstill after it connected.", *outcomes.ids(*connecting.values()))


def _silent_talks(case: Case) -> dict[str, Talk]:
    """The addresses that connect and have not answered in any protocol, with the first talk that was silent."""
    connecting = outcomes.connecting(case)
    mine = [talk for talk in case.all(Talk) if talk.address in connecting and talk.port == case.tcp.port]
    answered = {talk.address for talk in mine if talk.outcome == "answered"}
    return {talk.address: talk for talk in reversed(mine) if talk.outcome == "silent" and talk.address not in answered}


def _web_talks(case: Case) -> dict[str, Talk]:
    """The addresses that answer as a web server does: the answer to come may be large, whatever the first one was."""
    connecting = outcomes.connecting(case)
    return {
        talk.address: talk
        for talk in case.all(Talk)
        if talk.address in connecting
        and talk.port == case.tcp.port
        and talk.outcome == "answered"
        and talk.understood == "yes"
        and (talk.spoken == HTTP or (talk.spoken == TLS and _is_web(case)))
    }


def _is_web(case: Case) -> bool:
    """Whether HTTP is what the target's scheme, or without one its port, stands for."""
    family = family_of_scheme(case.tcp.scheme) if case.tcp.scheme else family_of_port(case.tcp.port)
    return family is not None and family.name == HTTP


def _stalls(mtu: PathMtu) -> bool:
    return mtu.small == "acknowledged" and mtu.large == "stalled" and mtu.clamped_large == "acknowledged"


def _is_left_unanswered(mtu: PathMtu) -> bool:
    return mtu.answered is False and mtu.clamped_answered is True


def _no_difference(case: Case, mtu: PathMtu) -> Finding:
    if mtu.path_mtu_before:
        return _remembered(case, mtu, mtu.path_mtu_before)
    if mtu.large == "acknowledged":
        return ruled_out(
            f"{mtu.large_bytes} bytes in segments of up to {mtu.mss} bytes were acknowledged, and small segments bring no more.",
            *outcomes.ids(mtu),
        )
    if mtu.answered and mtu.answer_bytes > SEVERAL * (mtu.mss or 0):
        return ruled_out(
            f"{mtu.answer_bytes} bytes of an answer came, in segments of up to {mtu.largest_segment} bytes.", *outcomes.ids(mtu)
        )
    if "reported" in {mtu.full_size, mtu.large}:
        who = mtu.reported_by or "a router"
        return still_open(f"{who} reports that its next link is narrower, so what is sent there adapts.", *outcomes.ids(mtu))
    if mtu.answered:
        there = "Packets of full size arrive there, and n" if mtu.full_size == "pass" else "N"
        return still_open(f"{there}o answer was large enough to show what comes back.", *outcomes.ids(mtu))
    return still_open(
        f"The first bytes were {mtu.small}, the rest {mtu.large}, in small segments {mtu.clamped_large}.",
        *outcomes.ids(mtu),
    )


def _remembered(case: Case, mtu: PathMtu, size: int) -> Finding:
    """While the kernel remembers the path's MTU, every connection there announces small segments, and large ones are not met."""
    route = outcomes.route_to(case, mtu.address)
    if route is not None and route.mtu == size and route.mtu_expires_s is None:
        return still_open(
            f"The route is set to packets of {size} bytes, which all connections keep to.", *outcomes.ids(mtu, route)
        )
    left = f"for another {route.mtu_expires_s:.0f} s" if route and route.mtu_expires_s else "for up to ten minutes"
    return still_open(
        f"A router has told this machine that the path takes {size} bytes. {left.capitalize()} all connections there "
        "keep to it, so what larger packets fare was not seen.",
        *outcomes.ids(mtu, route),
        summary=f"Large packets from {endpoint(mtu.address, mtu.port)} vanish while this machine does not remember that the path "
        f"takes {size} bytes.",
        next_check=f"After `ip route flush cache` (root), or when it is forgotten: `refused check {quoted(case.target.label)}`.",
    )


def _on_the_way_there(case: Case, measured: dict[str, PathMtu]) -> Finding:
    mtu = next(iter(measured.values()))
    where = endpoint(mtu.address, mtu.port)
    alone = " So did packets of full size that may not be fragmented, and no small one." if mtu.full_size == "vanish" else ""
    return _certain(
        case,
        measured,
        f"It connects, and large packets to {where} vanish: segments of {mtu.mss} bytes are never acknowledged, "
        f"those of {mtu.clamped_mss} bytes are, and no router says why.",
        f"The same {mtu.large_bytes} bytes were written on two connections at the same time, with segments of up to {mtu.mss} "
        f"and of up to {mtu.clamped_mss} bytes; only the second one went on.{alone}",
    )


def _on_the_way_back(case: Case, measured: dict[str, PathMtu]) -> Finding:
    mtu = next(iter(measured.values()))
    where = endpoint(mtu.address, mtu.port)
    got = f"no more than {mtu.answer_bytes} bytes" if mtu.answer_bytes else "nothing"
    return _certain(
        case,
        measured,
        f"It connects, and large packets from {where} vanish: its answer comes only where its segments are "
        f"small ({mtu.clamped_mss} bytes).",
        f"The same request brought {got} in segments of up to {mtu.mss} bytes, and its whole answer in segments of up to "
        f"{mtu.clamped_mss}.",
    )


def _certain(case: Case, measured: dict[str, PathMtu], summary: str, reason: str) -> Finding:
    first, mtu = next(iter(measured.items()))
    talks = [talk for talk in case.all(Talk) if talk.address in measured and talk.outcome == "silent"]
    if mtu.pairs >= ENOUGH:
        return claim(
            summary,
            *outcomes.ids(*measured.values(), *talks),
            reason=f"{reason} It was the same with {mtu.pairs} pairs of connections.",
            culprit=Culprit(kind="address", address=first, port=mtu.port),
            refuted_by=f"`ping -M do -s 1472 {first}` (IPv4) is answered, from here, while the exchange stalls.",
            remedies=_remedies(first, mtu),
        )
    if _has_learnt(mtu):
        return claim(
            summary,
            *outcomes.ids(*measured.values(), *talks),
            reason=f"{reason} Meanwhile a router reported a path of {mtu.path_mtu} bytes, and new connections keep to it.",
            missing=f"`ip route flush cache`, and try {case.target.label} again: it stalls again.",
            culprit=Culprit(kind="address", address=first, port=mtu.port),
            refuted_by=f"{case.target.label} still does not answer, although `ip route get {first}` shows `mtu {mtu.path_mtu}`.",
            remedies=_remedies(first, mtu),
        )
    return still_open(
        f"{reason} Other pairs of connections did not show it.",
        *outcomes.ids(*measured.values(), *talks),
        summary=summary,
        next_check=f"`tracepath -n {first}` names the hop where the packets get too large, or where the trail ends.",
    )


def _has_learnt(mtu: PathMtu) -> bool:
    """Whether the large write brought an ICMP error with the path's size, so that later connections send smaller segments."""
    return mtu.path_mtu is not None and mtu.mss is not None and mtu.path_mtu < mtu.mss + _HEADERS


def _remedies(address: str, mtu: PathMtu) -> Iterator[Remedy]:
    yield Remedy(
        do="Find the link whose packets must be smaller (a tunnel, a VPN, PPPoE, an overlay network), hop by hop.",
        command=f"tracepath -n {address}",
        verify="It prints a `pmtu` smaller than that of your own link, or stops answering behind one router. What it learns this "
        "machine remembers for ten minutes, in which all may seem well.",
    )
    yield Remedy(
        do="Let ICMP `fragmentation needed` (IPv4 3/4) and `packet too big` (IPv6 2/0) pass every filter on the way; "
        "or have the router before the narrow link reduce the segment size:",
        command="iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
        changes=True,
        verify=f"{endpoint(address, mtu.port)} answers.",
    )
    yield Remedy(
        do="Until then, on this machine: let the kernel try smaller segments by itself.",
        command="sysctl -w net.ipv4.tcp_mtu_probing=1",
        changes=True,
        verify=f"{endpoint(address, mtu.port)} answers after some seconds.",
    )


HYPOTHESIS = Hypothesis(
    place=70,
    title="large ones too",
    question="Do large packets get through as small ones do?",
    why="A handshake takes small packets alone. Where a link is narrower and its ICMP errors are filtered, large ones vanish.",
    meaning="It connects, and large packets vanish.",
    proof="The same request stalls, or stays unanswered, in segments of the usual size, and goes on in small ones; four times.",
    mistaken_for=("server.unresponsive",),
    supersedes=frozenset({"server.unresponsive", "port.wrong-protocol", "server.closes-early"}),
    shown_by=(PathMtu,),
    looks=(),
    needs=needs,
    judge=judge,
)
