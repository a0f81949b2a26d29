"""`python -m tui` is `refused`."""

import sys

from tui.cli.main import main

sys.exit(main())
