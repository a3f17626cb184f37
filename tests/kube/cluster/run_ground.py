"""Starts the API ground, runs a command beside it, and ends both."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from .ground import Ground
from .programs import folder


def main(command):
    place = pathlib.Path(tempfile.mkdtemp(prefix="postern-ground-"))
    ground, began = Ground(place), time.monotonic()
    try:
        ground.start().install()
        print(f"API ground: ready in {time.monotonic() - began:.1f} s, {place}", file=sys.stderr)
        words = {"KUBECONFIG": str(ground.admin), "POSTERN_GROUND": str(place),
                 "POSTERN_KUBECONFIG": str(ground.controller_kubeconfig()),
                 "PATH": f"{folder()}:{os.environ['PATH']}"}
        return subprocess.run(command, env={**os.environ, **words}, check=False).returncode
    finally:
        ground.stop()
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
