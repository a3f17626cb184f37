"""The pod ground: a whole cluster of one node, in the namespaces (network, mounts, processes) of
whoever starts it. When those go, everything goes but the cgroups and the folder."""
import os
import pathlib
import shutil
import subprocess

from lib.waiting import until

from . import cgroups, node, node_programs
from .ground import Ground
from .image import Image, Images
from .node_programs import DOMAIN, NODE, PAUSE


class Box(Ground, Images):
    def __init__(self, folder):
        super().__init__(folder)
        self.cgroup = f"postern-box-{self.folder.resolve().name}"

    def start(self):
        self.prepare_machine()
        super().start()
        self.authority.sign("kubelet-server", f"/CN={NODE}", f"IP:{node.ADDRESS},DNS:{NODE}")
        self.start_node()
        until(self.is_node_ready, 60, "the node's readiness", every=0.2)
        return self

    def prepare_machine(self):
        """A /run and a resolver of the box's own, forwarding on, a cgroup."""
        (self.folder / "logs").mkdir()
        (self.folder / "resolv.conf").write_text(
            f"search default.svc.{DOMAIN} svc.{DOMAIN} {DOMAIN}\nnameserver {node.ADDRESS}\n"
            "options ndots:5\n")
        mount("-t", "tmpfs", "tmpfs", "/run")
        mount("--bind", self.folder / "resolv.conf", "/etc/resolv.conf")
        # The kubelet's, whatever it is told.
        for place in ("/var/lib/kubelet", "/var/log/containers"):
            os.makedirs(place, exist_ok=True)
            mount("-t", "tmpfs", "tmpfs", place)
        pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
        cgroups.make(self.cgroup)

    def start_node(self):
        folder, running = self.folder, self.running
        running["containerd"] = node_programs.containerd(folder)
        until(lambda: self.ctr("version"), 20, "containerd")
        self.take(Image(PAUSE).add("/usr/bin/sleep"), "/usr/bin/sleep", "infinity")
        running["kubelet"] = node_programs.kubelet(
            folder, self.authority, self.system_kubeconfig(f"node:{NODE}", "system:nodes"),
            self.cgroup)
        running["kube-scheduler"] = node_programs.scheduler(
            folder, self.system_kubeconfig("kube-scheduler"))
        running["kube-proxy"] = node_programs.service_proxy(self.system_kubeconfig("kube-proxy"))
        running["coredns"] = node_programs.names(folder, self.admin)

    def is_node_ready(self):
        for name in self.running:
            self.still_runs(name)
        return self.condition("node", NODE, "Ready") == "True"

    def stop(self):
        """Workloads first, or their shims outlive containerd."""
        if "kubelet" in self.running:
            self.kubectl("delete", "statefulset,deployment,daemonset,job,pod", "--all", "-A",
                         "--grace-period=1", "--timeout=60s", check=False)
        for task in self.ctr("tasks", "list", "-q").split() if "containerd" in self.running else []:
            self.ctr("tasks", "kill", "-s", "SIGKILL", task)
        super().stop()

    def clear(self):
        """What outlives the namespaces; called outside them, when all processes are gone."""
        until(lambda: not cgroups.remove(self.cgroup), 20, "empty cgroups", every=0.2)
        shutil.rmtree(self.folder, ignore_errors=True)


def mount(*words):
    subprocess.run(["mount", *words], check=True, capture_output=True)
