"""A policy on this machine, not the packet filter, forbids the connection.

EPERM names no policy, so it is `likely` until one that gives EPERM can be quoted. IPAddressDeny= is quoted, and for
TCP it gives silence (the kernel drops the packet and tells only UDP and ICMP): the echo's EPERM is then the proof.
"""

import ipaddress
from collections.abc import Iterator

from tui.diagnosis.hypothesis import Claim, Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.readings import checks, local_drops, outcomes, rules, text
from tui.model.address import ip_family, parse_address, plain_address
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Confinement, Echo, ErrorText, Outcome, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, ReadConfinement

FORBIDDEN = frozenset({"EPERM", "EACCES"})
_WEB_SERVERS = frozenset({"nginx", "apache", "haproxy", "php"})
_PLAIN_ROUTES = frozenset({"unicast", "local"})
"""The route types that forbid nothing (ip-route(8))."""
_WORDS = {
    "any": ("0.0.0.0/0", "::/0"),
    "localhost": ("127.0.0.0/8", "::1/128"),
    "link-local": ("169.254.0.0/16", "fe80::/64"),
    "multicast": ("224.0.0.0/4", "ff00::/8"),
}
"""The symbolic names of IPAddressDeny= (systemd.resource-control(5))."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, and the policies that hold this process, or the named one, once one of them could be the reason."""
    yield from checks.basics(case)
    if case.options.as_another or _forbidden(case) or outcomes.failing(case, Outcome.TIMEOUT):
        yield ReadConfinement()
    yield from local_drops.tracking_checks(case)


def judge(case: Case) -> Finding:
    """EPERM or EACCES from our own kernel without a route that says so; or silence that IPAddressDeny= explains."""
    forbidden = _forbidden(case)
    policy = case.last(Confinement)
    if policy and policy.pid and (theirs := [address for address in outcomes.connecting(case) if denies(policy, address)]):
        return _theirs(case, policy, theirs)
    if not forbidden:
        found = _silent(case, policy)
        said = text.text(case)
        by_text = said and said.says == "permission" and said.role != "bind" and not isinstance(found, Claim)
        return _by_the_text(case, said) if said and by_text else found
    unsure = [address for address, attempt in forbidden.items() if not _by_policy(case, address, attempt)]
    if unsure:
        return still_open(
            f"{unsure[0]} ends in {forbidden[unsure[0]].errno}; a route or an ICMP message may say so as well.",
            *outcomes.ids(*forbidden.values()),
            summary=f"A policy on this machine may forbid {unsure[0]} ({forbidden[unsure[0]].errno}).",
            next_check=f"`ip route get {unsure[0]}`: if the route is not `prohibit`, a policy is left.",
            explains=forbidden,
        )
    return _by_errno(case, forbidden, policy)


def _forbidden(case: Case) -> dict[str, TcpAttempt]:
    """The addresses that our own kernel forbade at once, without an ICMP message or a route that explains it."""
    return {
        address: attempt
        for address, attempt in outcomes.failing(case, Outcome.BLOCKED).items()
        if attempt.errno in FORBIDDEN
        and attempt.icmp is None
        and ((route := outcomes.route_to(case, address)) is None or route.type in _PLAIN_ROUTES)
    }


def _by_policy(case: Case, address: str, attempt: TcpAttempt) -> bool:
    """Whether only a policy is left: EPERM always; EACCES where the route is known, and no ICMP message can have been missed."""
    if attempt.errno == "EPERM":
        return True
    missed = ip_family(address) == "IPv6" and attempt.error_queue == "unknown"
    return outcomes.route_to(case, address) is not None and not missed


def denies(policy: Confinement | None, address: str) -> bool:
    """Whether the unit's IPAddressDeny= covers `address`, and its IPAddressAllow=, which comes before it, does not."""
    if policy is None:
        return False
    return _covers(policy.ip_address_deny, address) and not _covers(policy.ip_address_allow, address)


def _covers(setting: str | None, address: str) -> bool:
    """Whether one of the setting's words is a network with `address` in it."""
    try:
        number = parse_address(plain_address(address))
    except ValueError:
        return False
    for word in (setting or "").split():
        for network in _WORDS.get(word, (word,)):
            try:
                if number in ipaddress.ip_network(network, strict=False):
                    return True
            except ValueError:
                continue
    return False


