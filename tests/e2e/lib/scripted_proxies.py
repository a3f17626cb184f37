"""Proxies that answer a controller as they are told: tests/kube/scripted_proxies as a program."""
import json
import os
import pathlib
import subprocess

from .gate import PROGRAM
from .split import STREAM

SCRIPTED = os.environ.get("SCRIPTED_PROXIES", pathlib.Path(PROGRAM).parent / "scripted_proxies")


class ScriptedProxies:
    """Those who have joined, by name. What a proxy refuses: {type, name, code, field, detail,
    retryable}; features that it lacks: `without`; `silent`: it takes updates and says nothing."""

    def __init__(self, certs, controller=STREAM):
        self.joined = set()
        self.process = subprocess.Popen(
            [SCRIPTED, "--certs", str(certs), "--controller", controller], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline().startswith("ready:")

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait(20)
        self.process.stdout.close()

    def order(self, do, name, **more):
        self.process.stdin.write(json.dumps({"do": do, "name": name, **more}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert answer == "done", answer

    def play(self, scripts):
        """These are there from now on, and no others."""
        for name in self.joined - set(scripts):
            self.order("leave", name)
        for name, script in scripts.items():
            self.order("follow" if name in self.joined else "join", name, **(script or {}))
        self.joined = set(scripts)
