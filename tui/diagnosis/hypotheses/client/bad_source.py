"""The source address that the client binds is not on this machine."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_relevant, ruled_out
from tui.diagnosis.readings import checks, outcomes
from tui.model.address import ip_family, is_loopback
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Addresses, Outcome, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, ListAddresses


def needs(case: Case) -> Iterator[AnyRequest]:
    """The code that asked, the first of the client's checks; attempts; this machine's addresses, once a chosen source failed."""
    yield from checks.code(case)
    yield from checks.basics(case)
    if _unavailable(case):
        yield ListAddresses()


def judge(case: Case) -> Finding:
    """EADDRNOTAVAIL with a chosen source that is on no interface, or one from which nothing can be sent there."""
    unfit = {
        address: attempt for address, attempt in outcomes.failing(case, Outcome.BLOCKED).items() if _is_unfit(address, attempt)
    }
    if unfit:
        return _unfit(case, unfit)
    unavailable = _unavailable(case)
    if not unavailable:
        ids = outcomes.ids(*outcomes.latest(case).values())
        chosen = any(attempt.source for attempt in outcomes.latest(case).values())
        if not chosen:
            return not_relevant("The kernel chose the source address.", *ids)
        return ruled_out("The chosen source address was accepted.", *ids)
    source = next(iter(unavailable.values())).source or ""
    here = case.last(Addresses)
    own = [address for _, address in here.addresses] if here else []
    if here and outcomes.has_address(here, source):
        return ruled_out(f"{source} is an address of this machine.", *outcomes.ids(here))
    return _missing(case, unavailable, source, own, here)


def _unavailable(case: Case) -> dict[str, TcpAttempt]:
    """The failing addresses whose newest attempt could not use its chosen source."""
    return {
        address: attempt
        for address, attempt in outcomes.failing(case).items()
        if attempt.errno == "EADDRNOTAVAIL" and attempt.source
    }


def _is_unfit(address: str, attempt: TcpAttempt) -> bool:
    """Whether the chosen source can't lead there: of the other family, or loopback's towards another machine (EINVAL)."""
    if attempt.source is None:
        return False
    other_family = attempt.errno == "EAFNOSUPPORT" and ip_family(attempt.source) != ip_family(address)
    return other_family or (attempt.errno == "EINVAL" and is_loopback(attempt.source) and not is_loopback(address))


def _unfit(case: Case, unfit: dict[str, TcpAttempt]) -> Finding:
    first, attempt = next(iter(unfit.items()))
    source = attempt.source or ""
    reason = "it is a loopback address, which leads to no other machine"
    if attempt.errno == "EAFNOSUPPORT":
        reason = f"it is {ip_family(source)}, and the target is {ip_family(first)}"
    return claim(
        f"The client binds {source} before it connects, and nothing can be sent from there to {first}: {reason}.",
        *outcomes.ids(*unfit.values()),
        reason=f"The attempt with the chosen source {source} ends in {attempt.errno} at once.",
        missing="The same attempt without a chosen source gets further.",
        explains=unfit,
        culprit=Culprit(kind="address", address=source),
        refuted_by="The same attempt without a chosen source ends in the same way.",
        remedies=tuple(_remedies(case, source, [])),
    )


def _missing(case: Case, unavailable: dict[str, TcpAttempt], source: str, own: list[str], here: Addresses | None) -> Finding:
    usable = [address for address in own if ip_family(address) == ip_family(source)]
    culprit = Culprit(kind="address", address=source)
    refuted_by = f"`ip -br address` shows {source} on an interface."
    remedies = tuple(_remedies(case, source, usable))
    if here:
        return claim(
            f"The client binds {source} before it connects, and no interface of this machine has that address.",
            *outcomes.ids(*unavailable.values(), here),
            reason=f"bind ends in EADDRNOTAVAIL, and {source} is not among this machine's addresses.",
            explains=unavailable,
            culprit=culprit,
            refuted_by=refuted_by,
            remedies=remedies,
        )
    return claim(
        f"The client binds {source} before it connects, and that address is not available.",
        *outcomes.ids(*unavailable.values()),
        reason="bind ends in EADDRNOTAVAIL, and this machine's addresses are not known.",
        missing=f"`ip -br address`: an interface with {source} rules it out.",
        explains=unavailable,
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _remedies(case: Case, source: str, usable: list[str]) -> Iterator[Remedy]:
    choice = f", such as {outcomes.joined(usable[:3], 'or')}" if usable else ""
    yield Remedy(
        do=f"Let the client bind an address that this machine has{choice}; or none, and the kernel chooses.",
        command="ip -br address",
        verify=f"`refused check {quoted(case.target.label)}` connects without a chosen source.",
    )
    yield Remedy(
        do=f"If {source} should be here (a floating address, a VPN's), find out who should set it and where it is now.",
        command=f"ip -br address | grep -F {quoted(source)}; ip neigh show {quoted(source)}",
        verify=f"`ip -br address` shows {source}.",
    )


HYPOTHESIS = Hypothesis(
    place=20,
    onset="setting",
    title="source is ours",
    question="Is the chosen source address on this machine?",
    why="A client can bind a source address before it connects. If the machine has lost that address, nothing is sent at all.",
    meaning="The chosen source address is not on this machine.",
    proof="EADDRNOTAVAIL with an explicit source, and an address list without it.",
    mistaken_for=("client.ports-exhausted",),
    shown_by=(Addresses,),
    looks=(),
    needs=needs,
    judge=judge,
)