def _silent(case: Case, policy: Confinement | None) -> Finding:
    """IPAddressDeny= drops what leaves: TCP sees silence, and an echo request of the same process EPERM."""
    silent = outcomes.failing(case, Outcome.TIMEOUT)
    denied = {address: attempt for address, attempt in silent.items() if denies(policy, address)}
    if policy is None or not denied:
        kept = {address: attempt for address, attempt in silent.items() if local_drops.is_kept_here(case, address)}
        if kept and not local_drops.full_tracking(case):
            return _by_no_rule(case, kept)
        return ruled_out("No attempt was forbidden by this machine.", *outcomes.ids(*outcomes.latest(case).values()))
    address = next(iter(denied))
    echoes = [echo for echo in case.all(Echo) if echo.address in denied and echo.error == "EPERM"]
    setting = f"IPAddressDeny={policy.ip_address_deny}"
    summary = f"{setting} of {policy.unit or 'this unit'} covers {address}: what this process sends there is dropped."
    evidence = outcomes.ids(*denied.values(), policy, *echoes)
    culprit = Culprit(kind="unit", unit=policy.unit or "", name="IPAddressDeny", address=address)
    refuted_by = f"The same attempt on {address} stays silent outside {policy.unit or 'the unit'}."
    remedies = tuple(_remedies(case, policy))
    if echoes and {echo.address for echo in echoes} >= denied.keys():
        return claim(
            summary,
            *evidence,
            reason=f"{setting} covers the address; the attempt is silent, and an echo request gets EPERM.",
            explains=denied,
            culprit=culprit,
            refuted_by=refuted_by,
            remedies=remedies,
        )
    return claim(
        summary,
        *evidence,
        reason=f"{setting} covers the address, and the attempt is silent; an IPAddressAllow= may still let it through.",
        missing=f"`ping -c1 {address}` in the same unit: `Operation not permitted` confirms it.",
        explains=denied,
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _by_no_rule(case: Case, kept: dict[str, TcpAttempt]) -> Finding:
    """Silence that this machine causes: where all rules were read and none matches, a BPF program is left."""
    first = next(iter(kept))
    readings = [reading for address in kept if (reading := rules.filter_of(case, address))]
    clean = len(readings) == len(kept) and all(reading.answer == "does-not-match" and not reading.unread for reading in readings)
    echoes = [echo for address in kept for echo in local_drops.forbidden_echoes(case, address)]
    evidence = outcomes.ids(*kept.values(), *echoes, *readings)
    apart = "As root: `bpftool cgroup tree` has an egress program, or `tc filter show dev DEVICE egress` one that drops."
    if not (clean and echoes):
        return still_open(
            f"This machine itself seems to keep back what goes to {first}.",
            *evidence,
            summary=f"A BPF program of this process's control group (IPAddressDeny= makes one) drops what goes to {first}.",
            next_check=f"{apart} A rule in `nft list ruleset` would be path.local-firewall.",
            explains=kept,
        )
    return claim(
        f"A BPF program here, most likely of this process's control group, drops what goes to {outcomes.joined(kept)}.",
        *evidence,
        reason="An echo request was forbidden on the spot (EPERM), and none of the packet filter's rules stops it.",
        missing=apart,
        explains=kept,
        culprit=Culprit(kind="process", name="BPF egress program"),
        refuted_by=f"The same attempt on {first} stays silent in another control group.",
        remedies=tuple(_remedies(case, None)),
    )


def _theirs(case: Case, policy: Confinement, denied: list[str]) -> Finding:
    """It connects from here, and the unit of the process that --pid names may not send there."""
    unit = policy.unit or "its unit"
    setting = f"IPAddressDeny={policy.ip_address_deny}"
    return claim(
        f"{setting} of {unit} covers {outcomes.joined(denied)}: what process {policy.pid} sends there is dropped, ours is not.",
        *outcomes.ids(policy, *(outcomes.latest(case)[address] for address in denied)),
        reason=f"{setting} holds process {policy.pid}; this program is in another control group, and connects.",
        missing=f"An attempt by a process of {unit}: silence there confirms it.",
        culprit=Culprit(kind="unit", unit=policy.unit or "", name="IPAddressDeny", address=denied[0]),
        refuted_by=f"`systemctl show {quoted(unit)} -p IPAddressAllow` covers it.",
        remedies=tuple(_remedies(case, policy)),
    )


def _by_the_text(case: Case, said: ErrorText) -> Finding:
    """The text's program was forbidden to connect, where it ran; our own attempt was not."""
    label, words = case.target.label, said.words or "permission denied"
    who = said.tool or "the program that wrote it"
    web = said.tool in _WEB_SERVERS
    return claim(
        f"The text says “{words}”: a policy of its machine forbade {who} to connect. That is no answer of {label}, "
        "and our own attempt was not forbidden.",
        *outcomes.ids(said, *outcomes.latest(case).values()),
        reason=f"“{words}” is EACCES or EPERM (connect(2)), which the program's own machine gives.",
        missing="As root, on the machine that wrote it: `ausearch -m avc -ts recent`, or `journalctl -k -g 'audit|apparmor'`.",
        culprit=Culprit(kind="process", name=said.tool) if said.tool else None,
        refuted_by="The same program connects while no policy there has changed.",
        remedies=(
            Remedy(
                do="See what a security module denied there, and allow it in its policy.",
                command="ausearch -m avc -ts recent; journalctl -k -g 'audit|apparmor'",
                verify=f"{label} connects for {who}.",
            ),
            *(
                (
                    Remedy(
                        do="Below SELinux, a web server may connect to no port before this switch is on.",
                        command="getsebool httpd_can_network_connect",
                        verify="It says off.",
                    ),
                    Remedy(
                        do="If it is off, and it should connect: switch it on.",
                        command="setsebool -P httpd_can_network_connect on",
                        changes=True,
                        verify=f"{label} connects for {who}.",
                    ),
                )
                if web
                else ()
            ),
        ),
    )


def _by_errno(case: Case, forbidden: dict[str, TcpAttempt], policy: Confinement | None) -> Finding:
    address, attempt = next(iter(forbidden.items()))
    errno = attempt.errno
    evidence = outcomes.ids(*forbidden.values(), policy, *(outcomes.route_to(case, each) for each in forbidden))
    refuted_by = f"A `prohibit` route to {address} in `ip route get {address}`, or the same {errno} outside every policy."
    remedies = tuple(_remedies(case, policy))
    suspect, culprit = _suspect(policy, errno or "")
    return claim(
        f"This machine forbids the connection to {address} ({errno}) before anything is sent: {suspect}.",
        *evidence,
        reason=f"{errno} comes at once from this machine, and no route and no ICMP message explains it.",
        missing="The policy itself: `journalctl -k -g 'audit|apparmor|seccomp'; bpftool cgroup tree`; or an attempt outside it.",
        explains=forbidden,
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _suspect(policy: Confinement | None, errno: str) -> tuple[str, Culprit | None]:
    """What most likely forbids it, in words, and its culprit."""
    if policy and policy.pid:
        policy = None  # it is the named process's, and the attempt is our own
    if policy and errno == "EPERM" and policy.seccomp in {"filter", "strict"}:
        return "a seccomp filter holds this process", Culprit(kind="process", name="seccomp", unit=policy.unit or "")
    profile = policy.lsm_profile if policy else None
    if profile and not profile.startswith("unconfined"):
        return f"the profile {profile} holds this process", Culprit(kind="process", name=profile)
    if errno == "EPERM":
        return "a BPF program of its control group, a security module or a seccomp filter may do that", None
    return "a security module may do that: Landlock, which no file under /proc shows, SELinux or AppArmor", None


def _remedies(case: Case, policy: Confinement | None) -> Iterator[Remedy]:
    label = case.target.label
    if policy and policy.ip_address_deny and policy.unit:
        unit = quoted(policy.unit)
        yield Remedy(
            do=f"See which addresses {policy.unit} may reach.",
            command=f"systemctl show {unit} -p IPAddressDeny -p IPAddressAllow",
            verify="IPAddressDeny covers the address, and IPAddressAllow does not.",
        )
        yield Remedy(
            do="Allow the address, with IPAddressAllow= in a drop-in, if it should be reached.",
            command=f"systemctl edit {unit}",
            changes=True,
            verify=f"After `systemctl restart {unit}`, {label} connects from it.",
        )
    yield Remedy(
        do="Try the same from a plain shell, outside the unit, container or sandbox; if that connects, change its policy.",
        command="grep -E 'Seccomp|NoNewPrivs' /proc/self/status; cat /proc/self/attr/current; cat /proc/self/cgroup",
        verify=f"{label} connects where it failed.",
    )


HYPOTHESIS = Hypothesis(
    place=40,
    onset="setting",
    title="no policy forbids",
    question="Does a policy on this machine forbid it?",
    why="seccomp, SELinux, AppArmor and control groups can forbid a connection on this machine. No firewall rule shows it.",
    meaning="A policy, not the packet filter, forbids it: seccomp, SELinux or AppArmor, cgroup BPF, IPAddressDeny=.",
    proof="EPERM or EACCES without a route or rule that explains it (or silence and EPERM to ping), and the policy quoted.",
    mistaken_for=("path.local-firewall", "path.route-rejects"),
    supersedes=frozenset({"path.filtered", "server.down"}),
    shown_by=(Confinement,),
    looks=(),
    needs=needs,
    judge=judge,
)
