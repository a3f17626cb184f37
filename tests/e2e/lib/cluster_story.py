"""Controllers and proxies as in a cluster: at an API server, joined by mutual TLS."""
from conformance.suite import CLASS, INGRESS_CLASS, PORTS

from .fake_api import FakeApi
from .gate import ADDRESS
from .process import Process
from .split import CONTROLLER, Split, certgen
from .story import Story


class InCluster(Split):
    """Controllers `a`, `b`, …: proxies reach them at 18000, 18010, …; their admin is at 9900, 9899, …"""

    def __init__(self, folder):
        self.folder, self.certs = folder, folder / "certs"
        self.controllers, self.proxies, self.controller = {}, {}, None
        certgen(self.certs)

    def start_controller(self, name, kubeconfig, *flags, wait=True, admin=ADDRESS):
        number = ord(name) - ord("a")
        controller = Process(f"controller-{name}", [
            str(CONTROLLER), "--kubeconfig", str(kubeconfig),
            "--stream-address", f"{ADDRESS}:{18000 + 10 * number}",
            "--certs", str(self.certs / "controller"), "--log-format", "json",
            "--admin-address", f"{admin}:{9900 - number}", *flags])
        self.controllers[name] = controller
        if wait:
            controller.wait_for("ready:")
        return controller

    def stop(self):
        for process in [*self.proxies.values(), *self.controllers.values()]:
            process.stop()
        self.proxies, self.controllers = {}, {}

    def said(self):
        return "\n".join(f"--- {process.name}\n{process.output()}"
                         for process in [*self.controllers.values(), *self.proxies.values()])


class ClusterStory(Story):
    """A fake API server is there, and nothing else yet."""

    @classmethod
    def setUpClass(cls):
        cls.api = cls.programs = None
        super().setUpClass()

    @classmethod
    def prepare(cls):
        cls.api = FakeApi(cls.folder).start()
        cls.addClassCleanup(cls.api.stop)
        cls.programs = InCluster(cls.folder)
        cls.addClassCleanup(cls.programs.stop)
        return cls.api

    @classmethod
    def install_class(cls):
        cls.api.objects.apply(INGRESS_CLASS, {**CLASS, "spec": {"ports": PORTS}})

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before and self.programs:
            print(self.programs.said())
