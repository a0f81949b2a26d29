"""The first paint loads only what it shows."""

import subprocess
import sys

from tests.approved import ROOT

PROGRAM = """
import sys
from tui.model.target import parse_target
from tui.ui.app import RefusedApp
from tui.ui.doors import Doors

loaded = []

class Watched(RefusedApp):
    def on_mount(self):
        self.screen.call_after_refresh(self.exit)

def door(*_given):
    loaded.append(sorted(sys.modules))
    raise SystemExit

doors = Doors(read_target=parse_target, open_session=door, open_recording=door, write_report=door, record_of=door)
app = Watched(doors, target=parse_target("127.0.0.1:8081"))
import asyncio
async def main():
    async with app.run_test(size=(120, 36)):
        assert app.screen.query("#step")
asyncio.run(main())
before = set(loaded[0]) if loaded else set(sys.modules)
late = ("psutil", "dns", "tui.probes", "tui.engine.runner", "tui.report", "textual.widgets._text_area", "textual.widgets._data_table")
print([name for name in before if name.startswith(late)])
print("tui.ui.screens.walk" in before)
"""


def test_the_first_paint_loads_little() -> None:
    """Up to the moment when the session is opened, no probe, no DNS library, no widget that is not shown is loaded."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    assert done.stdout.splitlines() == ["[]", "True"], done.stderr
