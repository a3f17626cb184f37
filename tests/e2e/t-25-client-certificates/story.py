"""Clients show certificates: what an auth service is told of them, beside Debian's nginx; and a
login by certificate all the way to a Dovecot, until the certificate is revoked."""
import base64
import re
import socket
import ssl

from lib.auth_service import PASSWORD, AuthService
from lib.certificates import Authority
from lib.fake_backend import FakeBackend, let_in
from lib.manifests import addresses, mail_server
from lib.nginx import start_nginx
from lib.story import MEMBERS, Story, main

POD = "127.0.0.21"
# By the word of nginx: its port, and our MailServer.
MODES = {"on": (10993, "must.example.test", "Required"),
         "optional": (10994, "may.example.test", "Optional"),
         "optional_no_ca": (10995, "any.example.test", "OptionalUnverified")}
STRICT = "strict.example.test"
OWN = "own.example.test"
BY_MASTER = """
auth_master_user_separator = *
passdb {{
  driver = passwd-file
  master = yes
  args = {folder}/masters
}}
"""
ONE = """
  server {{
    listen 127.0.0.1:{port} ssl; protocol imap; ssl_verify_client {mode}; ssl_verify_depth 2;
    ssl_certificate {pair[0]}; ssl_certificate_key {pair[1]};
    ssl_client_certificate {staff}; ssl_protocols TLSv1.2 TLSv1.3;
  }}
"""
MAIL = """
  server_name mail.example.test; auth_http 127.0.0.1:9000/auth; auth_http_pass_client_cert on;
  imap_auth plain external; timeout 20s;
  {servers}
"""


class Doorman(AuthService):
    """Knows people by their certificates, and the rest by the one password."""

    def decide(self, asked):
        if asked["Auth-Method"] != "external":
            return super().decide(asked)
        known = asked.get("Auth-SSL-Verify") == "SUCCESS"
        person = re.search("CN=([a-z]+)", asked.get("Auth-SSL-Subject", ""))
        if not known or not person:
            return {"Auth-Status": "No certificate of ours"}
        home = (MEMBERS["server-1"], 993) if asked["X-Home"] else (POD, 143)
        return {"Auth-Status": "OK", "Auth-User": f"{person[1]}@example.test",
                "Auth-Pass": PASSWORD, "Auth-Server": home[0], "Auth-Port": str(home[1])}


class Guest:
    """A client with a certificate, or without one."""

    def __init__(self, story, host, port=993, pair=None, session=None, context=None):
        self.context = context or ssl.create_default_context(cafile=story.ca)
        if pair:
            self.context.load_cert_chain(*pair)
        plain = socket.create_connection(("127.0.0.1", port), 20)
        self.socket = self.context.wrap_socket(plain, server_hostname=host, session=session)
        self.file = self.socket.makefile("rb")
        try:
            self.greeting = self.file.readline()
        except OSError:
            self.close()
            raise

    def ask(self, command):
        self.socket.sendall(command + b"\r\n")
        tag = command.split(b" ")[0] + b" "
        line = self.file.readline()
        while line and not line.startswith(tag):
            line = self.file.readline()
        return line.rstrip()

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def by_plain(guest):
    shown = base64.b64encode(f"\0anna\0{PASSWORD}".encode())
    return guest.ask(b"a AUTHENTICATE PLAIN " + shown).split()[:2]


def by_external(guest):
    return guest.ask(b"a AUTHENTICATE EXTERNAL " + base64.b64encode(b"anna")).split()[:2]


def bundle(name, key, text):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {key: text}}


