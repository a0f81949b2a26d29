"""Images without a registry: a folder with programs and the libraries that they name, packed and imported."""

import re
import shutil
import subprocess
from collections.abc import Iterable

from tests.lab.engines.engine import Engine

BUSYBOX = "/bin/busybox"
"""Statically linked (Debian's busybox-static), so it needs nothing beside it."""
_APPLETS = ("sh", "httpd", "nc", "sleep", "cat", "ls", "nslookup", "wget", "true", "false", "kill", "mkdir")
_LIBRARY = re.compile(r"(/\S+) \(0x")
_FOLDER = "/run/lab-image"

# $1: the folder; $2: the applets; the rest: files to copy under their own names.
_PACK = f"""
set -e
folder=$1; applets=$2; shift 2
rm -rf "$folder"
mkdir -p "$folder/bin" "$folder/tmp" "$folder/data" "$folder/www"
cp {BUSYBOX} "$folder/bin/busybox"
for applet in $applets; do ln -s busybox "$folder/bin/$applet"; done
echo well > "$folder/www/index.html"
for file; do mkdir -p "$folder$(dirname "$file")"; cp -L "$file" "$folder$file"; done
tar -C "$folder" -cf "$folder.tar" .
"""


def load(engine: Engine, name: str, *programs: str, settings: Iterable[str] = ()) -> None:
    """Make the image `NAME:1` of busybox and `programs` of this machine, with Dockerfile `settings` such as `EXPOSE 80`."""
    files = dict.fromkeys(path for program in programs for path in _files(program))
    engine.machine.run("sh", "-c", _PACK, "sh", _FOLDER, " ".join(_APPLETS), *files)
    changes = [word for setting in settings for word in ("--change", setting)]
    engine("import", *changes, f"{_FOLDER}.tar", f"{name}:1")


def _files(program: str) -> list[str]:
    """A program and its libraries, by ldd(1)."""
    path = shutil.which(program)
    assert path, f"{program} is not installed"
    printed = subprocess.run(["ldd", path], text=True, capture_output=True, check=False).stdout
    return [path, *_LIBRARY.findall(printed)]
