"""The class says which ports are open and where; changes to it hold at once."""
import socket

from lib.fake_backend import FakeBackend, named
from lib.manifests import API, addresses, mail_server
from lib.raw import Raw
from lib.story import MEMBERS, Story, main


def mail_class(*ports, **spec):
    return {"apiVersion": API, "kind": "MailClass", "metadata": {"name": "postern"},
            "spec": {"ports": list(ports), **spec}}


def is_open(address, port):
    try:
        socket.create_connection((address, port), 2).close()
        return True
    except OSError:
        return False


class OfAClass(Story):
    @classmethod
    def set_up_story(cls):
        for name, address in MEMBERS.items():
            cls.addClassCleanup(FakeBackend(address, 143, named(name), remember=False).close)
        cls.usual_manifests()
        cls.gate.write("mail.json", mail_server(
            "mail", [addresses("mailbox", MEMBERS, tls={"mode": "Disabled"})],
            protocols={"imap": {"listeners": [
                {"port": 143, "tls": "StartTLS", "plaintext": "Allow"},
                {"port": 1143, "tls": "StartTLS", "plaintext": "Allow"}]}}))
        cls.gate.write("class.json", mail_class({"port": 143}))
        cls.gate.start().settle()

    def test_1_only_what_the_class_opens_is_open(self):
        self.assertTrue(is_open("127.0.0.1", 143))
        self.assertFalse(is_open("127.0.0.1", 1143))
        self.assertIn("PortNotServed", self.status())

    def status(self):
        return (self.gate.folder / ".postern/status/default.mail.yaml").read_text()

    def test_2_a_port_that_it_opens_later_is_open_at_once_where_it_says(self):
        self.gate.change("class.json", mail_class(
            {"port": 143}, {"port": 1143, "addresses": ["127.0.0.5"],
                            "socket": {"backlog": 16, "keepAlive": {"idle": "2m"}}}),
            says="Ready (2")
        self.assertTrue(is_open("127.0.0.5", 1143))
        self.assertFalse(is_open("127.0.0.1", 1143))
        self.assertNotIn("PortNotServed", self.status())

    def test_3_a_class_that_cannot_be_read_changes_nothing(self):
        before = len(self.gate.process.lines)
        self.gate.write("class.json", mail_class({"port": 70000}))
        self.gate.process.wait_for("MailClass", after=before)
        self.assertTrue(is_open("127.0.0.5", 1143))

    def test_4_a_namespace_that_no_rule_fits_is_told_so(self):
        rule = {"name": "own", "selector": {"matchLabels": {"kubernetes.io/metadata.name": "x"}}}
        before = len(self.gate.process.lines)
        self.gate.write("class.json", mail_class({"port": 143}, namespaces=[rule]))
        self.gate.process.wait_for("namespace", after=before)

    def test_5_egress_keeps_backends_in_their_networks(self):
        before = len(self.gate.process.lines)
        self.gate.write("class.json", mail_class({"port": 143},
                                                 egress={"allowedCIDRs": ["10.0.0.0/8"]}))
        self.gate.process.wait_for("127.0.0.11", after=before)
        self.gate.process.wait_for("mailserver default/mail: Degraded", after=before)
        with Raw(143) as client:
            answer = client.ask(b"a LOGIN alice secret")[-1]
            self.assertIn(b"[UNAVAILABLE]", answer)


if __name__ == "__main__":
    main()