class ClientCertificates(Story):
    @classmethod
    def set_up_story(cls):
        cls.staff = Authority(cls.folder / "staff", "staff")
        cls.strangers = Authority(cls.folder / "strangers", "strangers")
        cls.anna = cls.staff.issue_to("anna", "email:anna@example.test,URI:spiffe://example/anna")
        cls.bert = cls.staff.issue_to("bert")
        cls.eve = cls.strangers.issue_to("eve")
        (cls.folder / "masters").write_text("master:{PLAIN}m4ster\n")
        cls.dovecot("server-1", more=BY_MASTER.format(folder=cls.folder))
        cls.pod = FakeBackend(POD, 143, let_in)
        cls.addClassCleanup(cls.pod.close)
        cls.service = Doorman(lambda user: (POD, 143))
        cls.addClassCleanup(cls.service.stop)
        cls.start_nginx()
        cls.usual_manifests()
        cls.gate.remove("mail.json")
        cls.gate.write("staff.json", bundle("staff", "ca.crt", cls.staff.certificate.read_text()))
        cls.write_revoked(cls.staff.revoke())
        for _, host, mode in MODES.values():
            cls.write_server(host, {"mode": mode}, "Nginx", POD, tls={"mode": "Disabled"})
        cls.write_server(STRICT, {"mode": "Optional", "crlRefs": [
            {"kind": "ConfigMap", "name": "revoked"}]}, "Strict", MEMBERS["server-1"])
        cls.write_own()
        names = [host.split(".")[0] for _, host, _ in MODES.values()]
        cls.gate.start().settle(*names, "strict", "own")

    @classmethod
    def write_own(cls):
        """Nobody is asked: the certificate has the name, a master user opens the mailbox."""
        cls.gate.write("own.json", mail_server(
            "own", [addresses("mailbox", {"server-1": MEMBERS["server-1"]},
                              login={"method": "MasterUser", "secretRef": {"name": "master"}})],
            hostnames=(OWN,), protocols={"imap": {"listeners": [{"port": 993}]}},
            tls={"certificateRefs": [{"name": "mail-tls"}], "clientCertificates": {
                "mode": "Required",
                "caCertificateRefs": [{"kind": "ConfigMap", "name": "staff"}]}},
            authentication={"providers": [{"name": "own", "clientCertificate": {}}]}),
            {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/basic-auth",
             "metadata": {"name": "master"},
             "stringData": {"username": "master", "password": "m4ster"}})

    @classmethod
    def write_revoked(cls, text):
        cls.gate.write("revoked.json", bundle("revoked", "ca.crl", text))

    @classmethod
    def write_server(cls, host, clients, strictness, member, **backend):
        name = host.split(".")[0]
        headers = [{"name": "X-Home", "value": "dovecot"}] if name == "strict" else []
        http = {"style": "AuthHTTP", "strictness": strictness, "clientCertificate": "Send",
                "url": "http://127.0.0.1:9000/auth"}
        if headers:
            http["headers"] = headers
        clients = {"caCertificateRefs": [{"kind": "ConfigMap", "name": "staff"}], **clients}
        cls.gate.write(f"{name}.json", mail_server(
            name, [addresses("mailbox", {"server-1": member}, **backend)], hostnames=(host,),
            protocols={"imap": {"mechanisms": ["PLAIN", "EXTERNAL"],
                                "listeners": [{"port": 993}]}},
            tls={"certificateRefs": [{"name": "mail-tls"}], "clientCertificates": clients},
            authentication={"providers": [{"name": "auth", "http": http}]}))

    @classmethod
    def start_nginx(cls):
        servers = "".join(ONE.format(port=port, mode=mode, pair=cls.pair,
                                     staff=cls.staff.certificate)
                          for mode, (port, _, _) in MODES.items())
        start_nginx(cls, MAIL.format(servers=servers), MODES["on"][0])

    def both(self, mode, pair, do):
        """What `do` sees with each, and what the service was asked meanwhile."""
        port, host, _ = MODES[mode]
        out = []
        for at in (port, 993):
            before = len(self.service.asked)
            with Guest(self, host, at, pair) as guest:
                seen = do(guest)
            out.append((seen, self.service.asked[before:]))
        return out

    def assert_asked_alike(self, mode, pair, do, verified):
        (seen_there, asked_there), (seen_here, asked_here) = self.both(mode, pair, do)
        self.assertEqual(seen_there, seen_here)
        self.assertEqual(asked_there, asked_here)
        self.assertEqual(1, len(asked_here))
        self.assertEqual(verified, dict(asked_here[0][1])["Auth-SSL-Verify"])

    def test_a_verified_certificate_is_told_as_nginx_tells_it(self):
        for mode in MODES:
            for way in (by_plain, by_external):
                with self.subTest(mode=mode, way=way.__name__):
                    self.assert_asked_alike(mode, self.anna, way, "SUCCESS")

    def test_where_none_is_shown_that_is_told_as_nginx_tells_it(self):
        for mode in ("optional", "optional_no_ca"):
            with self.subTest(mode):
                self.assert_asked_alike(mode, None, by_plain, "NONE")

    def test_a_strangers_certificate_is_told_where_that_is_allowed(self):
        self.assert_asked_alike("optional_no_ca", self.eve, by_plain,
                                "FAILED:unable to verify the first certificate")

    def test_a_strangers_certificate_never_logs_in_by_itself(self):
        (there, _), (here, _) = self.both("optional_no_ca", self.eve, by_external)
        self.assertEqual([b"a", b"NO"], here)
        self.assertEqual(there, here)

    def assert_turned_away(self, host, pair, **more):
        asked = len(self.service.asked)
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            with Guest(self, host, pair=pair, **more) as guest:
                self.assertTrue(guest.greeting)
        self.assertEqual(asked, len(self.service.asked))

    def test_nobody_is_spoken_to_without_the_certificate_that_is_required(self):
        self.assert_turned_away("must.example.test", None)
        self.assert_turned_away("must.example.test", self.eve)
        self.assert_turned_away("may.example.test", self.eve)

    def test_a_certificate_opens_its_mailbox_at_dovecot(self):
        with Guest(self, STRICT, pair=self.anna) as guest:
            self.assertTrue(guest.ask(b"a AUTHENTICATE EXTERNAL =").startswith(b"a OK"))
            self.assertTrue(guest.ask(b"b SELECT INBOX").startswith(b"b OK"))

    def test_a_certificate_alone_opens_the_mailbox_that_is_named_in_it(self):
        asked = len(self.service.asked)
        with Guest(self, OWN, pair=self.anna) as guest:
            self.assertTrue(guest.ask(b"a AUTHENTICATE EXTERNAL =").startswith(b"a OK"))
            self.assertTrue(guest.ask(b"b SELECT INBOX").startswith(b"b OK"))
        for pair, wanted in ((self.anna, base64.b64encode(b"bert@example.test")), (self.bert, b"=")):
            with Guest(self, OWN, pair=pair) as guest:
                said = guest.ask(b"a AUTHENTICATE EXTERNAL " + wanted)
                self.assertTrue(said.startswith(b"a NO [AUTHENTICATIONFAILED]"), said)
        self.assertEqual(asked, len(self.service.asked))

    def test_external_is_offered_to_whoever_has_shown_a_certificate(self):
        offers = []
        for pair in (self.anna, None):
            with Guest(self, STRICT, pair=pair) as guest:
                guest.socket.sendall(b"a CAPABILITY\r\n")
                offers.append(b"AUTH=EXTERNAL" in guest.file.readline())
                self.assertTrue(guest.file.readline().startswith(b"a OK"))
                if not pair:
                    self.assertFalse(guest.ask(b"b AUTHENTICATE EXTERNAL =").startswith(b"b OK"))
        self.assertEqual([True, False], offers)

    def test_who_is_revoked_comes_in_no_more_not_even_by_a_session_from_before(self):
        first = Guest(self, STRICT, pair=self.bert)
        self.assertTrue(first.ask(b"a AUTHENTICATE EXTERNAL =").startswith(b"a OK"))
        context, session = first.context, first.socket.session
        with Guest(self, STRICT, session=session, context=context) as again:
            self.assertTrue(again.socket.session_reused)
            self.assertTrue(again.ask(b"a AUTHENTICATE EXTERNAL =").startswith(b"a OK"))
            session = again.socket.session
        self.gate.change("revoked.json",
                         bundle("revoked", "ca.crl", self.staff.revoke(self.bert[0])))
        self.assert_turned_away(STRICT, None, session=session, context=context)
        self.assertTrue(first.ask(b"b NOOP").startswith(b"b OK"))  # who is in stays
        first.close()
        with Guest(self, STRICT, pair=self.anna) as guest:
            self.assertTrue(guest.ask(b"a AUTHENTICATE EXTERNAL =").startswith(b"a OK"))


if __name__ == "__main__":
    main()
