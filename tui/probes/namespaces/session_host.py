"""Where this session runs: as root or not, with systemd or not, in a container or a pod. Files and variables are read.

Source: sd_booted(3) for systemd; the Kubernetes documentation (Environment variables for Services) for a pod.
"""

import os
from collections.abc import AsyncGenerator
from pathlib import Path

from tui.model.facts import AnyFact, SessionHost
from tui.model.requests import ReadSessionHost
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import text_of
from tui.probes.namespaces.other_namespaces import container_inside
from tui.probes.sockets.cgroups import group_path

COMMAND = "id -u; ls -d /run/systemd/system; env | grep KUBERNETES_SERVICE_HOST"


async def check(request: ReadSessionHost, system: SystemView) -> AsyncGenerator[AnyFact, None]:  # noqa: ARG001 -- a check's signature
    """Yield the one fact. User and container are those of the session, where commands are typed; a pod is the client's."""
    yield SessionHost(
        command=COMMAND,
        user=os.geteuid(),
        systemd=system.has_systemd,
        container=container_inside(system.environ, group_path(text_of(system.proc / "self" / "cgroup")), Path("/")),
        pod="KUBERNETES_SERVICE_HOST" in system.variables,
    )
