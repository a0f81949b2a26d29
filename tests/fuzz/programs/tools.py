"""Programs that are asked, each with what it says when it is true: fakes of them are found first by PATH."""

from collections.abc import Mapping
from pathlib import Path
from random import Random

from tests.fuzz.programs.lies import script
from tests.fuzz.readers import TESTS, TEXTS
from tests.probes.recorded import printed
from tests.probes.test_services import FAILED, JOURNAL_TEXT

_RULES = TESTS / "probes" / "rules"


def _first(pattern: str) -> bytes:
    return next(path for path in sorted(_RULES.glob(pattern))).read_bytes()


def truths() -> Mapping[str, bytes]:
    """What each program says, by its name. Engines say what they have, whatever they are asked."""
    tables = _first("*.v4")
    return {
        "nft": _first("*.json"),
        **dict.fromkeys(("iptables-save", "iptables-nft-save", "ip6tables-nft-save", "iptables-legacy-save"), tables),
        "systemctl": FAILED.encode(),
        "journalctl": JOURNAL_TEXT.encode(),
        "docker": printed("docker-ps").encode(),
        "podman": printed("podman-ps").encode(),
        "getent": b"127.0.0.1 STREAM db\n127.0.0.1 DGRAM\n",
        "ping": b"64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.05 ms\n",
        "ss": (TEXTS / "ss.txt").read_bytes(),
        "ip": b"127.0.0.1 dev lo src 127.0.0.1 uid 0\n",
    }


def lying(folder: Path, lie: str, random: Random, only: str = "") -> Path:
    """A folder of programs that all tell this lie, or only the one of a name."""
    programs = folder / "programs"
    programs.mkdir(parents=True)
    for name, true in truths().items():
        if only in {"", name}:
            program = programs / name
            program.write_text(script(lie, true, folder / "texts" / name, random), encoding="utf-8")
            program.chmod(0o755)
    return programs
