"""What runs on a node: containerd, kubelet, kube-scheduler, kube-proxy, DNS, and their settings."""
import json

from lib.process import Process

from . import node
from .programs import API_GROUND, program

NODE = "node-1"
DOMAIN = "cluster.local"
SOCKET = "/run/containerd/containerd.sock"
PAUSE = "localhost/pause:1"
CONTAINERD = """version = 2
root = "{folder}/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs"]
[plugins."io.containerd.internal.v1.opt"]
  path = "{folder}/containerd-opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
"""
COREFILE = """.:53 {{
  bind {address}
  errors
  kubernetes {domain} in-addr.arpa {{
    kubeconfig {kubeconfig}
    ttl 1
  }}
}}
"""
ALL = (*API_GROUND, "kubelet", "kube-scheduler", "kube-proxy", "coredns")


def network(folder):
    return {"cniVersion": "0.4.0", "name": "pods", "plugins": [
        {"type": "bridge", "bridge": "pods", "isGateway": True, "hairpinMode": True,
         "ipam": {"type": "host-local", "dataDir": f"{folder}/cni-addresses",
                  "ranges": [[{"subnet": node.PODS}]], "routes": [{"dst": "0.0.0.0/0"}]}},
        {"type": "portmap", "capabilities": {"portMappings": True}}]}


def containerd(folder):
    (folder / "cni").mkdir()
    (folder / "cni/10-pods.conflist").write_text(json.dumps(network(folder)))
    config = folder / "containerd.toml"
    config.write_text(CONTAINERD.format(folder=folder, pause=PAUSE))
    return Process("containerd", ["containerd", "--config", config, "--address", SOCKET,
                                  "--log-level", "warn"])


def kubelet(folder, authority, kubeconfig, cgroup):
    settings = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
        "authentication": {"anonymous": {"enabled": False}, "webhook": {"enabled": False},
                           "x509": {"clientCAFile": str(authority.certificate)}},
        "authorization": {"mode": "AlwaysAllow"},
        "tlsCertFile": str(folder / "keys/kubelet-server.pem"),
        "tlsPrivateKeyFile": str(folder / "keys/kubelet-server.key"),
        "cgroupDriver": "cgroupfs", "cgroupRoot": f"/{cgroup}", "failCgroupV1": False,
        "failSwapOn": False, "enforceNodeAllocatable": [], "oomScoreAdj": 0,
        "evictionHard": {"memory.available": "50Mi", "nodefs.available": "1%",
                         "nodefs.inodesFree": "1%", "imagefs.available": "1%"},
        "containerRuntimeEndpoint": f"unix://{SOCKET}", "podLogsDir": f"{folder}/logs",
        "volumePluginDir": f"{folder}/volume-plugins", "resolvConf": f"{folder}/resolv.conf",
        "clusterDNS": [node.ADDRESS], "clusterDomain": DOMAIN, "healthzPort": 0,
        "localStorageCapacityIsolation": False}
    config = folder / "kubelet.json"
    config.write_text(json.dumps(settings, indent=1))
    return Process("kubelet", [
        program("kubelet", ALL), f"--config={config}", f"--kubeconfig={kubeconfig}",
        f"--hostname-override={NODE}", f"--node-ip={node.ADDRESS}",
        f"--root-dir={folder}/kubelet", f"--cert-dir={folder}/own"])


def scheduler(folder, kubeconfig):
    return Process("kube-scheduler", [
        program("kube-scheduler", ALL), f"--kubeconfig={kubeconfig}", "--leader-elect=false",
        "--bind-address=127.0.0.1", f"--cert-dir={folder}/own-scheduler", "--profiling=false"])


def service_proxy(kubeconfig):
    return Process("kube-proxy", [
        program("kube-proxy", ALL), f"--kubeconfig={kubeconfig}", "--proxy-mode=iptables",
        f"--cluster-cidr={node.PODS}", f"--hostname-override={NODE}", "--conntrack-max-per-core=0",
        "--oom-score-adj=0", "--healthz-bind-address=127.0.0.1:10256",
        "--iptables-min-sync-period=100ms"])


def names(folder, kubeconfig):
    corefile = folder / "Corefile"
    corefile.write_text(COREFILE.format(address=node.ADDRESS, domain=DOMAIN, kubeconfig=kubeconfig))
    return Process("coredns", [program("coredns", ALL), "-conf", corefile])
