"""Controller and proxies as programs of their own, joined by mutual TLS, as in a cluster."""
import os
import pathlib
import subprocess

from .gate import ADDRESS, PROGRAM
from .process import Process

FOLDER = pathlib.Path(PROGRAM).parent
CONTROLLER, PROXY = FOLDER / "postern-controller", FOLDER / "postern-proxy"
STREAM = f"{ADDRESS}:18000"
CONTROLLER_ADMIN = 9900


def certgen(folder, ingress_class="postern"):
    subprocess.run([PROGRAM, "certgen", str(folder), "--class", ingress_class], check=True,
                   capture_output=True, timeout=60)


class Split:
    """One controller on a folder of manifests, and as many proxies as are started."""

    def __init__(self, folder, manifests):
        self.folder, self.manifests = pathlib.Path(folder), pathlib.Path(manifests)
        self.certs = self.folder / "certs"
        self.controller, self.proxies = None, {}
        certgen(self.certs)

    def start_controller(self, *flags):
        self.controller = Process("controller", [
            str(CONTROLLER), "--source", f"directory:{self.manifests}", "--stream-address", STREAM,
            "--certs", str(self.certs / "controller"), "--log-format", "json",
            "--admin-address", f"{ADDRESS}:{CONTROLLER_ADMIN}", *flags])
        self.controller.wait_for("ready:")
        return self.controller

    def start_proxy(self, number=0, *flags, wait=True, at=STREAM, state=None):
        """Proxy 0 has the real ports, proxy N those plus 5000 * N."""
        state = state or self.memory(f"state-{number}")
        proxy = Process(f"proxy-{number}", [
            str(PROXY), "--controller", at, "--certs", str(self.certs / "proxy"),
            "--name", f"proxy-{number}", "--listen-address", ADDRESS,
            "--port-offset", str(5000 * number), "--state-dir", str(state),
            "--admin-address", f"{ADDRESS}:{9901 + number}", "--log-format", "json", *flags])
        self.proxies[number] = proxy
        if wait:
            proxy.wait_for("ready:")
        return proxy

    def memory(self, name):
        """A folder in memory, where private keys may be kept; it goes with the story's namespace."""
        folder = self.folder / name
        if not folder.exists():
            folder.mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(folder)], check=True)
        return folder

    def kill(self, process):
        """As the kernel does when memory is short: no word of farewell."""
        os.kill(process.pid, 9)
        process.stop()

    def stop(self):
        for process in [*self.proxies.values(), self.controller]:
            if process:
                process.stop()
        self.proxies, self.controller = {}, None
