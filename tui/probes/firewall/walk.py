"""A packet's way through hooks and chains: which rule ends it, which might, and which redirects it.

Law: a rule decides only if it is certain that the packet comes to it and that it matches. A rule that might accept
or redirect it makes uncertain whatever comes after in its chain. Source: nft(8), net/netfilter/nf_tables_core.c.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from msgspec.structs import replace

from tui.probes.firewall.devices import AT_DEVICES
from tui.probes.firewall.packet import Packet, loopback_of, redirected_to
from tui.probes.firewall.ruleset import ENDS, Action, Chain, Finding, RuleEntry, Ruleset
from tui.probes.firewall.tristate import Truth

DEEPEST = 32
"""Jumps below each other; the kernel allows 16 (NFT_JUMP_STACK_SIZE)."""
MOST_STEPS = 400_000
"""Rules that one walk evaluates: they take a few seconds, and nobody waits longer."""
_FALLS = frozenset({"fall", "return"})
_FAMILIES = {4: frozenset({"ip", "inet"}), 6: frozenset({"ip6", "inet"})}


class TooManyRulesError(Exception):
    """The walk was given up."""


@dataclass
class RuleHit:
    """A rule that was reached, or, without an entry, a chain's policy."""

    chain: Chain
    entry: RuleEntry | None
    action: Action
    hook: str
    answers: bool
    why: str = ""


