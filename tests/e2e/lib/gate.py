"""The program under test: `postern run` on a folder of manifests, on 127.0.0.1 and real ports."""
import json
import os
import pathlib

from .process import Process

PROGRAM = os.environ.get("POSTERN", "build/release/bin/postern")
ADDRESS = "127.0.0.1"


class Gate:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.process, self.output = None, []

    def write(self, file, *documents):
        """One manifest file; JSON is YAML, so no library is needed to write it."""
        text = "\n---\n".join(json.dumps(document, indent=1) for document in documents)
        fresh = self.folder / f".{file}.new"
        fresh.write_text(text + "\n")
        fresh.rename(self.folder / file)

    def remove(self, file):
        (self.folder / file).unlink()

    def settle(self, *names):
        """Until it has said of each MailServer what became of it."""
        for name in names or ("mail",):
            self.process.wait_for(f"mailserver default/{name}: ")
        return self

    def change(self, file, *documents, says="mailserver "):
        """Writes it while the program runs; returns when it says that it is in force."""
        before = len(self.process.lines)
        self.write(file, *documents)
        return self.process.wait_for(says, after=before)

    def start(self, *flags, under=()):
        """`under`: words of a program that starts it, prlimit for one."""
        self.process = Process("postern", [
            *under, PROGRAM, "run", str(self.folder), "--listen-address", ADDRESS, "--admin-address",
            f"{ADDRESS}:9901", "--log-format", "json", *flags])
        self.process.wait_for("ready:")
        return self

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        if self.process:
            self.process.stop()
            self.output, self.process = self.process.lines, None
