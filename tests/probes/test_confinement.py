"""The policies that hold a process: its own, real ones, and those that other machines' files and managers would tell."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.machine import ROOT
from tests.probes.run_check import facts_of
from tui.model.facts import AnyFact, Confinement
from tui.model.requests import ReadConfinement
from tui.probes.kernel.system_view import SystemView
from tui.probes.sockets import confinement
from tui.probes.sockets.confinement import lsm_profile, parse_deny, seccomp_mode, units_of

# Allows every call, so that nothing but the mode changes: BPF_RET|BPF_K with SECCOMP_RET_ALLOW.
FILTERED = """
import ctypes, runpy, struct, sys
code = ctypes.create_string_buffer(struct.pack("=HBBI", 6, 0, 0, 0x7FFF0000))
program = ctypes.create_string_buffer(struct.pack("@HP", 1, ctypes.addressof(code)))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, program, 0, 0):
    sys.exit(77)
sys.argv = ["run_check"]
runpy.run_module("tests.probes.run_check", run_name="__main__")
"""
NO_FILTERS = 77


def system(root: Path, *, group: str = "/", systemctl: str | None = None) -> SystemView:
    """A /proc of files, and a systemctl that is a script of ours."""
    own = root / "self"
    (own / "attr").mkdir(parents=True)
    (own / "status").write_text("Name:\trefused\nNoNewPrivs:\t0\nSeccomp:\t2\nSeccomp_filters:\t1\n")
    (own / "attr/current").write_text("docker-default (enforce)\n")
    (own / "cgroup").write_text(f"0::{group}\n")
    if systemctl is not None:
        (root / "systemctl").write_text(f"#!/bin/sh\n{systemctl}\n")
        (root / "systemctl").chmod(0o755)
    return SystemView(proc=root, environ={"PATH": f"{root}:/usr/bin:/bin"})


async def confined(where: SystemView) -> Confinement:
    """The one fact of a look."""
    (fact,) = [one async for one in confinement.check(ReadConfinement(), where)]
    assert isinstance(fact, Confinement)
    return fact


def test_this_process_own_mode_is_read() -> None:
    """The mode is the one of this very process, as the kernel has it."""
    (fact,) = asyncio.run(facts_of(ReadConfinement()))

    assert isinstance(fact, Confinement)
    lines = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines())
    assert fact.seccomp == {"0": "none", "1": "strict", "2": "filter", None: "unknown"}[lines.get("Seccomp")]


def test_a_real_filter_is_seen() -> None:
    """A process that has put itself under a seccomp filter sees mode `filter`."""
    done = subprocess.run(
        [sys.executable, "-c", FILTERED],
        cwd=ROOT,
        input=msgspec.json.encode(ReadConfinement()),
        capture_output=True,
        timeout=30,
        check=False,
    )
    if done.returncode == NO_FILTERS:
        pytest.skip("this kernel or sandbox allows no seccomp filters")
    (fact,) = msgspec.json.decode(done.stdout, type=list[AnyFact])

    assert isinstance(fact, Confinement)
    assert fact.seccomp == "filter"


async def test_a_units_setting_is_quoted_with_the_unit_that_has_it(tmp_path: Path) -> None:
    """Of the units that hold this process the innermost that denies addresses is named, here the slice."""
    answer = (
        'echo "$@" > "$(dirname "$0")/asked"; '
        'printf "IPAddressDeny=\\nId=app.service\\n\\nIPAddressDeny=0.0.0.0/0 ::/0\\n'
        'IPAddressAllow=127.0.0.0/8\\nId=locked.slice\\n"'
    )
    where = system(tmp_path, group="/locked.slice/app.service", systemctl=answer)

    fact = await confined(where)

    assert (fact.unit, fact.ip_address_deny, fact.ip_address_allow) == ("locked.slice", "0.0.0.0/0 ::/0", "127.0.0.0/8")
    assert (fact.seccomp, fact.lsm_profile) == ("filter", "docker-default (enforce)")
    asked = (tmp_path / "asked").read_text().split()
    assert asked == [
        "show",
        "--property=Id",
        "--property=IPAddressDeny",
        "--property=IPAddressAllow",
        "--",
        "app.service",
        "locked.slice",
    ]


@pytest.mark.parametrize("systemctl", [None, "exit 1", "echo IPAddressDeny=", "sleep 60", "kill -9 $$"])
async def test_without_an_answer_the_setting_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, systemctl: str | None
) -> None:
    """A machine without systemd, or with a manager that fails, hangs or denies nothing, gives the unit and no setting."""
    monkeypatch.setattr(confinement, "SYSTEMCTL_S", 0.3)
    where = system(tmp_path, group="/system.slice/app.service", systemctl=systemctl or "exit 127")
    if systemctl is None:
        (tmp_path / "systemctl").unlink()
        where = SystemView(proc=tmp_path, environ={"PATH": str(tmp_path)})

    fact = await confined(where)

    assert (fact.unit, fact.ip_address_deny) == ("app.service", None)


async def test_what_cannot_be_read_is_unknown(tmp_path: Path) -> None:
    """Without /proc nothing is claimed."""
    fact = await confined(SystemView(proc=tmp_path, environ={"PATH": os.defpath}))

    assert (fact.seccomp, fact.lsm_profile, fact.unit, fact.ip_address_deny) == ("unknown", None, None, None)


@pytest.mark.parametrize(
    ("path", "system", "user"),
    [
        ("/", [], []),
        ("/system.slice/app.service", ["app.service", "system.slice"], []),
        (
            "/user.slice/user-1000.slice/user@1000.service/app.slice/run-u1.scope",
            ["user@1000.service", "user-1000.slice", "user.slice"],
            ["run-u1.scope", "app.slice"],
        ),
    ],
)
def test_each_units_manager_is_known(path: str, system: list[str], user: list[str]) -> None:
    """Units below user@UID.service belong to the user's manager, the others to the system's."""
    assert units_of(path) == (system, user)


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        ("unconfined\n", None),
        ("", None),
        ("docker-default (enforce)\n", "docker-default (enforce)"),
        ("system_u:system_r:httpd_t:s0\0", "system_u:system_r:httpd_t:s0"),
    ],
)
def test_a_profile_is_read_as_it_stands(text: str, profile: str | None) -> None:
    """AppArmor's profile and SELinux's context are quoted; `unconfined` is none."""
    assert lsm_profile(text) == profile


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """No status, profile, path or answer breaks the readers."""
    seccomp_mode(text)
    lsm_profile(text)
    units_of(text)
    parse_deny(text)