@dataclass
class PacketWalk:
    """What has happened to a packet so far. `packet` changes on the way."""

    rulesets: tuple[Ruleset, ...]
    packet: Packet
    deciding: RuleHit | None = None
    undecided: list[RuleHit] = field(default_factory=list)
    translated: RuleHit | None = None
    sourced: RuleHit | None = None
    """The rule that is certain to give the request another source address, where it names a single one."""
    perhaps_translated: bool = False
    steps: int = 0
    certain: bool = True
    """Whether the packet is sure to come this far."""
    doubt: str = ""
    """Why it may have left the base chain that it is in."""

    def through(self, hook: str, *, new: bool = True) -> None:
        """Take the packet through every chain of a hook, by priority; chains of type nat see a connection's first packet."""
        for ruleset, chain in self._base_chains(hook):
            if self.deciding is not None:
                return
            if chain.type == "nat" and not (new and self.packet.tracked is not False):
                continue
            if self._is_of_another_device(chain):
                continue
            sure = self.certain and (hook not in AT_DEVICES or self._is_of_this_device(chain))
            self.doubt = ""
            outcomes = self._run(ruleset, chain, hook, certain=sure, depth=0)
            self._policy(chain, hook, outcomes, certain=sure)

    def _base_chains(self, hook: str) -> list[tuple[Ruleset, Chain]]:
        netdev = hook in {"ingress", "egress"}
        families = _FAMILIES[self.packet.version] | ({"netdev"} if netdev else frozenset())
        matching = [
            (ruleset, chain)
            for ruleset in self.rulesets
            for chain in ruleset.chains.values()
            if chain.hook == hook and chain.family in families
        ]
        return sorted(matching, key=lambda pair: pair[1].priority)

    def _is_of_another_device(self, chain: Chain) -> bool:
        device = self._device(chain)
        return chain.devices is not None and device is not None and device not in chain.devices

    def _is_of_this_device(self, chain: Chain) -> bool:
        return chain.devices is not None and self._device(chain) in chain.devices

    def _device(self, chain: Chain) -> str | None:
        return self.packet.coming_in if chain.hook == "ingress" else self.packet.going_out

    def _policy(self, chain: Chain, hook: str, outcomes: frozenset[str], *, certain: bool) -> None:
        if not outcomes & _FALLS or chain.policy != "drop":
            return
        sure = certain and outcomes <= _FALLS | {"end"}
        why = "" if sure else self.doubt or "An earlier rule may let it through."
        self._note(chain, None, Action(kind="drop"), hook, certain=sure, why=why)

    def _note(self, chain: Chain, entry: RuleEntry | None, action: Action, hook: str, *, certain: bool, why: str = "") -> None:
        hit = RuleHit(chain, entry, action, hook, self.packet.answers, why)
        if not certain:
            self.undecided.append(hit)
        elif self.deciding is None:
            self.deciding = hit

    def _run(self, ruleset: Ruleset, chain: Chain, hook: str, *, certain: bool, depth: int) -> frozenset[str]:
        """How the packet can leave the chain: `end`, `accept`, `return` or `fall`."""
        possible: set[str] = set()
        doubt = ""
        if depth > DEEPEST:
            return frozenset({"accept", "end"})
        for entry in chain.entries:
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise TooManyRulesError
            finding = ruleset.read(entry, chain, self.packet)
            if finding.truth is False:
                continue
            sure = certain and not possible & {"accept", "return"}
            self._changed(finding, certain=sure and finding.truth is True)
            for truth, action in finding.actions:
                settled = self._act(ruleset, chain, entry, action, hook, truth, possible, sure, depth, finding.why or doubt)
                if settled:
                    return frozenset(possible)
            if possible & {"accept", "return"} and not doubt:
                doubt = (
                    f"An earlier rule may let it through: {finding.why}" if finding.why else "An earlier rule may let it through."
                )
                self.doubt = self.doubt or doubt
        return frozenset(possible | {"fall"})

    def _act(  # noqa: PLR0917 -- all that is known when a rule is reached
        self,
        ruleset: Ruleset,
        chain: Chain,
        entry: RuleEntry,
        action: Action,
        hook: str,
        truth: Truth,
        possible: set[str],
        certain: bool,
        depth: int,
        why: str,
    ) -> bool:
        """Do what a rule does; whether the packet sees nothing more of the chain."""
        match action.kind:
            case "next":
                outcomes = frozenset({"fall"})
            case "source":
                if certain and truth is True and action.address and not self.packet.answers and self.sourced is None:
                    self.sourced = RuleHit(chain, entry, action, hook, self.packet.answers)
                outcomes = frozenset({"accept"})
            case "accept" | "return":
                outcomes = frozenset({action.kind})
            case kind if kind in ENDS:
                self._note(chain, entry, action, hook, certain=certain and truth is True, why=why)
                outcomes = frozenset({"end"})
            case "jump" | "goto" if (chain.family, chain.table, action.chain) in ruleset.chains:
                outcomes = self._into(ruleset, chain, action, hook, certain=certain and truth is True, depth=depth)
            case "translate":
                self._translate(chain, entry, action, hook, certain=certain and truth is True)
                outcomes = frozenset({"accept"})
            case _:
                self._note(
                    chain,
                    entry,
                    action,
                    hook,
                    certain=False,
                    why=action.why or why or f"It is not known what {action.chain} does.",
                )
                outcomes = frozenset({"accept", "end", *(("fall",) if action.kind == "jump" else ())})
        falls = outcomes & _FALLS
        possible |= outcomes - _FALLS
        if action.kind == "return" or (action.kind == "goto" and falls):
            possible.add("return")
            falls = frozenset()
        return truth is True and not falls

    def _into(self, ruleset: Ruleset, chain: Chain, action: Action, hook: str, *, certain: bool, depth: int) -> frozenset[str]:
        below = ruleset.chains[chain.family, chain.table, action.chain]
        return self._run(ruleset, below, hook, certain=certain, depth=depth + 1)

    def _translate(self, chain: Chain, entry: RuleEntry, action: Action, hook: str, *, certain: bool) -> None:
        if not certain:
            self.perhaps_translated = True
            self.packet = replace(
                self.packet,
                target=None,
                target_port=None,
                target_is_own=None,
                translated=None,
                going_out=None if hook == "output" else self.packet.going_out,
            )
            return
        self.translated = self.translated or RuleHit(chain, entry, action, hook, self.packet.answers)
        address = action.address
        if action.here:
            address = loopback_of(self.packet.version) if hook == "output" else None
        self.packet = redirected_to(self.packet, address, action.port, keeps_address=action.keeps_address, hook=hook)
        if action.here:
            self.packet = replace(self.packet, target_is_own=True)

    def _changed(self, finding: Finding, *, certain: bool) -> None:
        after = finding.packet
        if after is None or after == self.packet:
            return
        if certain:
            self.packet = after
            return
        before = self.packet
        self.packet = replace(
            before,
            mark=before.mark if before.mark == after.mark else None,
            connection_mark=before.connection_mark if before.connection_mark == after.connection_mark else None,
            tracked=before.tracked if before.tracked == after.tracked else None,
        )


def through_all(walk: PacketWalk, hooks: Iterable[tuple[str, str | None, str | None]], *, new: bool = True) -> Iterator[str]:
    """Take the packet through hooks, each with the interfaces that are known there; yields each hook once it is passed."""
    for hook, coming_in, going_out in hooks:
        if walk.deciding is not None:
            return
        redirected = walk.packet.translated is not False and new
        out = walk.packet.going_out if redirected and hook in {"postrouting", "egress"} and going_out != "" else going_out
        walk.packet = replace(walk.packet, coming_in=coming_in, going_out=out)
        walk.through(hook, new=new)
        yield hook
