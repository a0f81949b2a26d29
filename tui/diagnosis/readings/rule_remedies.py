"""What to do about a rule of a packet filter: see it, and change it with what made it, on the machine that has it.

Law: the person decides; what an engine or Kubernetes writes is changed there, and what one client alone meets may be a ban.
"""

import re
from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, claim
from tui.diagnosis.readings import commands, outcomes, rules
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.command_line import behind, quoted
from tui.model.facts import Firewall, Rule
from tui.model.judgement import Remedy

_SET = re.compile(r"\bip6? saddr @(?P<name>\S+)")
"""A set of clients in a rule of nftables."""
_OF_ENGINES = frozenset({"docker", "podman", "libvirt", "kube-proxy", "calico", "cilium"})


def judged_there(case: Case, ruled: dict[str, tuple[Firewall, Rule]]) -> Finding:
    """The server's own filter stops it, by its rule; only likely where that machine may not be the one that is asked."""
    first, (reading, rule) = next(iter(ruled.items()))
    port = case.tcp.port
    what = outcomes.joined(endpoint(address, port) for address in ruled)
    table = outcomes.listeners(case, reading.vantage)
    evidence = outcomes.ids(
        *(reading for reading, _ in ruled.values()),
        *(attempt for address in ruled for attempt in outcomes.attempts(case, address)),
        table,
    )
    summary = f"The packet filter on {first} {rules.does(rule, what)}: {rules.named(rule)}."
    reason = (
        f"`{rules.quoted(rule)}` ({rules.location(rule)}) on the other end matches this connection and explains how it ended."
        f"{rules.counted_packets(rule)}"
    )
    refuted_by = "Without that rule, the same attempt comes to the same end."
    actions = tuple(remedies(case, rule, first, prefix=reading.vantage))
    blamed = rules.culprit(rule, first, port)
    if table and all(outcomes.has_address(table, address) for address in ruled):
        return claim(summary, *evidence, reason=reason, explains=ruled, culprit=blamed, refuted_by=refuted_by, remedies=actions)
    return claim(
        summary,
        *evidence,
        reason=reason,
        missing=f"`{reading.vantage} ip -brief address`: whether that machine has {first} itself.",
        explains=ruled,
        culprit=blamed,
        refuted_by=refuted_by,
        remedies=actions,
    )


def remedies(case: Case, rule: Rule, address: str, *, prefix: str | None = None) -> Iterator[Remedy]:
    """See it, and change it with the tool that made it; `prefix` leads to the machine whose rule it is."""
    port = case.tcp.port
    again = f"`refused check {endpoint(address, port)}` connects, or fails in another way."
    yield Remedy(
        do="See the rule in its place, as root; its counter, where it has one, grows with each attempt.",
        command=behind(prefix, rules.show(rule)),
        verify=f"`{rules.quoted(rule)}` is there.",
    )
    service = rules.service_without_endpoints(rule)
    if service:
        namespace, _, name = service.partition(":")[0].rpartition("/")
        space = quoted(namespace or "default")
        yield Remedy(
            do=f"Give the service {service} ready endpoints: its pods are missing, not ready, or its selector matches none.",
            command=f"kubectl -n {space} get endpoints,pods -o wide; kubectl -n {space} describe service {quoted(name)}",
            verify=f"It shows endpoints, and {case.target.label} connects.",
        )
    elif prefix is None and commands.is_in_pod(case):
        yield Remedy(
            do="See what Kubernetes leads the name to, and which policy of it forbids this: there it is changed, not here.",
            command=commands.endpoints(case),
            verify=again,
        )
    else:
        yield from _change(case, rule, address, prefix, again)


