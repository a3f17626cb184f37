"""etcd, kube-apiserver and kube-controller-manager, with an authority of the run's own and RBAC on.
Each can be stopped and started again alone, as happens in life."""
import pathlib

from lib.certificates import Authority, openssl
from lib.process import Process
from lib.waiting import until

from . import kubeconfig, node
from .api import Api
from .programs import program

SERVER = f"https://{node.ADDRESS}:6443"
NAMES = ",".join([f"IP:{node.ADDRESS}", f"IP:{node.FIRST_SERVICE}", "IP:127.0.0.1", "DNS:localhost",
                  "DNS:kubernetes", "DNS:kubernetes.default", "DNS:kubernetes.default.svc",
                  "DNS:kubernetes.default.svc.cluster.local"])
AUDIT = """apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
"""


class ControlPlane:
    api_flags = ()  # further ones, for what a story needs otherwise

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.running = {}
        self.authority = self.admin = self.api = None

    # --- what is made before anything starts

    def make_keys(self):
        self.authority = Authority(self.folder / "keys", "cluster authority")
        self.serving = self.authority.sign("apiserver", "/CN=kube-apiserver", NAMES)
        self.accounts = self.folder / "keys/accounts.key"
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048",
                "-out", self.accounts)
        self.pair = self.authority.sign("admin", "/O=system:masters/CN=admin")
        self.admin = self.kubeconfig_by("admin", self.pair)
        self.kubelet_client = self.authority.sign("kubelet-client",
                                                  "/O=system:masters/CN=kube-apiserver-kubelet")

    def kubeconfig_by(self, user, pair):
        return kubeconfig.by_certificate(self.folder / f"{user}.kubeconfig", SERVER,
                                         self.authority.certificate, user, pair)

    def system_kubeconfig(self, name, organization=""):
        subject = (f"/O={organization}" if organization else "") + f"/CN=system:{name}"
        file = name.replace(":", "-")
        return self.kubeconfig_by(file, self.authority.sign(file, subject))

    # --- the programs

    def start(self):
        node.prepare()
        self.make_keys()
        self.start_etcd()
        self.start_api_server()
        self.start_controllers()
        return self

    def start_etcd(self):
        url = "http://127.0.0.1:2379"
        self.running["etcd"] = Process("etcd", [
            program("etcd"), "--data-dir", self.folder / "etcd", "--listen-client-urls", url,
            "--advertise-client-urls", url, "--listen-peer-urls", "http://127.0.0.1:2380",
            "--log-level", "error", "--unsafe-no-fsync"])

    def start_api_server(self):
        policy = self.folder / "audit.yaml"
        policy.write_text(AUDIT)
        self.running["kube-apiserver"] = Process("kube-apiserver", [
            program("kube-apiserver"), "--etcd-servers=http://127.0.0.1:2379",
            "--bind-address=0.0.0.0", f"--advertise-address={node.ADDRESS}", "--secure-port=6443",
            f"--tls-cert-file={self.serving[0]}", f"--tls-private-key-file={self.serving[1]}",
            f"--client-ca-file={self.authority.certificate}",
            f"--kubelet-client-certificate={self.kubelet_client[0]}",
            f"--kubelet-client-key={self.kubelet_client[1]}",
            f"--kubelet-certificate-authority={self.authority.certificate}",
            f"--cert-dir={self.folder / 'own'}", f"--service-cluster-ip-range={node.SERVICES}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self.accounts}",
            f"--service-account-signing-key-file={self.accounts}",
            "--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
            "--kubelet-preferred-address-types=InternalIP",
            "--allow-privileged=true", "--profiling=false", f"--audit-policy-file={policy}",
            f"--audit-log-path={self.audit_log}", *self.api_flags])
        if self.api:
            self.api.close()
        self.api = self.connect()
        until(self.is_ready, 90, "the API server's readiness", every=0.1)

    def start_controllers(self):
        kubeconfig_file = self.system_kubeconfig("kube-controller-manager")
        self.running["kube-controller-manager"] = Process("kube-controller-manager", [
            program("kube-controller-manager"), f"--kubeconfig={kubeconfig_file}",
            f"--service-account-private-key-file={self.accounts}",
            "--use-service-account-credentials=true",
            f"--root-ca-file={self.authority.certificate}", "--bind-address=127.0.0.1",
            f"--cert-dir={self.folder / 'own'}", "--leader-elect=false", "--profiling=false"])

    def connect(self):
        """A connection of one's own, as an admin."""
        return Api(node.ADDRESS, 6443, self.authority.certificate, self.pair)

    def is_ready(self):
        self.still_runs("etcd")
        self.still_runs("kube-apiserver")
        try:
            return self.api.get("/readyz").code == 200
        except OSError:
            return False

    def still_runs(self, name):
        process = self.running[name]
        if process.ended:
            raise AssertionError(f"{name} ended:\n{process.output()}")

    def stop_one(self, name, seconds=10):
        """Asked to end twice; one that holds watches open is then ended."""
        if process := self.running.pop(name, None):
            by_itself = process.ended
            process.stop(seconds)
            assert not by_itself, f"{name} had ended by itself:\n{process.output()}"

    def stop(self):
        for name in list(reversed(self.running)):
            self.stop_one(name, seconds=0)  # its data go, too: nothing is worth waiting for

    @property
    def audit_log(self):
        return self.folder / "audit.log"
