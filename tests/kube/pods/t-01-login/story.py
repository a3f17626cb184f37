"""Users, proxies and mail pods in a whole cluster: pods die, come back and multiply, the MailServer
changes, the controller goes; each user stays on his own pod."""
import base64
import imaplib
import pathlib
import shutil
import tempfile
import unittest

from cluster import dovecot_pods
from cluster.guest import Guest
from conformance.suite import CLASS, INGRESS_CLASS, PORTS
from lib import placement
from lib.certificates import Authority
from lib.client import login, where
from lib.cluster_story import InCluster
from lib.manifests import API, HOST, LOOPBACK
from lib.waiting import until

PODS = ["dovecot-0", "dovecot-1"]
USERS = [f"user{number}@example.test" for number in range(12)]


def inline(path):
    return base64.b64encode(pathlib.Path(path).read_bytes()).decode()


def home_of(user):
    """What docs/placement.md says, computed by another program."""
    return placement.order(placement.seed("postern", "mail", "example"), PODS, user)[0]


def one_of(pod):
    return next(user for user in USERS if home_of(user) == pod)


def tls_secret(name, pair):
    return {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
            "metadata": {"name": name, "namespace": "mail"},
            "data": {"tls.crt": inline(pair[0]), "tls.key": inline(pair[1])}}


def mail_server(**more):
    backend = {"name": "mailboxes", "statefulSet": {"name": "dovecot", "members": len(PODS)},
               "tls": {"caCertificateRefs": [{"name": "mail-ca", "kind": "ConfigMap"}]}}
    return {"apiVersion": API, "kind": "MailServer",
            "metadata": {"name": "example", "namespace": "mail"},
            "spec": {"hostnames": [HOST], "protocols": {"imap": {}},
                     "tls": {"certificateRefs": [{"name": "mail-tls"}]}, "backends": [backend],
                     "loginProtection": {"exemptCIDRs": LOOPBACK}, **more}}


class Login(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="postern-"))
        cls.folder.chmod(0o755)
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.guest = Guest()
        cls.mail_pods()
        cls.programs = InCluster(cls.folder)
        cls.addClassCleanup(cls.programs.stop)
        cls.programs.start_controller("a", cls.guest.controller_kubeconfig)
        cls.programs.start_proxy()
        cls.is_ready()

    @classmethod
    def mail_pods(cls):
        cls.authority = Authority(cls.folder / "keys")
        cls.ca = cls.authority.certificate
        volumes = cls.folder / "volumes"
        volumes.mkdir()
        cls.guest.take(dovecot_pods.image())
        cls.guest.namespace("mail")
        cls.guest.apply(
            INGRESS_CLASS, {**CLASS, "spec": {"ports": PORTS}},
            tls_secret("mail-tls", cls.authority.issue("mail", HOST)),
            tls_secret("dovecot-tls", cls.authority.issue("dovecot", "dovecot.mail.svc")),
            {"apiVersion": "v1", "kind": "ConfigMap",
             "metadata": {"name": "mail-ca", "namespace": "mail"},
             "data": {"ca.crt": cls.ca.read_text()}},
            *dovecot_pods.manifests(volumes=volumes), mail_server())
        cls.pods_are_ready(2)

    @classmethod
    def pods_are_ready(cls, count):
        until(lambda: cls.guest.get("statefulset", "dovecot", "mail")["status"]
              .get("readyReplicas") == count, 60, f"{count} pods ready", every=0.2)

    @classmethod
    def is_ready(cls):
        until(lambda: cls.guest.condition("msrv", "example", "Ready", "mail") == "True", 30,
              "the MailServer's readiness", every=0.2)

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            print(self.programs.said())
            print(self.guest.kubectl("get", "pod,msrv,endpointslice", "-n", "mail",
                                     check=False).stdout)

    def homes(self):
        return {user: where(self.ca, user) for user in USERS}

    def gone(self, pod):
        before = self.guest.get("pod", pod, "mail")["metadata"]["uid"]
        self.guest.kubectl("delete", "pod", pod, "-n", "mail", "--wait=false")
        return before

    def is_back(self, pod, uid):
        def holds():
            fresh = self.guest.kubectl("get", "pod", pod, "-n", "mail", "-o",
                                       "jsonpath={.metadata.uid}", check=False).stdout
            ready = self.guest.condition("pod", pod, "Ready", "mail")
            return fresh and fresh != uid and ready == "True"
        until(holds, 60, f"{pod} back", every=0.2)

    def lands(self, user, pod):
        def holds():
            try:
                return where(self.ca, user) == pod
            except (OSError, imaplib.IMAP4.error):  # not yet
                return False
        until(holds, 30, f"{user} on {pod}", every=0.2)

    def test_1_each_user_lands_on_his_own_pod(self):
        self.assertEqual({user: home_of(user) for user in USERS}, self.homes())
        self.assertEqual(set(PODS), set(self.homes().values()))

    def test_2_a_deleted_pod_ends_its_sessions_and_no_others(self):
        lost, kept = one_of("dovecot-0"), one_of("dovecot-1")
        with_lost, with_kept = login(self.ca, lost), login(self.ca, kept)
        for client in (with_lost, with_kept):
            client.select()
            client.done = client.idle()
        before = self.gone("dovecot-0")
        self.until_it_ends(with_lost)
        self.is_back("dovecot-0", before)
        with_kept.done()
        self.assertEqual("OK", with_kept.noop()[0])
        with_kept.logout()
        self.lands(lost, "dovecot-0")

    @staticmethod
    def until_it_ends(client):
        """Its mail server is gone, and so is the session; a client waits for 20 s at most."""
        while client.readline():
            pass

    def test_3_scaling_the_stateful_set_moves_nobody(self):
        client = login(self.ca, USERS[0])
        self.guest.kubectl("scale", "statefulset/dovecot", "-n", "mail", "--replicas=3")
        self.pods_are_ready(3)
        self.assertEqual({user: home_of(user) for user in USERS}, self.homes())
        self.guest.kubectl("scale", "statefulset/dovecot", "-n", "mail", "--replicas=2")
        self.pods_are_ready(2)
        self.assertEqual("OK", client.noop()[0])
        client.logout()

    def test_4_a_changed_mail_server_ends_no_session(self):
        client = login(self.ca, USERS[1])
        self.guest.apply(mail_server(limits={"maxConnectionsPerUser": 7}))
        generation = self.guest.get("msrv", "example", "mail")["metadata"]["generation"]
        until(lambda: self.programmed(generation), 20, "the change in force", every=0.1)
        self.assertEqual("OK", client.noop()[0])
        client.logout()
        self.assertEqual(home_of(USERS[1]), where(self.ca, USERS[1]))

    def programmed(self, generation):
        status = self.guest.get("msrv", "example", "mail").get("status", {})
        return any(one["type"] == "Programmed" and one["status"] == "True"
                   and one["observedGeneration"] == generation
                   for one in status.get("conditions", []))

    def test_5_without_the_controller_logins_go_on(self):
        self.programs.controllers.pop("a").stop()
        self.assertEqual({user: home_of(user) for user in USERS}, self.homes())
        self.programs.start_controller("a", self.guest.controller_kubeconfig)
        self.is_ready()

    def test_6_a_deleted_mail_server_closes_its_port(self):
        self.guest.kubectl("delete", "msrv", "example", "-n", "mail")
        def refused():
            try:
                login(self.ca, USERS[0]).logout()
                return False
            except OSError:
                return True
        until(refused, 30, "the port closed", every=0.2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
