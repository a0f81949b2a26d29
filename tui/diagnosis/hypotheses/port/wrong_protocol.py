"""It connects, and then the talk fails: the service speaks another protocol."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, not_relevant, ruled_out, still_open
from tui.diagnosis.readings import commands, hosts, outcomes, talk
from tui.diagnosis.readings.talk import Words
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Talk, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.protocols import TLS, Meant, label_of
from tui.model.schemes import Family, base_scheme

STARTS_TLS_LATER = frozenset({"SMTP", "FTP", "IMAP", "POP3", "LDAP", "PostgreSQL", "MySQL"})
"""Protocols that begin in plain and change to TLS on request (STARTTLS, AUTH TLS, SSLRequest)."""
LONGEST_QUOTE = 100


def judge(case: Case) -> Finding:
    """The first bytes that came back, or the TLS alert, against the protocol that is meant."""
    working = outcomes.connecting(case)
    if not working:
        return not_relevant("No address connects.", *outcomes.ids(*outcomes.latest(case).values()))
    meant = talk.meant(case)
    if meant is None:
        return not_looked_at(f"Which protocol port {case.tcp.port} is meant to speak is not known.")
    mismatches = {address: words for address in working if (words := talk.mismatch(case, address))}
    if mismatches:
        return _mismatched(case, mismatches, meant)
    answered = [words for address in working for words in talk.words(case, address) if words.protocols]
    if answered:
        return ruled_out(
            f"It answers as {label_of(answered[0].protocols)}, which fits.", *outcomes.ids(*(words.fact for words in answered))
        )
    ended = talk.mute(case, ended=True)
    if ended:
        return _closes(case, next(iter(ended)), meant)
    silent = talk.mute(case, ended=False)
    if silent:
        evidence = outcomes.ids(*(fact for attempts in silent.values() for fact in attempts))
        reason = f"It does not answer {meant.protocol}, and a service of another protocol can be as silent."
        if meant.by != "scheme":
            return still_open(reason, *evidence)
        return still_open(
            reason,
            *evidence,
            summary=f"Something other than {_name(meant.protocol)} may listen there, and wait for another request.",
            next_check=f"On the server: `ss -ltnp 'sport = :{case.tcp.port}'` names the process.",
        )
    return not_looked_at("No request has been sent to it.")


def _mismatched(case: Case, mismatches: dict[str, Words], meant: Meant) -> Finding:
    address, words = next(iter(mismatches.items()))
    answers_as = words.protocols
    where = endpoint(address, case.tcp.port)
    evidence = outcomes.ids(*(heard.fact for heard in mismatches.values()), *talk.talks(case, address, meant.protocol))
    reason = _because(words, where)
    if meant.by == "usual" or (meant.by == "registered" and _may_be_a_setting(case, answers_as)):
        return still_open(f"{reason} Nothing says that it should speak {_name(meant.protocol)}.", *evidence)
    summary = f"{where} speaks {_name(label_of(answers_as))}, not {_name(meant.protocol)}: {_claim(case, meant, answers_as)}."
    if meant.by == "registered":
        return still_open(reason, *evidence, summary=summary, next_check=talk.name_it(case))
    refuted_by = f"An answer of {where} in {_name(meant.protocol)}."
    remedies = tuple(_remedies(case, address, meant, answers_as))
    culprit = _culprit(case, address)
    if not _may_be_a_setting(case, answers_as):
        return claim(summary, *evidence, reason=reason, culprit=culprit, refuted_by=refuted_by, remedies=remedies)
    return claim(
        summary,
        *evidence,
        reason=reason,
        missing="Whether the client is set to use TLS, which its URL need not show.",
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _may_be_a_setting(case: Case, answers_as: tuple[str, ...]) -> bool:
    """Whether the service speaks TLS where a setting tells a client of that kind to do so, on the same port."""
    family = hosts.meant_family(case)
    own_port = bool(family and family.tls_port and family.tls_port not in family.ports)
    has_scheme = case.tcp.scheme is not None and talk.has_door_for_tls(family)
    return answers_as == (TLS,) and not (own_port or has_scheme)


def _closes(case: Case, address: str, meant: Meant) -> Finding:
    """It ends the connection after our request, without a byte: a database does so, and so does a server that is full."""
    talks = talk.nothing(case, address)
    where = endpoint(address, case.tcp.port)
    reason = f"{where} closed {len(talks)} connections after our first words in {_name(meant.protocol)}, without a byte."
    row = talk.listener(case, address)
    served = hosts.serves(row)
    family = hosts.meant_family(case)
    if row and served and family and served != family and meant.by == "scheme":
        return claim(
            f"{hosts.owner(row)} listens on {where}, which serves {served.name}, not {_name(meant.protocol)}.",
            *outcomes.ids(*talks, hosts.table(case, address)),
            reason=reason,
            missing=f"A client of {served.name} on that port.",
            culprit=hosts.listener_culprit("process", row),
            refuted_by=f"An answer of {where} in {_name(meant.protocol)}.",
            remedies=tuple(_remedies(case, address, meant, (served.name,))),
        )
    return still_open(
        reason,
        *outcomes.ids(*talks),
        summary=f"{where} may speak another protocol than {_name(meant.protocol)}.",
        next_check=f"On {address}: `ss -ltnp 'sport = :{case.tcp.port}'` names the program.",
    )


def _because(words: Words, where: str) -> str:
    quote = f"`{words.text[:LONGEST_QUOTE]}`" if words.text else "first bytes"
    if words.asked is None:
        return f"{where} says {quote} as soon as it is connected: {_name(label_of(words.protocols))}."
    return f"To {_name(words.asked)} {where} answers {quote}: {_name(label_of(words.protocols))}."


def _name(protocol: str | None) -> str:
    return {"HTTP": "plain HTTP", None: "something unknown"}.get(protocol, protocol or "")


def _claim(case: Case, meant: Meant, answers_as: tuple[str, ...]) -> str:
    if meant.by != "scheme":
        return f"port {case.tcp.port} stands for {_name(meant.protocol)}"
    if answers_as == (TLS,):
        return f"a client that starts with {case.tcp.scheme}:// is not understood"
    if meant.protocol == TLS:
        return f"no TLS is spoken on this port, which {case.tcp.scheme}:// asks for"
    return f"{case.tcp.scheme}:// is the wrong protocol for this port"


def _culprit(case: Case, address: str) -> Culprit:
    row = talk.listener(case, address)
    if row and row.process:
        return hosts.listener_culprit("process", row)
    return Culprit(kind="address", address=address, port=case.tcp.port)


def _remedies(case: Case, address: str, meant: Meant, answers_as: tuple[str, ...]) -> Iterator[Remedy]:
    family, label = hosts.meant_family(case), label_of(answers_as)
    works = "It is reachable, and the client works with it."
    if answers_as == (TLS,):
        switch = talk.has_door_for_tls(family)
        yield Remedy(
            do=f"Let the client use TLS: {talk.url((TLS,), case)}." if switch else "Switch TLS on in the client's settings.",
            command=f"refused check {quoted(talk.url((TLS,), case))}" if switch else "",
            verify=works,
        )
    elif meant.protocol == TLS and STARTS_TLS_LATER.issuperset(answers_as):
        yield Remedy(
            do=f"Let the client begin in plain {label} and change to TLS (STARTTLS), or use the port that is TLS at once.",
            command=f"refused check {quoted(talk.url(answers_as, case))}" if talk.family_of(answers_as) else "",
            verify=works,
        )
    else:
        yield Remedy(
            do=f"If {label} is the service that was meant, let the client speak it.",
            command=f"refused check {quoted(talk.url(answers_as, case))}" if talk.family_of(answers_as) else "",
            verify=works,
        )
    if meant.protocol == TLS and _is_plain_kind(case, answers_as):
        yield Remedy(
            do="Or switch TLS on at the server, for this port.",
            verify=f"`refused check {quoted(case.target.text)}` is reachable.",
        )
    elif family and not fits_family(family, answers_as):
        port = family.tls_port if meant.protocol == TLS and family.tls_port else family.ports[0]
        at = endpoint(case.tcp.host, port)
        scheme = base_scheme(case.tcp.scheme or "") or next(iter(family.schemes), "")
        yield Remedy(
            do=f"Or use the port on which {family.name} is served, usually {port}.",
            command=f"refused check {quoted(f'{scheme}://{at}')}" if scheme and port != case.tcp.port else "",
            verify=works,
        )
    yield Remedy(
        do=f"On {address}: see which program holds the port, and whether it is the right one.",
        command=commands.listeners(case.tcp.port, commands.prefix_to(case, address)),
        verify="It is the program that the client means.",
    )


def _is_plain_kind(case: Case, answers_as: tuple[str, ...]) -> bool:
    """Whether it is the right kind of service, only without TLS."""
    family = hosts.meant_family(case)
    return bool(family and fits_family(family, answers_as))


def fits_family(family: Family, answers_as: tuple[str, ...]) -> bool:
    """Whether words that can be of these protocols come from a service of `family`, with TLS or without."""
    return answers_as == (TLS,) or family.name in answers_as


HYPOTHESIS = Hypothesis(
    place=30,
    onset="setting",
    title="right protocol",
    question="Does the service speak the client's protocol?",
    why="TLS to a plain port, plain HTTP to a TLS port, or another program behind the number: it connects, and the talk fails.",
    meaning="It connects, and then the talk fails: TLS to a plain port, plain to a TLS port, HTTP to a database.",
    proof="The first bytes of the answer, or the TLS alert, belong to another protocol than the one that the target names.",
    mistaken_for=("server.closes-early", "server.port-taken"),
    supersedes=frozenset({"server.closes-early", "server.unresponsive"}),
    shown_by=(Talk, TcpAttempt),
    looks=(),
    needs=talk.needs,
    judge=judge,
)
