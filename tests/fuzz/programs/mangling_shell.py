"""A far end that runs the script it is given, and mangles what comes of it: SEED."""

import subprocess
import sys
from random import Random

from tests.fuzz.mangle import mangled

if __name__ == "__main__":
    said = subprocess.run(["sh", "-s"], stdin=sys.stdin, capture_output=True, check=False).stdout
    head, mark, rest = said.partition(b"\n")
    random = Random(f"{sys.argv[1]} {len(said)}")  # noqa: S311 -- mistakes, not secrets
    sys.stdout.buffer.write(head + mark + mangled(rest, random))
