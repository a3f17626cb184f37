"""An auth service of thirty lines, written from nginx's documentation alone, works as it is: every
mechanism, to the right pod, and no further with what is wrong."""
import base64
import hashlib
import hmac
import pathlib
import socket
import ssl
import sys
import time

from lib.certificates import Authority
from lib.manifests import HOST, addresses, mail_server
from lib.process import Process
from lib.story import MEMBERS, Story, main

SERVICE = pathlib.Path(__file__).resolve().parents[3] / "examples/auth-http/service.py"
MECHANISMS = ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER", "EXTERNAL"]
TOKENS = {"anna": "t0ken", "bert": "t1ken"}
HOMES = {"anna": b"server-1", "bert": b"server-2"}


def encoded(text):
    return base64.b64encode(text.encode())


class Guest:
    """One login over TLS; `home` is who says that he has the mail."""

    def __init__(self, story, pair=None):
        context = ssl.create_default_context(cafile=story.ca)
        if pair:
            context.load_cert_chain(*pair)
        plain = socket.create_connection((story.gate_address, 993), 20)
        self.socket = context.wrap_socket(plain, server_hostname=HOST)
        self.file = self.socket.makefile("rb")
        self.file.readline()

    def say(self, line):
        self.socket.sendall(line + b"\r\n")

    def answer(self):
        line = self.file.readline()
        while line.startswith(b"* "):
            line = self.file.readline()
        return line.rstrip()

    def home(self):
        self.say(b'b ID ("name" "story")')
        return self.file.readline()

    def close(self):
        self.file.close()
        self.socket.close()


def one_line(mechanism, text):
    def log_in(guest):
        guest.say(b"a AUTHENTICATE " + mechanism + b" " + encoded(text))
        answer = guest.answer()
        if answer.startswith(b"+"):  # the refusal of a token, to be acknowledged
            guest.say(b"")
            answer = guest.answer()
        return answer
    return log_in


def in_words(user, password):
    def log_in(guest):
        guest.say(b"a AUTHENTICATE LOGIN")
        guest.answer()
        guest.say(encoded(user))
        guest.answer()
        guest.say(encoded(password))
        return guest.answer()
    return log_in


def by_digest(user, password):
    def log_in(guest):
        guest.say(b"a AUTHENTICATE CRAM-MD5")
        challenge = base64.b64decode(guest.answer()[2:])
        digest = hmac.new(password.encode(), challenge, hashlib.md5).hexdigest()
        guest.say(encoded(f"{user} {digest}"))
        return guest.answer()
    return log_in


def ways(user, password, token):
    bearer = f"auth=Bearer {token}\1\1"
    return {
        "PLAIN": one_line(b"PLAIN", f"\0{user}\0{password}"), "LOGIN": in_words(user, password),
        "CRAM-MD5": by_digest(user, password),
        "XOAUTH2": one_line(b"XOAUTH2", f"user={user}\1{bearer}"),
        "OAUTHBEARER": one_line(b"OAUTHBEARER", f"n,a={user},\1{bearer}"),
        "EXTERNAL": one_line(b"EXTERNAL", user)}


class ThirtyLines(Story):
    gate_address = "127.0.0.1"

    @classmethod
    def set_up_story(cls):
        for name in MEMBERS:
            cls.dovecot(name)
        staff = Authority(cls.folder / "staff", "staff")
        cls.pairs = {user: staff.issue_to(user) for user in HOMES}
        cls.usual_manifests()
        cls.gate.write("staff.json", {
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "staff"},
            "data": {"ca.crt": staff.certificate.read_text()}})
        cls.gate.write("mail.json", mail_server(
            "mail", [addresses("mailbox", MEMBERS)], protocols={"imap": {"mechanisms": MECHANISMS}},
            tls={"certificateRefs": [{"name": "mail-tls"}], "clientCertificates": {
                "caCertificateRefs": [{"kind": "ConfigMap", "name": "staff"}]}},
            authentication={"providers": [{"name": "auth", "http": {
                "style": "AuthHTTP", "clientCertificate": "Send",
                "url": "http://127.0.0.1:9000/auth"}}]}))
        cls.service = Process("service", [sys.executable, SERVICE, "9000"])
        cls.addClassCleanup(cls.service.stop)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", 9000), 1).close()
                break
            except ConnectionRefusedError:
                pass
        cls.gate.start()

    def logged_in(self, log_in, pair):
        guest = Guest(self, pair)
        self.addCleanup(guest.close)
        return log_in(guest), guest

    def test_it_is_of_thirty_lines_or_so(self):
        self.assertLess(len(SERVICE.read_text().splitlines()), 40)

    def test_every_mechanism_leads_its_user_home(self):
        for user, home in HOMES.items():
            for name, log_in in ways(user, "secret", TOKENS[user]).items():
                with self.subTest(user=user, mechanism=name):
                    answer, guest = self.logged_in(log_in, self.pairs[user])
                    self.assertTrue(answer.startswith(b"a OK"), answer)
                    self.assertIn(home, guest.home())

    def test_no_mechanism_lets_in_what_is_wrong(self):
        for name, log_in in ways("anna", "guessed", TOKENS["bert"]).items():
            with self.subTest(mechanism=name):
                answer, _ = self.logged_in(log_in, self.pairs["bert"])
                self.assertIn(b"a NO [AUTHENTICATIONFAILED]", answer)


if __name__ == "__main__":
    main()
