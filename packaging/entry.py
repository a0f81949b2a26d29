"""Where the bundle begins: the environment as it was before the bundle set its own, then `refused`.

PyInstaller's loader leads the dynamic linker into the bundle and marks its own processes; programs that are asked, and a
command under `refused run`, must see neither (PyInstaller manual, "LD_LIBRARY_PATH considerations").
"""

import os
import sys

_LINKER = "LD_LIBRARY_PATH"
_MARKS = "_PYI_"


def give_back_environment() -> None:
    """Undo what the loader did to this process's environment, for everything that it starts."""
    given = os.environ.pop(f"{_LINKER}_ORIG", None)
    os.environ.pop(_LINKER, None)
    if given is not None:
        os.environ[_LINKER] = given
    for name in [name for name in os.environ if name.startswith(_MARKS)]:
        del os.environ[name]


if __name__ == "__main__":
    give_back_environment()
    from tui.cli.main import main

    sys.exit(main())
