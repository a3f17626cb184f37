"""An auth service that was written for nginx decides who may log in, and where his mail is."""
import base64
import hashlib
import hmac
import imaplib
import time

from lib.auth_service import PASSWORD, AuthService
from lib.client import refusal, where
from lib.manifests import addresses, mail_server
from lib.raw import Raw
from lib.story import MEMBERS, Story, main

HOMES = {"anna@example.test": "server-1", "bert@example.test": "server-2"}


def provider(**http):
    return {"providers": [{"name": "auth", "timeout": "2s", "http": {
        "style": "AuthHTTP", "url": "http://127.0.0.1:9000/auth?x=1", **http}}]}


class AuthHttp(Story):
    @classmethod
    def set_up_story(cls):
        for name in MEMBERS:
            cls.dovecot(name)
        cls.start_service()
        cls.usual_manifests()
        imap = {"imap": {"mechanisms": ["PLAIN", "LOGIN", "CRAM-MD5"]}}
        cls.gate.write("mail.json", mail_server(
            "mail", [addresses("mailbox", MEMBERS)], protocols=imap, authentication=provider()))
        cls.gate.start()

    @classmethod
    def start_service(cls):
        cls.service = AuthService(lambda user: (MEMBERS[HOMES.get(user, "server-1")], 993))
        cls.addClassCleanup(lambda: cls.service.stop())

    def test_each_user_is_sent_where_the_service_says(self):
        for user, home in HOMES.items():
            self.assertEqual(home, where(self.ca, user))

    def test_a_wrong_password_is_refused_and_the_pods_hear_nothing_of_it(self):
        self.assertIn("[AUTHENTICATIONFAILED]", refusal(self.ca, "anna@example.test", "wrong"))

    def test_the_service_is_told_what_nginx_tells_it(self):
        where(self.ca, "anna@example.test")
        line, headers = self.service.asked[-1]
        told = dict(headers)
        self.assertTrue(line.startswith("GET /auth?x=1 HTTP/1."), line)
        self.assertEqual("plain", told["Auth-Method"])
        self.assertEqual("anna@example.test", told["Auth-User"])
        self.assertEqual("secret", told["Auth-Pass"])
        self.assertEqual("imap", told["Auth-Protocol"])
        self.assertEqual("1", told["Auth-Login-Attempt"])
        self.assertEqual("127.0.0.1", told["Client-IP"])
        self.assertEqual("on", told["Auth-SSL"])
        self.assertEqual("TLSv1.3", told["Auth-SSL-Protocol"])

    def test_a_digest_is_checked_by_the_service(self):
        with Raw(port=993, tls=self.ca) as guest:
            guest.send(b"a AUTHENTICATE CRAM-MD5\r\n")
            challenge = base64.b64decode(guest.line()[2:])
            digest = hmac.new(PASSWORD.encode(), challenge, hashlib.md5).hexdigest()
            guest.send(base64.b64encode(f"bert@example.test {digest}".encode()) + b"\r\n")
            self.assertTrue(guest.until(b"a ")[-1].startswith(b"a OK"))

    def test_an_address_that_no_backend_has_is_never_dialled(self):
        self.service.answers["eve@example.test"] = {
            "Auth-Status": "OK", "Auth-Server": "127.0.0.1", "Auth-Port": "9901"}
        self.assertIn("[UNAVAILABLE]", refusal(self.ca, "eve@example.test"))

    def test_an_outage_is_no_wrong_password_and_ends_with_the_service_s_return(self):
        self.service.stop()
        self.assertIn("[UNAVAILABLE]", refusal(self.ca, "anna@example.test"))
        type(self).start_service()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:  # each try takes its own time
            try:
                self.assertEqual("server-1", where(self.ca, "anna@example.test"))
                return
            except imaplib.IMAP4.error as error:
                self.assertIn("[UNAVAILABLE]", str(error))
        self.fail("the service is back, and nobody is let in")

    def test_no_password_is_in_any_line(self):
        refusal(self.ca, "anna@example.test", "a-very-wrong-word")
        self.assertNotIn("a-very-wrong-word", self.gate.process.output())


if __name__ == "__main__":
    main()
