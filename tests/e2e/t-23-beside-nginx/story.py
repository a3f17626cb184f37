"""The same auth service, the same clients, the same mail server: what it is asked and what they are
told, beside Debian's nginx. Each difference has a name here, and its reason in the decisions."""
import base64
import hashlib
import hmac

from lib.auth_service import PASSWORD, AuthService
from lib.fake_backend import FakeBackend, let_in
from lib.manifests import addresses, mail_server
from lib.nginx import start_nginx
from lib.raw import Raw
from lib.story import Story, main

POD = "127.0.0.21"
NGINX, POSTERN = 10143, 143
MAIL = """
  server_name mail.example.test; auth_http 127.0.0.1:9000/auth; auth_http_header X-Key word;
  imap_auth plain login cram-md5; timeout 20s;
  server { listen 127.0.0.1:10143; protocol imap; }
"""


def plain(user, password):
    return base64.b64encode(f"\0{user}\0{password}".encode())


def by_login(guest, user, password):
    return guest.ask(b"a LOGIN " + user.encode() + b" " + password.encode())


def by_plain(guest, user, password):
    return guest.ask(b"a AUTHENTICATE PLAIN " + plain(user, password))


def by_sasl_login(guest, user, password):
    guest.send(b"a AUTHENTICATE LOGIN\r\n")
    for text in (user, password):
        guest.line()
        guest.send(base64.b64encode(text.encode()) + b"\r\n")
    return guest.until(b"a ")


def by_cram(guest, user, password):
    guest.send(b"a AUTHENTICATE CRAM-MD5\r\n")
    challenge = base64.b64decode(guest.line()[2:])
    digest = hmac.new(password.encode(), challenge, hashlib.md5).hexdigest()
    guest.send(base64.b64encode(f"{user} {digest}".encode()) + b"\r\n")
    return guest.until(b"a ")


WAYS = {"LOGIN": by_login, "PLAIN": by_plain, "SASL LOGIN": by_sasl_login, "CRAM-MD5": by_cram}


def verdict(lines):
    """The tag and the status word: texts carry codes here and none there (design 10)."""
    return lines[-1].split()[:2]


class BesideNginx(Story):
    @classmethod
    def set_up_story(cls):
        cls.pod = FakeBackend(POD, 143, let_in)
        cls.addClassCleanup(cls.pod.close)
        cls.service = AuthService(lambda user: (POD, 143))
        cls.addClassCleanup(cls.service.stop)
        start_nginx(cls, MAIL, NGINX)
        cls.usual_manifests()
        cls.gate.write("mail.json", mail_server(
            "mail", [addresses("mailbox", {"pod": POD}, tls={"mode": "Disabled"})],
            protocols={"imap": {"mechanisms": ["PLAIN", "LOGIN", "CRAM-MD5"],
                                "listeners": [{"port": POSTERN, "plaintext": "Allow"}]}},
            loginProtection={"failureDelay": "0s", "maxFailuresPerSession": 20},
            authentication={"providers": [{"name": "auth", "http": {
                "style": "AuthHTTP", "strictness": "Nginx", "refusalText": "PassThrough",
                "url": "http://127.0.0.1:9000/auth",
                "headers": [{"name": "X-Key", "value": "word"}]}}]}))
        cls.gate.start()

    def both(self, do):
        """What `do` sees with each, and what the service was asked meanwhile."""
        out = []
        for port in (NGINX, POSTERN):
            before = len(self.service.asked)
            with Raw(port=port) as guest:
                seen = do(guest)
            out.append((seen, self.service.asked[before:]))
        return out

    def assert_asked_alike(self, nginx, postern):
        # AREQ: the same line, the same headers in the same order with the same values; a challenge
        # and its digest are of chance.
        def shape(asked):
            line, headers = asked
            names = [name for name, _ in headers]
            fixed = {name: value for name, value in headers if name not in ("Auth-Salt", "Auth-Pass")}
            shown = dict(headers)["Auth-Pass"] if "Auth-Salt" not in names else "a digest"
            return line, names, fixed, shown
        self.assertEqual([shape(one) for one in nginx], [shape(one) for one in postern])

    def test_every_way_to_log_in_is_asked_about_alike(self):
        for name, way in WAYS.items():
            with self.subTest(name):
                nginx, postern = self.both(lambda guest, way=way: way(guest, "anna", PASSWORD))
                self.assertEqual(verdict(nginx[0]), verdict(postern[0]))
                self.assertEqual([b"a", b"OK"], verdict(postern[0]))
                self.assert_asked_alike(nginx[1], postern[1])

    def test_a_refusal_with_a_wait_lets_him_try_again(self):
        def twice(guest):
            first = by_login(guest, "anna", "wrong")
            return verdict(first), verdict(guest.ask(b"b LOGIN anna " + PASSWORD.encode()))
        nginx, postern = self.both(twice)
        self.assertEqual(nginx[0], postern[0])
        self.assert_asked_alike(nginx[1], postern[1])

    def test_a_refusal_without_a_wait_ends_the_session(self):
        self.service.answers["gone"] = {"Auth-Status": "Account closed"}
        nginx, postern = self.both(
            lambda guest: (by_login(guest, "gone", "x")[-1], guest.rest()))
        self.assertEqual(b"a NO Account closed", nginx[0][0])
        self.assertEqual(nginx[0][0].split()[:2], postern[0][0].split()[:2])
        self.assertIn(b"Account closed", postern[0][0])
        self.assertEqual(nginx[0][1], postern[0][1])

    def test_odd_names_and_passwords_are_escaped_alike(self):
        for user, password in (("a%b", "p%w"), ("a b", "p w"), ("a+b", "p\"q\\r")):
            with self.subTest(user):
                nginx, postern = self.both(
                    lambda guest, u=user, p=password: verdict(by_plain(guest, u, p)))
                self.assertEqual(nginx[0], postern[0])
                self.assert_asked_alike(nginx[1], postern[1])

    def test_the_status_code_is_ignored_as_nginx_does(self):
        self.service.status = 500
        try:
            nginx, postern = self.both(lambda guest: verdict(by_login(guest, "anna", PASSWORD)))
        finally:
            self.service.status = 200
        self.assertEqual(nginx[0], postern[0])
        self.assertEqual([b"a", b"OK"], postern[0])

    def test_an_internal_error_is_told_by_the_tag_and_not_as_bad(self):
        # BUG-16: nginx says "* BAD", which completes no command, and closes.
        self.service.answers["lost"] = {"Auth-Status": "OK", "Auth-Server": "nowhere",
                                        "Auth-Port": "143"}
        with Raw(port=POSTERN) as guest:
            self.assertTrue(by_login(guest, "lost", "x")[-1].startswith(b"a NO [UNAVAILABLE]"))


if __name__ == "__main__":
    main()
