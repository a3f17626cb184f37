"""A controller at a real API server, with the roles that ship: four objects a MailServer, and the one that has
what was changed is patched."""
import concurrent.futures
import threading

from cluster.ground import Ground
from conformance.objects import Objects, path_of, path_to
from conformance.suite import CLASS, INGRESS_CLASS, PORTS
from lib.cluster_story import InCluster
from lib.cluster_world import tls_secret
from lib.manifests import endpoint_slice, service

NETWORK = 10  # an EndpointSlice takes no loopback addresses


class ApiServer:
    writes_status = True

    def __init__(self, folder, servers):
        self.servers, self.mine = servers, threading.local()
        self.programs = InCluster(folder)
        self.ground = Ground(folder / "ground")

    def make(self):
        """The controller manager has given the accounts what they need; it would look at each Service and object."""
        self.ground.start().install()
        self.kubeconfig = self.ground.controller_kubeconfig()
        self.ground.stop_one("kube-controller-manager")
        Objects(self.api()).apply(INGRESS_CLASS, {**CLASS, "spec": {"ports": PORTS}})
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for done, _ in enumerate(pool.map(self.create, range(len(self.servers))), 1):
                if done % 500 == 0:
                    print(f"made {done} of {len(self.servers)} MailServers", flush=True)

    def api(self):
        """A connection a thread."""
        if not hasattr(self.mine, "api"):
            self.mine.api = self.ground.connect()
        return self.mine.api

    def documents(self, number):
        """A Service with a selector may have pods anywhere; without an address of its own there may be thousands."""
        name = self.servers.name(number)
        headless = service(f"{name}-svc")
        headless["metadata"] = {"name": f"{name}-svc"}
        headless["spec"] |= {"selector": {"app": name}, "clusterIP": "None"}
        pods = {f"{name}-{i}": address for i, address in enumerate(self.servers.members(number))}
        return {"secret": tls_secret(f"{name}-tls", self.servers.pair(number)), "service": headless,
                "endpoints": endpoint_slice(f"{name}-1", f"{name}-svc", pods),
                "server": self.servers.mail_server(number)}

    def create(self, number):
        for document in self.documents(number).values():
            self.ask("POST", path_of(document["kind"]), document)

    def write(self, number, part):
        document = self.documents(number)[part]
        self.ask("PATCH", path_to(document), document, "application/merge-patch+json")

    def ask(self, method, path, document, kind="application/json"):
        answer = self.api().ask(method, path, document, kind)
        if not answer.accepted:
            raise RuntimeError(f"{method} {path}: {answer}")

    def start_controller(self, name="a"):
        controller = self.programs.start_controller(name, self.kubeconfig, "--log-level", "warning", wait=False)
        controller.wait_for("ready:", 300)
        return controller

    def stop_controller(self):
        self.programs.controllers["a"].stop()

    def stop(self):
        self.programs.stop()
        self.ground.stop()
