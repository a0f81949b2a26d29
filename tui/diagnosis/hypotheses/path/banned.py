"""This client's address is banned at the server."""

import re
from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_relevant, ruled_out, still_open
from tui.diagnosis.readings import checks, hosts, outcomes, rule_remedies, rules, talk
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.command_line import behind, quoted
from tui.model.facts import AnyFact, Ban, Bans, Firewall, Outcome, Rule, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, ReadBans

_SET = re.compile(r"\bip6? saddr @(\S+)")
"""A set of clients in a rule of nftables, as nft(8) prints it."""
_ENDED = frozenset({Outcome.CLOSED, Outcome.RESET})
"""How it ends where a program turns clients away by the lists of TCP wrappers."""
_MAKERS = frozenset({"fail2ban", "crowdsec", "sshguard"})
"""Programs whose rules do nothing but ban clients."""
_MINUTE_S, _HOUR_S = 60.0, 3600.0


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, the rules that stop them, and what bans this client there, or on this machine where it is the target."""
    yield from checks.basics(case)
    yield from checks.life_signs(case)
    yield from hosts.other_ports(case)
    yield from checks.tables(case)
    yield from rules.checks_there(case)
    yield from rules.checks_here(case)
    yield from talk.checks(case)
    for address, attempt in (*outcomes.failing(case).items(), *_hung_up(case).items()):
        for vantage in _ends(case, address):
            reading = rules.filter_of(case, address, vantage)
            ended = attempt.outcome in _ENDED or attempt.outcome in outcomes.WORKING
            if attempt.local_address and (ended or (reading and reading.deciding)):
                yield _question(case, attempt.local_address, reading, vantage)


def judge(case: Case) -> Finding:
    """The rule that stops it, or the line that turns it away, and what names this client's address."""
    failing = {**outcomes.failing(case), **_hung_up(case)}
    if not failing:
        return ruled_out("No address fails.", *outcomes.ids(*outcomes.latest(case).values()))
    for address in failing:
        for vantage in _ends(case, address):
            found = _by_rule(case, address, vantage) or _by_list(case, address, vantage)
            if found:
                return found
    asked = [fact for fact in case.all(Bans) if not fact.unread and fact.vantage in _ends(case, next(iter(failing)))]
    clean = [reading for address in failing for v in _ends(case, address) if (reading := _free(case, address, v))]
    if clean or asked:
        return ruled_out("Nothing that was read there bans this client.", *outcomes.ids(*clean, *asked))
    rejected = {address: attempt for address, attempt in failing.items() if _may_be_banned(case, address, attempt)}
    if not rejected:
        return not_relevant("It does not end as at a machine that bans one client.", *outcomes.ids(*failing.values()))
    first, attempt = next(iter(rejected.items()))
    client, own = attempt.local_address or "this client", f" {quoted(attempt.local_address)}" if attempt.local_address else ""
    life = hosts.answers(case, first)
    return still_open(
        f"{first} lives, and keeps this port alone from us, as where it bans one client.",
        *outcomes.ids(*rejected.values(), *life),
        summary=f"{first} bans {client}: a program there, such as fail2ban, has put it on a list.",
        next_check=f"From another machine: `refused check {quoted(case.target.label)}`. If that connects, on {first}: "
        f"`fail2ban-client banned{own}; nft list sets; cat /etc/hosts.deny`.",
        explains=rejected,
    )


def _hung_up(case: Case) -> dict[str, TcpAttempt]:
    """The addresses that connect, and end the connection before a byte: with libwrap after five seconds (clean_exit.c)."""
    return {address: outcomes.latest(case)[address] for address in talk.mute(case, ended=True)}


def _ends(case: Case, address: str) -> tuple[str | None, ...]:
    """Where the rules of the machine that has the address can be read: here, or through each prefix."""
    if outcomes.is_local(case, address):
        return (None,)
    return case.options.servers if outcomes.is_remote(case, address) else ()


