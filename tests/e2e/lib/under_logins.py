"""A controller and proxies at a real API server whose MailServers change, each as soon as the last
change is in force, while users log in through all of the proxies."""
from cluster import node
from conformance.objects import Objects
from conformance.suite import CLASS, INGRESS_CLASS, PORTS

from .admin import metric
from .certificates import Authority
from .changing_world import ChangingWorld
from .cluster_story import InCluster
from .split import CONTROLLER_ADMIN
from .waiting import until


class UnderLogins:
    """`stack` (contextlib.ExitStack) ends what is begun here; the ground has its roles."""

    def __init__(self, folder, ground, stack, proxies=2):
        self.ports = [993 + 5000 * number for number in range(proxies)]
        api = ground.connect()
        stack.callback(api.close)
        Objects(api).apply(INGRESS_CLASS, {**CLASS, "spec": {"ports": PORTS}})
        kubeconfig = ground.controller_kubeconfig()
        ground.stop_one("kube-controller-manager")  # it would look at each object too
        self.world = ChangingWorld(api, Authority(folder / "keys"))
        stack.callback(self.world.make(Objects(api), node.add_address).stop)
        self.programs = InCluster(folder)
        stack.callback(self.programs.stop)
        self.programs.start_controller("a", kubeconfig, "--log-level", "warning")
        for number in range(proxies):
            self.programs.start_proxy(number, "--log-level", "warning")
        until(lambda: metric("postern_proxies", CONTROLLER_ADMIN, state="active") == proxies,
              what="all proxies at the controller")

    def run(self, changes, done=lambda number: None):
        """`done`: called after each change with its number."""
        crowds = [self.world.crowd(port) for port in self.ports]
        try:
            for crowd in crowds:
                crowd.wait_for('"server"')
            for number in range(1, changes + 1):
                self.world.change()
                done(number)
        finally:
            for crowd in crowds:
                crowd.stop()
        return self.world.judge(crowds)
