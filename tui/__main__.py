"""`python -m tui` is `refused`."""

import sys

from tui.cli import main

sys.exit(main())
