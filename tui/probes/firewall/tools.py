"""Running the tools that list rules, each only where its tables are in the kernel already.

Law: listing loads nothing and creates nothing. What could not be read is reported in a sentence.
"""

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path

from tui.model.safe_text import safe_line
from tui.probes.firewall.devices import ChainKey, devices_in, with_devices
from tui.probes.firewall.dormant import dormant_in, flagged
from tui.probes.firewall.iptables_text import is_of_nft
from tui.probes.firewall.nft_listing import Table
from tui.probes.firewall.quoting import Lines, nft_lines
from tui.probes.firewall.tables import FAMILY_OF, NFT, Filter, filter_of
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import bytes_of, text_of
from tui.probes.kernel.threads import in_thread
from tui.probes.kernel.tool import Finished, run_tool

LONGEST_S = 8.0
"""All listing together: nft prints fifty thousand rules in three seconds, and twice as long on a busy machine."""
SHORTEST_S = 0.2
"""With less time left a tool is not started."""
MOST_OUTPUT = 64_000_000
"""Bytes of one listing: fifty thousand rules in nft's JSON are about twenty million."""
MOST_CHAINS_QUOTED = 4
"""Chains that are printed once more for the text of their rules."""
MOST_READ = 8
"""Tables with flags, or at devices, whose text is read; firewalld has one with flags."""
_ADMIN_FOLDERS = ("/usr/sbin", "/sbin", "/usr/local/sbin")
"""Where such tools are, though a plain user's PATH may not lead there."""
_NAMES = {"iptables": "ip_tables_names", "ip6tables": "ip6_tables_names"}


class NothingReadError(Exception):
    """No tool could list its rules: why, in a sentence."""


async def read_filter(system: SystemView) -> Filter:
    """What the tools list. Raises NothingReadError where none of them may."""
    texts: dict[str, bytes] = {}
    unread: list[str] = []
    environ = environ_of(system.environ)
    until = asyncio.get_running_loop().time() + LONGEST_S
    if await in_thread(may_have_nf_tables, system.proc):
        # Together: with a large table nft may need all the time, and iptables a part of it.
        listings = [_run_iptables(tool, environ, texts, unread, until, of_nft=True) for tool in FAMILY_OF]
        if _which("nft", environ):
            listings.append(_run(("nft", "-j", "list", "ruleset"), NFT, environ, texts, unread, until))
        else:
            unread.append("nft is not installed, so rules that iptables does not show were not read.")
        await asyncio.gather(*listings)
    for tool, name in _NAMES.items():
        if await in_thread(_has_tables, system.proc / "net" / name):
            await _run_iptables(tool, environ, texts, unread, until, of_nft=False)
    if not texts and unread:
        raise NothingReadError(unread[0])
    dormant, devices = await _in_text(texts.get(NFT, b""), environ, unread)
    return await in_thread(filter_of, texts, unread, dormant, devices)


async def _in_text(
    listing: bytes, environ: Mapping[str, str], unread: list[str]
) -> tuple[frozenset[Table], dict[ChainKey, tuple[str, ...]]]:
    """What nft's text alone says: the tables that are switched off, and the devices that chains are bound to.

    Only tables with flags, or with chains at devices, are read; a sentence for one that could not be.
    """
    dormant: frozenset[Table] = frozenset()
    devices: dict[ChainKey, tuple[str, ...]] = {}
    wanted = dict.fromkeys((*await in_thread(flagged, listing), *await in_thread(with_devices, listing)))
    for family, table in list(wanted)[:MOST_READ]:
        texts: dict[str, bytes] = {}
        await _run(("nft", "--terse", "list", "table", family, table), NFT, environ, texts, unread)
        text = texts.get(NFT, b"").decode("utf-8", "backslashreplace")
        dormant |= dormant_in(text)
        devices |= devices_in(text)
    return dormant, devices


