"""The policies that restrict this process: seccomp, a security module's profile, and its units' IPAddressDeny=.

Law: what cannot be read is unknown or None; where no policy was read, there may still be one.
Sources: proc_pid_status(5), proc_pid_attr(5), systemd.resource-control(5).
"""

import re
from collections.abc import AsyncGenerator
from typing import Literal

from tui.model.facts import AnyFact, Confinement
from tui.model.requests import ReadConfinement
from tui.model.safe_text import safe_line, safe_text
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import text_of
from tui.probes.kernel.threads import in_thread
from tui.probes.kernel.tool import run_tool
from tui.probes.sockets.cgroups import group_path

Seccomp = Literal["none", "strict", "filter", "unknown"]

SYSTEMCTL_S = 3.0
"""systemctl answers in some 10 ms; nobody waits for a manager that hangs."""
COMMAND = "grep Seccomp /proc/self/status; cat /proc/self/attr/current /proc/self/cgroup"
_SECCOMP: dict[str, Seccomp] = {"0": "none", "1": "strict", "2": "filter"}
_UNIT = re.compile(r".+\.(service|scope|slice)")
_USER_MANAGER = re.compile(r"user@\d+\.service")


async def check(request: ReadConfinement, system: SystemView) -> AsyncGenerator[AnyFact, None]:  # noqa: ARG001 -- a check's signature
    """Yield the Confinement of this process."""
    own = system.own_process
    status, profile, groups = await in_thread(lambda: tuple(text_of(own / name) for name in ("status", "attr/current", "cgroup")))
    unit, deny, allow = await ip_address_deny(group_path(groups), system)
    yield Confinement(
        pid=system.pid,
        seccomp=seccomp_mode(status),
        lsm_profile=lsm_profile(profile),
        unit=unit,
        ip_address_deny=deny,
        ip_address_allow=allow,
        command=COMMAND.replace("self", str(system.pid or "self")),
    )


def seccomp_mode(status: str) -> Seccomp:
    """The mode in the text of /proc/PID/status; `unknown` for a kernel without it."""
    match = re.search(r"^Seccomp:\s*(\d)$", status, re.MULTILINE)
    return _SECCOMP.get(match[1], "unknown") if match else "unknown"


def lsm_profile(text: str) -> str | None:
    """The AppArmor profile or SELinux context in the text of /proc/PID/attr/current; None where there is none."""
    profile = safe_line(text.rstrip("\0\n"))
    return None if profile in {"", "unconfined"} else profile


def units_of(path: str) -> tuple[list[str], list[str]]:
    """The units in a control group's path, innermost first: those of the system's manager, and those of the user's own."""
    units = [part for part in path.split("/") if _UNIT.fullmatch(part)]
    inner = next((index for index, unit in enumerate(units, 1) if _USER_MANAGER.fullmatch(unit)), len(units))
    return units[:inner][::-1], units[inner:][::-1]


def parse_deny(text: str) -> list[tuple[str, str, str]]:
    """Unit, IPAddressDeny= and IPAddressAllow= in the text of `systemctl show`, for the units that deny anything."""
    blocks = (dict(line.partition("=")[::2] for line in block.splitlines()) for block in text.split("\n\n"))
    names = ("Id", "IPAddressDeny", "IPAddressAllow")
    settings = (tuple(safe_text(block.get(name, "")) for name in names) for block in blocks)
    return [(unit, deny, allow) for unit, deny, allow in settings if deny]


async def ip_address_deny(path: str, system: SystemView) -> tuple[str | None, str | None, str | None]:
    """The innermost unit on a control group's path that denies addresses, and its settings; else the innermost unit and None.

    Each unit above counts too, because the kernel applies the filters of all of them.
    """
    of_system, of_user = units_of(path)
    for units, manager in ((of_user, ["--user"]), (of_system, [])):
        for unit, deny, allow in await _shown(units, manager, system):
            return unit, deny, allow or None
    return next((safe_text(unit) for unit in (*of_user, *of_system)), None), None, None


async def _shown(units: list[str], manager: list[str], system: SystemView) -> list[tuple[str, str, str]]:
    if not units:
        return []
    command = [
        "systemctl",
        *manager,
        "show",
        "--property=Id",
        "--property=IPAddressDeny",
        "--property=IPAddressAllow",
        "--",
        *units,
    ]
    try:
        finished = await run_tool(command, environ=system.environ, deadline_s=SYSTEMCTL_S)
    except OSError:  # no systemctl here, or no answer in time (TimeoutError)
        return []
    return parse_deny(finished.output.decode(errors="backslashreplace")) if finished.status == 0 else []
