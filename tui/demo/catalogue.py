"""Every scenario, in the order in which they are listed."""

from tui.demo.scenario import Scenario
from tui.demo.scenarios import names, servers, unix_sockets

SCENARIOS: tuple[Scenario, ...] = (*servers.SCENARIOS, *names.SCENARIOS, *unix_sockets.SCENARIOS)