def _question(case: Case, client: str, reading: Firewall | None, vantage: str | None) -> ReadBans:
    rule = reading.deciding if reading else None
    name = _SET.search(rule.text) if rule and rule.backend == "nft" else None
    rows = outcomes.on_port(outcomes.listeners(case, vantage), case.tcp.port)
    return ReadBans(
        client=client,
        port=case.tcp.port,
        sets=((rule.family, rule.table, name[1]),) if rule and name else (),
        pids=tuple(sorted({row.pid for row in rows if row.pid})),
        vantage=vantage,
    )


def _bans(case: Case, vantage: str | None) -> Bans | None:
    return next((fact for fact in reversed(case.all(Bans)) if fact.vantage == vantage), None)


def _free(case: Case, address: str, vantage: str | None) -> Firewall | None:
    """The reading of the rules there, if none of them stops it, and it does not end as by the lists of TCP wrappers."""
    reading = rules.filter_of(case, address, vantage)
    ended = outcomes.latest(case)[address].outcome in _ENDED | outcomes.WORKING
    return reading if reading and rules.is_clean(case, address, vantage) and not ended else None


def _by_rule(case: Case, address: str, vantage: str | None) -> Finding | None:
    """A rule that stops this connection because of who the client is."""
    reading = rules.filter_of(case, address, vantage)
    rule = reading.deciding if reading else None
    attempts = outcomes.attempts(case, address)
    if reading is None or rule is None or not rules.fits(rule, attempts):
        return None
    bans = _bans(case, vantage)
    own = [ban for ban in bans.bans if _is_of(ban, rule)] if bans else []
    if not own and rule.made_by not in _MAKERS:
        return None
    ban = own[0] if own else None
    client = attempts[-1].local_address or "this client"
    maker = rule.made_by or "a set"
    summary = (
        f"{'This machine' if vantage is None else address} bans {client}: {_where(ban, maker)}{_left(ban)}, and its rule "
        f"{rules.does(rule, endpoint(address, case.tcp.port))}."
    )
    return claim(
        summary,
        *outcomes.ids(*attempts, reading, bans),
        reason=f"`{rules.quoted(rule)}` ({rules.location(rule)}) matches this connection"
        + (f", and {_where(ban, maker)} names {client}.{rules.counted_packets(rule)}" if ban else f"; it is {maker}'s."),
        missing=_is_that_machine(case, address, vantage),
        explains={address},
        culprit=rules.culprit(rule, address, case.tcp.port),
        refuted_by=f"`{behind(vantage, rules.show(rule))}` has no rule or set with {client}.",
        remedies=_remedies(case, address, vantage, ban, rule),
    )


def _by_list(case: Case, address: str, vantage: str | None) -> Finding | None:
    """A line of hosts.deny, obeyed by the program that holds the port, which closes each time."""
    attempts = outcomes.attempts(case, address)
    bans = _bans(case, vantage)
    ban = next((ban for ban in bans.bans if ban.by == "hosts.deny"), None) if bans else None
    talks = talk.mute(case, ended=True).get(address, ())
    if bans is None or ban is None or not (talks or all(attempt.outcome in _ENDED for attempt in attempts)):
        return None
    row = next(iter(outcomes.on_port(outcomes.listeners(case, vantage), case.tcp.port)), None)
    client = attempts[-1].local_address or "this client"
    who = hosts.owner(row, opens=False) if row else "the program"
    return claim(
        f"{'This machine' if vantage is None else address} bans {client}: /etc/hosts.deny has `{ban.name}`, which {who} obeys.",
        *outcomes.ids(*attempts, *talks, bans, outcomes.listeners(case, vantage)),
        reason=f"Connections are made, and ended before a byte. The line names {client} and is not overruled by "
        f"/etc/hosts.allow, and {who} is linked with libwrap, which reads these lists.",
        missing=_is_that_machine(case, address, vantage),
        explains=() if talks else {address},
        culprit=Culprit(kind="file", path="/etc/hosts.deny", address=address),
        refuted_by=f"Without the line, {endpoint(address, case.tcp.port)} ends the connection as well.",
        remedies=(
            Remedy(
                do="See the line, and what writes it: denyhosts and its like do so by themselves.",
                command=behind(vantage, "grep -v '^#' /etc/hosts.allow /etc/hosts.deny"),
                verify=f"`{ban.name}` is there.",
            ),
            Remedy(
                do=f"If the ban is a mistake: take {client} out of the line, or allow it in /etc/hosts.allow.",
                verify=f"{endpoint(address, case.tcp.port)} stays connected.",
            ),
        ),
    )


