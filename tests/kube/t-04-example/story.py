"""examples/kubernetes as people apply it, at a real API server, with two real Dovecots where its
pods would be: conditions in their order, logins, the API server and etcd away, and the end."""
import base64
import subprocess

from cluster import node
from cluster.programs import ROOT
from cluster.story import GroundStory, main
from conformance.objects import Objects
from conformance.statuses import Statuses
from lib.certificates import Authority
from lib.client import login, where
from lib.cluster_story import InCluster
from lib.dovecot import Dovecot
from lib.manifests import endpoint_slice
from lib.waiting import until

EXAMPLES = ROOT / "examples/kubernetes"
HOST = "mail.example.com"
PODS = {"dovecot-0": "192.0.2.11", "dovecot-1": "192.0.2.12"}
KEY = ("mail", "example")
USER = "anna@example.com"
TRUST = "login_trusted_networks = 192.0.2.0/24"


def conditions(status):
    return {one["type"]: one["status"] for one in status.get("conditions", [])}


class Example(GroundStory):
    @classmethod
    def set_up_story(cls):
        pair = Authority(cls.folder / "backends").issue("dovecot", "dovecot.mail.svc")
        for name, address in PODS.items():
            node.add_address(address)
            server = Dovecot(cls.folder, name, address, pair, TRUST).start()
            cls.addClassCleanup(server.stop)
        cls.objects = Objects(cls.ground.api)
        cls.programs = InCluster(cls.folder)
        cls.addClassCleanup(cls.programs.stop)
        cls.statuses = Statuses(cls.ground.connect)
        cls.addClassCleanup(cls.statuses.stop)
        cls.controller = cls.programs.start_controller("a", cls.ground.controller_kubeconfig())
        cls.programs.start_proxy(wait=False)
        cls.ground.kubectl("apply", "-f", EXAMPLES)

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            print(self.programs.said())

    def expect(self, what, seconds=20, **wanted):
        """Until these conditions are so, told of the generation that there is now."""
        now = self.ground.get("msrv", "example", "mail")["metadata"]["generation"]

        def wrong(held):
            told = {one["type"]: one["status"]
                    for one in held.get(KEY, {}).get("status", {}).get("conditions", [])
                    if one["observedGeneration"] == now}
            return {name: told.get(name) for name in wanted if told.get(name) != wanted[name]}
        self.assertEqual({}, self.statuses.wait_for(wrong, seconds), what)

    def ca(self):
        """The certificate of the example signs itself."""
        file = self.folder / "example.pem"
        if not file.exists():
            secret = self.ground.get("secret", "mail-tls", "mail")
            file.write_bytes(base64.b64decode(secret["data"]["tls.crt"]))
        return file

    def test_1_without_the_secret_it_says_so(self):
        self.expect("no Secret", ResolvedRefs="False", Programmed="False", Ready="False")
        status = self.objects.get("MailServer", "example", "mail")["status"]
        self.assertIn("SecretNotFound", [one["reason"] for one in status["conditions"]])

    def test_2_conditions_come_in_their_order_and_users_get_in(self):
        self.ground.kubectl("apply", "-f", "-", stdin=self.secret())
        self.expect("references", ResolvedRefs="True", Programmed="True")
        slices = endpoint_slice("dovecot-by-hand", "dovecot", PODS)
        slices["metadata"]["namespace"] = "mail"
        self.objects.apply(slices)
        self.expect("ready", Accepted="True", ResolvedRefs="True", Programmed="True", Ready="True")
        seen = [conditions(status) for _, status in self.statuses.writes(KEY)]
        first = [next(number for number, one in enumerate(seen) if one.get(name) == "True")
                 for name in ("Accepted", "ResolvedRefs", "Programmed", "Ready")]
        self.assertEqual(sorted(first), first, seen)
        self.assertIn(where(self.ca(), USER, host=HOST), PODS)
        shown = self.ground.columns("msrv", "-n", "mail", "-o", "wide")
        self.assertRegex(shown.pop("AGE"), r"^\d+[sm]")
        until_when = shown.pop("CERT-EXPIRY")
        self.assertEqual({"NAME": "example", "HOSTNAME": HOST, "PROTOCOLS": "IMAP", "ADDRESS": "",
                          "READY": "True", "REASON": "Ready", "PROXIES": "1/1", "CLASS": "",
                          "INSECURE": "BackendPlaintext",
                          "MESSAGE": self.message("Ready")}, shown)
        status = self.objects.get("MailServer", "example", "mail")["status"]
        self.assertEqual(status["earliestCertificateExpiryTime"], until_when)

    def message(self, what):
        status = self.objects.get("MailServer", "example", "mail")["status"]
        return {one["type"]: one["message"] for one in status["conditions"]}[what]

    @staticmethod
    def secret():
        return subprocess.run([EXAMPLES / "tls-secret", HOST], capture_output=True, text=True,
                              check=True).stdout

    def test_3_with_the_api_server_away_everything_goes_on(self):
        client = login(self.ca(), USER, host=HOST)
        home = client.server_name()
        self.ground.stop_one("kube-apiserver")
        self.assertEqual(home, where(self.ca(), USER, host=HOST))
        self.ground.start_api_server()
        self.change("after the API server was away")
        self.assertEqual("OK", client.noop()[0])
        client.logout()

    def test_4_etcd_is_started_again_and_everything_goes_on(self):
        client = login(self.ca(), USER, host=HOST)
        self.ground.stop_one("etcd")
        self.ground.start_etcd()
        until(self.ground.is_ready, 60, "the API server with its etcd", every=0.1)
        self.change("after etcd was away")
        self.assertEqual("OK", client.noop()[0])
        client.logout()

    def change(self, greeting):
        """A change is in force soon, and the programs are those that were there."""
        self.ground.kubectl("patch", "msrv", "example", "-n", "mail", "--type=merge", "-p",
                            '{"spec": {"protocols": {"imap": {"greeting": "%s"}}}}' % greeting)
        self.expect(greeting, 30, Programmed="True")
        for process in (self.controller, self.programs.proxies[0]):
            self.assertFalse(process.ended, process.name)
        client = login(self.ca(), USER, host=HOST)
        self.assertIn(greeting.encode(), client.welcome)
        client.logout()

    def test_5_events_tell_what_became_of_it(self):
        told = self.ground.kubectl("get", "events", "-n", "mail", "-o",
                                   "jsonpath={range .items[*]}"
                                   "{.involvedObject.kind}/{.reason} {end}")
        self.assertIn("MailServer/Programmed", told)

    def class_is_told(self):
        item = self.objects.get("MailClass", "postern")
        return any(one["type"] == "Programmed" and one["status"] == "True"
                   and one["observedGeneration"] == item["metadata"]["generation"]
                   for one in item.get("status", {}).get("conditions", []))

    def test_6_deleted_it_takes_its_sessions_and_its_port_with_it(self):
        self.ground.kubectl("patch", "mcls", "postern", "--type=merge", "-p",
                            '{"spec": {"drain": {"minimum": "0s", "spread": "1s", '
                            '"deadline": "10s"}}}')
        until(self.class_is_told, 40, "the class in force")
        client, ca = login(self.ca(), USER, host=HOST), self.ca()
        self.ground.kubectl("delete", "msrv", "example", "-n", "mail")
        said = b""
        while line := client.readline():
            said += line
        self.assertIn(b"BYE", said)

        def refused():
            try:
                login(ca, USER, host=HOST).logout()
                return False
            except OSError:
                return True
        until(refused, 20, "the port closed")


if __name__ == "__main__":
    main()
