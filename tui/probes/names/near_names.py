"""Known names that resemble a name that may be mistyped.

Pure. Similarity is difflib's ratio; a name without a dot is also compared with the first label of longer ones.
"""

from collections.abc import Iterable
from difflib import SequenceMatcher

from tui.model.address import literal_address
from tui.model.facts import NearName

MOST = 5
LEAST_ALIKE = 0.66
"""`db1` is to `db-1` as 0.86, `db-1` to `db-2` as 0.75, `db1` to `db2` as 0.67: one letter of three."""


def near_names(name: str, known: Iterable[tuple[str, str]]) -> tuple[NearName, ...]:
    """The names most like `name` in `known`, pairs of name and where it is written; at most MOST, the closest first.

    The name itself and addresses are left out; of equal names the first is kept.
    """
    wanted = name.lower()
    compare = SequenceMatcher(autojunk=False, b=wanted)  # difflib keeps what it learns of b
    candidates: dict[str, tuple[float, NearName]] = {}
    for other, where in known:
        candidate = other.lower()
        if candidate == wanted or candidate in candidates or literal_address(other):
            continue
        alike = _alike(compare, candidate)
        if alike < LEAST_ALIKE and "." not in wanted:
            label = candidate.partition(".")[0]
            alike = _alike(compare, label)
        if alike >= LEAST_ALIKE:
            candidates[candidate] = alike, NearName(name=other, where=where)
    best = sorted(candidates.values(), key=lambda pair: (-pair[0], pair[1].name))
    return tuple(near for _, near in best[:MOST])


def _alike(compare: SequenceMatcher[str], candidate: str) -> float:
    compare.set_seq1(candidate)
    if compare.real_quick_ratio() < LEAST_ALIKE or compare.quick_ratio() < LEAST_ALIKE:
        return 0.0
    return compare.ratio()


def in_known_hosts(data: bytes, path: str) -> Iterable[tuple[str, str]]:
    """The host names in a known_hosts file (sshd(8)), each with `path:line`; hashed names and patterns are left out."""
    for number, line in enumerate(data.decode(errors="backslashreplace").split("\n"), 1):
        words = line.split()
        if words and words[0].startswith("@"):  # a marker, such as @cert-authority
            words = words[1:]
        if words and not words[0].startswith("#"):
            for pattern in words[0].split(","):
                host = pattern[1:].partition("]")[0] if pattern.startswith("[") else pattern
                if host and not set(host) & set("|*?!"):
                    yield host, f"{path}:{number}"