def _change(case: Case, rule: Rule, address: str, prefix: str | None, again: str) -> Iterator[Remedy]:
    """What to do about it, with the tool that made the rule."""
    port = case.tcp.port
    out = rule.hook in {"output", "postrouting", "egress"}
    member = _SET.search(rule.text) if rule.backend == "nft" else None
    where = commands.own_container(case) if prefix is None else ""
    if rule.made_by == "fail2ban" or (member and rule.made_by is None):
        yield from _lifted(case, rule, address, prefix, again)
    elif rule.made_by in {"ufw", "firewalld"} and where:
        yield Remedy(
            do=f"If it should be allowed: {rule.made_by} of the host made the rule; allow it there, not in container {where}.",
            verify=again,
        )
    elif rule.made_by == "ufw":
        direction = f"out to {address} port {port} proto tcp" if out else f"{port}/tcp"
        do, command = "If it should be allowed: ufw made the rule, so allow it there.", f"ufw allow {direction}"
        yield Remedy(do=do, command=behind(prefix, command), changes=True, verify=again)
    elif rule.made_by == "firewalld" and out:
        yield Remedy(
            do="If it should be allowed: firewalld made the rule (a policy, or a direct rule).",
            command=behind(prefix, "firewall-cmd --get-active-policies; firewall-cmd --direct --get-all-rules"),
            verify=again,
        )
    elif rule.made_by == "firewalld":
        yield Remedy(
            do="If it should be allowed: firewalld made the rule, so allow it there.",
            command=behind(prefix, f"firewall-cmd --permanent --add-port={port}/tcp && firewall-cmd --reload"),
            changes=True,
            verify=again,
        )
    elif rule.made_by == "crowdsec":
        own = _client(case, address)
        look = f"cscli decisions list --ip {quoted(own)}" if own else "cscli decisions list"
        yield Remedy(do="See the decision that made it, and why.", command=behind(prefix, look), verify="It names this client.")
        if own:
            yield Remedy(
                do="If the decision is a mistake: delete it where it was made.",
                command=behind(prefix, f"cscli decisions delete --ip {quoted(own)}"),
                changes=True,
                verify=again,
            )
    elif rule.made_by in _OF_ENGINES:
        do = f"Change it in {rule.made_by}'s own settings: it writes its rules again whenever it starts."
        yield Remedy(do=do, command=behind(prefix, rules.show(rule)), verify=again)
    else:
        yield Remedy(do=_by_hand(rule), command=behind(prefix, _remove(rule, port)), changes=True, verify=again)


def _by_hand(rule: Rule) -> str:
    if not rule.text:
        return f"If it should be allowed: accept it in chain {rule.chain}, before its policy applies. For now:"
    if rule.made_by is None:
        return "If it should be allowed: remove the rule where it is configured; for now:"
    return f"Change it in {rule.made_by}'s own settings; a rule removed by hand may come back. For now:"


def _lifted(case: Case, rule: Rule, address: str, prefix: str | None, again: str) -> Iterator[Remedy]:
    """A ban of single clients: by fail2ban, or by a set that names them."""
    own, member = _client(case, address), _SET.search(rule.text)
    if rule.made_by == "fail2ban":
        jail = quoted(rule.chain.removeprefix("f2b-"))
        see, lift = f"fail2ban-client status {jail}", f"fail2ban-client set {jail} unbanip {quoted(own)}" if own else ""
    else:
        place = f"{quoted(rule.family)} {quoted(rule.table)} {quoted(member['name'] if member else '')}"
        see, lift = f"nft list set {place}", f"nft delete element {place} '{{ {own} }}'" if own else ""
    who = own or "this client"
    yield Remedy(
        do=f"See whether {who} is among those that it stops, and when that ends: a ban has a time.",
        command=behind(prefix, see),
        verify=f"{who} is in the list.",
    )
    if lift:
        yield Remedy(
            do="If the ban is a mistake: lift it where it was set.", command=behind(prefix, lift), changes=True, verify=again
        )


def _client(case: Case, address: str) -> str:
    """Our own address, as the attempts show it; empty where none does."""
    return next((attempt.local_address for attempt in outcomes.attempts(case, address) if attempt.local_address), "")


def _remove(rule: Rule, port: int) -> str:
    """The command that undoes it: the rule deleted, or, where a policy drops, the port accepted before it."""
    place = f"{quoted(rule.family)} {quoted(rule.table)} {quoted(rule.chain)}"
    if rule.backend == "nft":
        if rule.text and rule.handle is not None:
            return f"nft delete rule {place} handle {rule.handle}"
        return f"nft insert rule {place} {_accept_nft(rule, port)}"
    if rule.text:
        return f"{rules.tool(rule)} -t {quoted(rule.table)} -D {quoted(rule.chain)} {rule.line}"
    how = "-m conntrack --ctstate ESTABLISHED,RELATED" if rule.on == "answer" else f"-p tcp --dport {port}"
    return f"{rules.tool(rule)} -t {quoted(rule.table)} -I {quoted(rule.chain)} {how} -j ACCEPT"


def _accept_nft(rule: Rule, port: int) -> str:
    return "ct state established,related accept" if rule.on == "answer" else f"tcp dport {port} accept"
