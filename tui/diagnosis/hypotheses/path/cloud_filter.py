"""A security group or a network ACL of the cloud drops it."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, not_relevant, ruled_out, still_open
from tui.diagnosis.readings import checks, hosts, outcomes, rules
from tui.model.address import is_private
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Cloud, CloudProvider, Outcome, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, ReadCloud

_CALLED: dict[CloudProvider, tuple[str, str]] = {
    "aws": ("AWS", "a security group or a network ACL"),
    "gcp": ("Google Cloud", "a firewall rule of the VPC"),
    "azure": ("Azure", "a network security group"),
    "openstack": ("OpenStack", "a security group"),
    "digitalocean": ("DigitalOcean", "a cloud firewall"),
    "hetzner": ("Hetzner", "a cloud firewall"),
}
"""What people call each cloud, and what filters in it."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, whether the host lives, the rules at the other end, and this machine's cloud, where an address stays silent."""
    yield from checks.basics(case)
    yield from checks.life_signs(case)
    yield from hosts.other_ports(case)
    yield from rules.checks_there(case)
    silent = (*hosts.silent(case), *outcomes.quiet(case))
    if any(outcomes.is_remote(case, address) for address in silent):
        yield ReadCloud()


def judge(case: Case) -> Finding:
    """Silence towards another private address, from a machine in a cloud; never more than likely from inside."""
    silent = {address: tried for address, tried in hosts.silent(case).items() if outcomes.is_remote(case, address)}
    if not silent:
        return not_relevant("No address of another machine stays silent.", *outcomes.ids(*outcomes.latest(case).values()))
    cloud = case.last(Cloud)
    if cloud is None:
        return not_looked_at("Whether this machine runs in a cloud has not been seen.")
    if cloud.provider is None:
        return ruled_out("This machine's firmware names no cloud.", cloud.id)
    stopped = rules.stopped_there(case, Outcome.TIMEOUT)
    left = {
        address: tried for address, tried in silent.items() if address not in stopped and not rules.is_stopped_here(case, address)
    }
    if not left:
        read = [reading for reading, _ in stopped.values()]
        return ruled_out("A rule that was read stops it, here or there.", *outcomes.ids(*read, *_flat(silent)))
    alive = {address: tried for address, tried in left.items() if hosts.answers(case, address) and hosts.is_repeated(tried)}
    shut = {address for address in alive if hosts.leaves(case, address) is not False and not _resets(case, address)}
    inside = {address: tried for address, tried in alive.items() if address in shut and is_private(address)}
    if inside:
        return _likely(case, cloud, cloud.provider, inside)
    first, tried = next(iter(left.items()))
    name, kind = _CALLED[cloud.provider]
    return still_open(
        f"This machine runs in {name}, where what no rule allows vanishes without a word.",
        *outcomes.ids(*tried, cloud),
        summary=f"{kind.capitalize()} of {name} drops what goes to port {case.tcp.port} of {first}.",
        next_check=f"`{command(cloud.provider, first)}`",
        explains=left,
    )


def _resets(case: Case, address: str) -> bool:
    """Whether closed ports of the host answer: such a filter names what it lets in, and would be silent about them too."""
    return any(attempt.outcome is Outcome.REFUSED and attempt.icmp is None for attempt in hosts.other_attempts(case, address))


def _likely(case: Case, cloud: Cloud, provider: CloudProvider, inside: dict[str, tuple[TcpAttempt, ...]]) -> Finding:
    first = next(iter(inside))
    life = hosts.answers(case, first)
    name, kind = _CALLED[provider]
    port = case.tcp.port
    return claim(
        f"Packets to port {port} of {outcomes.joined(inside)} vanish, while the host {hosts.life_in_words(life)}: most likely "
        f"{kind} of {name} does not let them through.",
        *outcomes.ids(*_flat(inside), *life, cloud),
        reason=f"This machine runs in {name} ({cloud.vendor} {cloud.product}), where what no rule allows vanishes silently; "
        f"{first} is in a private network, and no closed port of it answers. From inside nothing shows such a rule.",
        missing=f"`{command(provider, first)}`: whether one of them allows TCP port {port} from here.",
        explains=inside,
        culprit=Culprit(kind="address", address=first, port=port),
        refuted_by=f"The cloud's rules allow TCP port {port} from here: then the host's own filter drops it, or a full queue.",
        remedies=_remedies(case, provider, first),
    )


def command(provider: CloudProvider, address: str) -> str:
    """The command that shows the rules of the cloud for the machine with the address; it only reads."""
    match provider:
        case "aws":
            return (
                "aws ec2 describe-security-groups --group-ids $(aws ec2 describe-network-interfaces --filters "
                f"Name=addresses.private-ip-address,Values={quoted(address)} --query 'NetworkInterfaces[].Groups[].GroupId' "
                "--output text)"
            )
        case "gcp":
            return "gcloud compute firewall-rules list --filter=direction=ingress --format=json"
        case "azure":
            return "az network nsg list --query '[].[name,securityRules]'"
        case "openstack":
            return "openstack security group rule list --ingress --long"
        case "digitalocean":
            return "doctl compute firewall list"
        case "hetzner":
            return "hcloud firewall list"


def _remedies(case: Case, provider: CloudProvider, address: str) -> Iterator[Remedy]:
    name, kind = _CALLED[provider]
    source = next((one.local_address for one in outcomes.attempts(case, address) if one.local_address), "this machine")
    yield Remedy(
        do=f"See the rules of {name} that hold for {address}, with the tool and the rights of the cloud.",
        command=command(provider, address),
        verify=f"No rule allows TCP port {case.tcp.port} from {source}, or the network that it is in.",
    )
    if provider == "aws":
        yield Remedy(
            do="The subnets' ACLs have no memory: they must allow the answers too (to the client's ports, 1024 to 65535).",
            command="aws ec2 describe-network-acls",
            verify="Both directions are allowed.",
        )
    yield Remedy(
        do=f"Have {kind} of {name} allow TCP port {case.tcp.port} from {source} alone.",
        verify=f"{case.target.label} connects or is refused.",
    )


def _flat(silent: dict[str, tuple[TcpAttempt, ...]]) -> list[TcpAttempt]:
    return [attempt for attempts in silent.values() for attempt in attempts]


HYPOTHESIS = Hypothesis(
    place=61,
    onset="setting",
    title="cloud lets it in",
    question="Does the cloud's own filter let it through?",
    why="In a cloud, what no security group allows is dropped without a word, by a filter that no machine in it can see.",
    meaning="A security group, a network ACL or a firewall of the cloud drops it; never more than likely from inside.",
    proof="Silence towards a private address whose host answers otherwise, though not on closed ports, from a machine that its "
    "firmware (DMI) places in that cloud. Only the cloud's own rules prove it: the command is named.",
    mistaken_for=("path.filtered", "server.down", "path.local-firewall"),
    supersedes=frozenset({"path.filtered"}),
    shown_by=(),
    looks=(),
    needs=needs,
    judge=judge,
)
