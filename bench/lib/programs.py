"""Programs that a bench starts: ended by their own process id, and nothing else."""
import contextlib
import json
import os
import pathlib
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
POSTERN = pathlib.Path(os.environ.get("POSTERN", ROOT / "build/release/bin/postern"))
MAIL_LOAD = pathlib.Path(os.environ.get("MAIL_LOAD", POSTERN.parent / "mail_load"))


class Failed(RuntimeError):
    pass


class Program:
    def __init__(self, folder, name, command):
        self.log = pathlib.Path(folder) / f"{name}.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)

    @property
    def pid(self):
        return self.process.pid

    def said(self):
        return self.log.read_text(errors="replace")

    def wait_until(self, condition, what, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"{what}: not in {seconds} s\n{self.said()[-2000:]}")
            time.sleep(0.01)
        return self

    def wait_for(self, text, seconds=30):
        return self.wait_until(lambda: text in self.said(), text, seconds)

    def stop(self, seconds=10):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(1)
        except subprocess.TimeoutExpired:
            self.process.terminate()  # the second one: it does not drain
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return self.said()


def serve(folder, name, *flags):
    return Program(folder, name, [MAIL_LOAD, "serve", *flags]).wait_for("serving\n")


class Guests:
    """A run of mail_load guests, which says how it is when all is warm, at the end and when all have left."""

    def __init__(self, folder, script, **flags):
        path = pathlib.Path(folder) / "script"
        path.write_text(script)
        words = [word for name, value in flags.items() if value not in (None, "")
                 for word in (f"--{name.replace('_', '-')}", str(value))]
        self.process = subprocess.Popen([str(MAIL_LOAD), "guests", "--script", str(path), *words],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    @property
    def pid(self):
        return self.process.pid

    def hear(self, at):
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"mail_load ended before it was {at}")
        told = json.loads(line)
        if told["at"] != at or (at == "warm" and told["errors"]):
            raise Failed(f"wanted {at}: {line}")
        return told

    def go_on(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