async def quoted(keys: set[tuple[str, str, str, int]], system: SystemView) -> Lines:
    """The rules as nft prints them; those that it does not print are left out."""
    lines: dict[tuple[str, str, str, int], str] = {}
    environ = environ_of(system.environ)
    for family, table, chain in sorted({key[:3] for key in keys})[:MOST_CHAINS_QUOTED]:
        texts: dict[str, bytes] = {}
        await _run(("nft", "-a", "list", "chain", family, table, chain), NFT, environ, texts, [])
        lines |= nft_lines(texts.get(NFT, b"").decode("utf-8", "backslashreplace"), keys)
    return lines


async def code_of(chain: tuple[str, str, str], system: SystemView) -> str:
    """The code of a chain's rules as nft prints it, or nothing."""
    texts: dict[str, bytes] = {}
    await _run(("nft", "--debug=netlink", "list", "chain", *chain), NFT, environ_of(system.environ), texts, [])
    return texts.get(NFT, b"").decode("utf-8", "backslashreplace")


def may_have_nf_tables(proc: Path) -> bool:
    """Whether nf_tables is in the kernel, as far as can be known: asking for its rules would load it where it is not."""
    loaded, release = bytes_of(proc / "modules"), text_of(proc / "sys/kernel/osrelease").strip()
    if loaded is None or not release:
        return True  # a kernel without modules loads none
    if any(line.startswith(b"nf_tables ") for line in loaded.split(b"\n")):
        return True
    built_in = bytes_of(Path("/lib/modules", release, "modules.builtin"))
    return built_in is None or b"nf_tables" in built_in  # a container can't know; every other tool asks as well


def _has_tables(path: Path) -> bool:
    """Whether iptables' old tables are in the kernel (as far as this user may know)."""
    return bool(text_of(path).strip())


async def _run_iptables(
    tool: str, environ: Mapping[str, str], texts: dict[str, bytes], unread: list[str], until: float, *, of_nft: bool
) -> None:
    """The listing of one kind of iptables, by the program named after the kind, or by the plain one."""
    kind = "nft" if of_nft else "legacy"
    for program in (f"{tool}-{kind}-save", f"{tool}-save"):
        if not _which(program, environ):
            continue
        listing: dict[str, bytes] = {}
        await _run((program, "-c"), tool, environ, listing, unread, until)
        if tool in listing and (not listing[tool].strip() or is_of_nft(listing[tool].decode("utf-8", "replace")) == of_nft):
            texts[f"{tool}-{kind}"] = listing[tool]
            return
    if not of_nft:
        unread.append(f"The kernel has the older tables of {tool}, and no {tool}-legacy-save that shows them is installed.")


async def _run(  # noqa: PLR0917 -- what is collected, and until when
    command: tuple[str, ...],
    name: str,
    environ: Mapping[str, str],
    texts: dict[str, bytes],
    unread: list[str],
    until: float | None = None,
) -> None:
    """Put what the command prints into `texts`, or a sentence into `unread`. `until`: the loop's time, or a while from now."""
    shown = " ".join(command)
    left = LONGEST_S / 4 if until is None else until - asyncio.get_running_loop().time()
    if left < SHORTEST_S:
        unread.append(f"`{shown}` was not run: no time was left.")
        return
    program = _which(command[0], environ) or command[0]
    try:
        done: Finished = await run_tool((program, *command[1:]), environ=environ, deadline_s=left, most=MOST_OUTPUT)
    except TimeoutError:
        unread.append(f"`{shown}` gave no answer within {left:.1f} s.")
    except (OSError, ValueError) as error:
        unread.append(f"`{shown}` cannot be run ({getattr(error, 'strerror', None) or error}).")
    else:
        if done.status:
            message = safe_line(done.errors.strip().partition(b"\n")[0])
            long = len(done.output) >= MOST_OUTPUT
            unread.append(f"`{shown}` failed: {'it prints too much' if long else message or f'status {done.status}'}.")
        else:
            texts[name] = done.output


def _which(program: str, environ: Mapping[str, str]) -> str | None:
    return shutil.which(program, path=environ["PATH"])


def environ_of(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for tools of the administrator: their folders in PATH, and messages in English."""
    path = ":".join((environ.get("PATH", ""), *_ADMIN_FOLDERS)).strip(":")
    return {**environ, "PATH": path, "LC_ALL": "C"}
