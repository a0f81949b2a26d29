"""The engine's word against the kernel's: rulesets made at random are loaded, held against connections, and tried.

Law: no `matches` where the connection works, no `does-not-match` where a rule stops it, whatever the ruleset.
"""

import json
import shutil
import sys
from collections import Counter
from typing import Any

import pytest

from tests.lab.network import HERE, Lab
from tests.lab.rule_makers import ALSO_OPEN, OPEN, TARGETS, iptables_ruleset, nft_ruleset

ROUND = 16
"""Rulesets a test: each takes up to a quarter of a second, for silence has to be waited for."""
ENDS = {"drop": {"timeout"}, "tcp-reset": {"refused", "timeout"}, "reject": {"refused-icmp", "timeout"}}
"""How attempts end that a rule stops; the rejection may be stopped as well, by another rule."""
EMPTY = "*filter\nCOMMIT\n*mangle\nCOMMIT\n*nat\nCOMMIT\n"


def _documents(kind: str, seeds: range) -> list[list[Any]]:
    if kind == "nft":
        return [[["nft", "-f", "-", nft_ruleset(seed)], TARGETS] for seed in seeds]
    tools = ("iptables", "ip6tables")
    return [
        [
            ["nft", "flush", "ruleset", ""],
            *([f"{tool}-{kind}-restore", EMPTY] for tool in tools),
            *([f"{tool}-{kind}-restore", iptables_ruleset(seed, tool)] for tool in tools),
            TARGETS,
        ]
        for seed in seeds
    ]


def held(lab: Lab, documents: list[list[Any]]) -> list[list[list[Any]] | str]:
    """The words of engine and kernel for each document; a text where the ruleset could not be loaded."""
    for machine in (lab.client, lab.router1):
        for port in (OPEN, ALSO_OPEN):
            machine.serve(port)
    lines = "".join(json.dumps(document) + "\n" for document in documents)
    done = lab.client.run(sys.executable, str(HERE / "hold_rules.py"), stdin=lines)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _problem(answer: str, verdict: str, packet: str, led: bool, ended: str) -> str | None:
    if answer == "unread":
        return f"not read: {verdict}"
    if answer == "matches" and ended == "connected":
        return "a rule is said to stop what connects"
    if answer == "does-not-match" and ended != "connected" and not led:
        return "no rule is said to stop what fails"
    if answer == "matches" and ended not in (ENDS[verdict] if packet == "request" else {"timeout", "refused", "refused-icmp"}):
        return f"{verdict} does not make {ended}"
    return None


@pytest.mark.parametrize("part", range(3))
@pytest.mark.parametrize("kind", ["nft", "iptables-nft", "iptables-legacy"])
def test_the_engine_agrees_with_the_kernel(lab: Lab, kind: str, part: int) -> None:
    """For rulesets made at random, what the engine says of a connection is what the kernel does with it."""
    seeds = range(part * ROUND, (part + 1) * ROUND)
    if kind != "nft" and not shutil.which(f"{kind}-restore"):
        pytest.skip(f"needs {kind}-restore")
    if kind == "iptables-legacy" and lab.client.run("iptables-legacy", "-nL", check=False).returncode:
        pytest.skip("this kernel has no iptables-legacy")

    found = held(lab, _documents(kind.removeprefix("iptables-"), seeds))

    loaded = {seed: words for seed, words in zip(seeds, found, strict=True) if not isinstance(words, str)}
    problems = [
        f"seed {seed} {target}: {problem}: {word}"
        for seed, words in loaded.items()
        for target, word in zip(TARGETS, words, strict=True)
        if (problem := _problem(*word))
    ]
    assert not problems
    assert len(loaded) > ROUND // 2
    said = Counter(word[0] for words in loaded.values() for word in words)
    assert said["matches"] > ROUND
    assert said["does-not-match"]