def _is_of(ban: Ban, rule: Rule) -> bool:
    """Whether the ban is what the rule carries out."""
    match ban.by:
        case "fail2ban":
            return rule.made_by == "fail2ban"
        case "set":
            return ban.name.rpartition(" ")[2] == (_SET.search(rule.text) or ("", ""))[1]
        case _:
            return False


def _is_that_machine(case: Case, address: str, vantage: str | None) -> str:
    """The check that is missing where the machine whose rules were read may not be the one that is asked."""
    table = outcomes.listeners(case, vantage)
    known = vantage is None or (table is not None and outcomes.has_address(table, address))
    return "" if known else f"`{vantage} ip -brief address`: whether that machine has {address} itself."


def _may_be_banned(case: Case, address: str, attempt: TcpAttempt) -> bool:
    """Whether another machine keeps us from this port as a ban would, while it answers otherwise."""
    if not outcomes.is_remote(case, address) or rules.is_stopped_here(case, address):
        return False
    by_itself = attempt.icmp is not None and hosts.is_itself(address, attempt.icmp.sender)
    silent = address in hosts.silent(case) and hosts.is_repeated(outcomes.attempts(case, address))
    return (by_itself or silent) and _other_life(case, address) is not None


def _other_life(case: Case, address: str) -> AnyFact | None:
    return next(iter(hosts.answers(case, address)), None)


def _where(ban: Ban | None, maker: str) -> str:
    if ban is None:
        return f"{maker} has a rule for it"
    return f"fail2ban's jail {ban.name}" if ban.by == "fail2ban" else f"the set {ban.name}"


def _left(ban: Ban | None) -> str:
    """For how much longer, in words."""
    if ban is None or ban.left_s is None:
        return ""
    seconds = ban.left_s
    if seconds < 2 * _MINUTE_S:
        return f", for {seconds:.0f} s more"
    return f", for {seconds / _MINUTE_S:.0f} min more" if seconds < 2 * _HOUR_S else f", for {seconds / _HOUR_S:.0f} h more"


def _remedies(case: Case, address: str, vantage: str | None, ban: Ban | None, rule: Rule) -> Iterator[Remedy]:
    attempt = outcomes.attempts(case, address)[-1]
    client = attempt.local_address
    if ban is None or ban.by != "fail2ban" or client is None:
        yield from rule_remedies.remedies(case, rule, address, prefix=vantage)
        return
    yield Remedy(
        do="See the jail, whom it bans and by which log.",
        command=behind(vantage, f"fail2ban-client status {quoted(ban.name)}"),
        verify=f"{client} is in its list.",
    )
    yield Remedy(
        do="If the ban is a mistake: lift it. What made it will come again, unless the cause of the failed logins is found.",
        command=behind(vantage, f"fail2ban-client set {quoted(ban.name)} unbanip {quoted(client)}"),
        changes=True,
        verify=f"{endpoint(address, case.tcp.port)} connects.",
    )
    yield Remedy(
        do=f"For good: have `ignoreip` of the jail {ban.name} name {client}, in /etc/fail2ban/jail.local.",
        verify="`fail2ban-client get` shows it, and no new ban comes.",
    )


HYPOTHESIS = Hypothesis(
    place=43,
    onset="change",
    title="not banned",
    question="Is this client's address banned at the server?",
    why="A server bans clients that failed to log in, or that a list names: they alone are kept out, and often for a while.",
    meaning="This client's address is banned at the server: by fail2ban, a set of its packet filter, or hosts.deny.",
    proof="The rule that stops it and its maker, or the set that names this client, with the time that is left; or the line of "
    "hosts.deny and a program that obeys it. From here alone it is possible at most.",
    mistaken_for=("path.rejected", "path.filtered", "server.closes-early", "server.not-listening"),
    supersedes=frozenset(
        {"path.rejected", "path.filtered", "path.local-firewall", "server.closes-early", "server.not-listening", "server.down"}
    ),
    shown_by=(Firewall, Bans),
    looks=(),
    needs=needs,
    judge=judge,
)
