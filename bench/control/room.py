"""A folder for a run, and as many open files as this machine allows."""
import contextlib
import pathlib
import resource
import subprocess
import tempfile


@contextlib.contextmanager
def room_for_many():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory(prefix="postern-bench-", ignore_cleanup_errors=True) as name:
        folder = pathlib.Path(name)
        try:
            yield folder
        finally:
            for memory in folder.glob("state-*"):  # what is mounted there cannot be removed
                subprocess.run(["umount", memory], capture_output=True, check=False)
