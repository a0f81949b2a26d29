"""The name exists, and has no address."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_relevant, ruled_out, still_open
from tui.diagnosis.looks import RESOLUTION
from tui.diagnosis.readings import checks, outcomes, resolution
from tui.diagnosis.readings.resolution import NameserverAnswers
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import NameserverAnswer, SystemAnswer
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest


def needs(case: Case) -> Iterator[AnyRequest]:
    """The lookup, its sources, and each nameserver's own answer."""
    yield from checks.names(case)


def judge(case: Case) -> Finding:
    """NOERROR without A and without AAAA, from a nameserver that this machine asks."""
    settled = resolution.settled(case)
    system = outcomes.system_answer(case)
    if settled or system is None:
        return settled or not_relevant("There is no name.")
    if system.addresses:
        return ruled_out(f"{case.tcp.host} leads to {outcomes.joined(system.addresses)}.", *outcomes.ids(system))
    if not resolution.asks_dns(case):
        return not_relevant("Programs here do not ask the DNS for it.", *outcomes.ids(outcomes.name_sources(case)))
    servers = resolution.nameservers(case)
    giving = next((server for server in servers if server.resolved), None)
    if giving:
        return ruled_out(f"{giving.label} gives an address for it.", *outcomes.ids(*giving.answers))
    names = resolution.deciding(case)
    words = [word for server in servers if server.configured for word in server.words if word.name in names]
    empty = next((word for word in words if word.result is NameserverAnswers.NO_DATA), None)
    if empty:
        return _empty(case, system, empty, certain=system.error in resolution.HARD_ERRORS)
    if words and all(word.result is NameserverAnswers.NXDOMAIN for word in words):
        return ruled_out("The nameserver says that the name does not exist.", *outcomes.ids(system))
    if system.error == "EAI_NODATA":
        return _empty(case, system, None, certain=False)
    return still_open("No nameserver has answered for both A and AAAA.", *outcomes.ids(system))


def _empty(case: Case, system: SystemAnswer, word: resolution.Word | None, *, certain: bool) -> Finding:
    host, port = case.tcp.host, case.tcp.port
    name = word.name.rstrip(".") if word else host
    answers = word.answers if word else ()
    alias = next((answer.cnames[-1] for answer in answers if answer.cnames), None)
    owner = f"{name}, an alias of {alias}," if alias else name
    kind = " (it is a top-level domain)" if word and "." not in name else ""
    summary = f"{owner} exists{kind}, without an address: neither an A nor an AAAA record."
    evidence = outcomes.ids(system, *answers)
    refuted_by = f"`dig {quoted(name)} A` or `dig {quoted(name)} AAAA` shows a record."
    remedies = (
        Remedy(
            do=f"Publish an A or AAAA record for {alias or name}, if a machine of that name should be reached.",
            command=f"dig {quoted(alias or name)} A; dig {quoted(alias or name)} AAAA",
            verify=f"`getent ahosts {quoted(host)}` prints an address.",
        ),
        Remedy(
            do="If the records are of another kind (MX, SRV), use the name that they point to.",
            command=f"dig {quoted(name)} SRV; dig {quoted(name)} MX",
            verify=f"`refused` connects with the name that they give, and port {port}.",
        ),
    )
    if certain:
        return claim(
            summary,
            *evidence,
            reason=f"{answers[0].server} answers NOERROR for A and AAAA, both without a record.",
            explains={outcomes.NAME},
            culprit=Culprit(kind="name", name=name),
            refuted_by=refuted_by,
            remedies=remedies,
        )
    return claim(
        summary,
        *evidence,
        reason=f"The lookup ends with {system.error or 'no address'}, and it is not clear which answer it got.",
        missing=f"`dig {quoted(name)} A` and `dig {quoted(name)} AAAA`: NOERROR with no answer from both confirms it.",
        explains={outcomes.NAME},
        culprit=Culprit(kind="name", name=name),
        refuted_by=refuted_by,
        remedies=remedies,
    )


HYPOTHESIS = Hypothesis(
    place=20,
    before_attempts=True,
    onset="setting",
    title="has an address",
    question="Does the name have an address?",
    why="A name can exist for mail or other records alone. Then there is nothing to connect to.",
    meaning="The name exists, without an address.",
    proof="NOERROR without A and without AAAA, from a nameserver of this machine.",
    mistaken_for=("name.not-found",),
    shown_by=(NameserverAnswer,),
    looks=(RESOLUTION,),
    needs=needs,
    judge=judge,
)
