"""Real mail servers let users in by a master user, by tokens, and by the proxy's own certificate."""
import base64
import json

from lib.auth_service import AuthService
from lib.client import Client, login, refusal
from lib.introspection import Introspection
from lib.manifests import addresses, mail_server, tls_secret
from lib.raw import Raw
from lib.story import MEMBERS, Story, main

JOE, EVE = "joe@example.test", "eve@example.test"
TOKEN = "a-good-token"
FIRST = {"server-1": MEMBERS["server-1"]}
SECOND = {"server-2": MEMBERS["server-2"]}

# Of the first server: a master user, and tokens that a service of ours knows.
BY_MASTER = """
auth_mechanisms = plain login xoauth2 oauthbearer
auth_master_user_separator = *
passdb {{
  driver = passwd-file
  master = yes
  args = {folder}/masters
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
"""
OAUTH2 = """
introspection_url = http://127.0.0.1:9100/introspect
introspection_mode = post
username_attribute = email
active_attribute = active
active_value = true
"""
# Of the second: whoever shows the proxy's certificate may name the user.
BY_CERTIFICATE = """
auth_mechanisms = plain external
ssl_ca = <{ca}
ssl_verify_client_cert = yes
ssl_require_crl = no
auth_ssl_require_client_cert = yes
auth_ssl_username_from_cert = yes
passdb {{
  driver = passwd-file
  master = yes
  args = {folder}/certified
}}
"""


def asking(style="AuthHTTP"):
    return {"providers": [{"name": "accounts", "http": {
        "style": style, "url": "http://127.0.0.1:9000/"}}]}


def by_master(**login):
    return {"method": "MasterUser", "secretRef": {"name": "master"}, **login}


def plain(authzid, name, password):
    return base64.b64encode(f"{authzid}\0{name}\0{password}".encode()).decode()


def bearer(user, token):
    return base64.b64encode(f"n,a={user},\1auth=Bearer {token}\1\1".encode()).decode()


def xoauth2(user, token):
    return base64.b64encode(f"user={user}\1auth=Bearer {token}\1\1".encode()).decode()


class BackendLogins(Story):
    @classmethod
    def set_up_story(cls):
        for file, text in {"masters": "master:{PLAIN}m4ster\n", "oauth2.conf": OAUTH2,
                           "certified": "proxy:::::::nopassword=y\n"}.items():
            (cls.folder / file).write_text(text)
        first = cls.dovecot("server-1", more=BY_MASTER.format(folder=cls.folder))
        second = cls.dovecot("server-2", more=BY_CERTIFICATE.format(folder=cls.folder, ca=cls.ca))
        for server in (first, second):
            server.maildir(JOE).add("Subject: for joe alone\n\nhello\n")
            server.give_to_dovecot(JOE)
        cls.accounts = AuthService(lambda user: (MEMBERS[cls.home], 993))
        cls.addClassCleanup(cls.accounts.stop)
        cls.tokens = Introspection({TOKEN: JOE})
        cls.addClassCleanup(cls.tokens.stop)
        cls.home = "server-1"
        cls.write_manifests()
        cls.gate.start()

    @classmethod
    def write_manifests(cls):
        proxy = cls.authority.issue("proxy", "proxy")
        cls.gate.write("secrets.json", tls_secret("mail-tls", cls.pair, cls.ca),
                       tls_secret("proxy-tls", proxy, cls.ca),
                       {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/basic-auth",
                        "metadata": {"name": "master"},
                        "stringData": {"username": "master", "password": "m4ster"}})
        pod = {"providers": [{"name": "pods", "backend": {
            "mechanisms": ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"]}}]}
        tokens = {"imap": {"mechanisms": ["XOAUTH2", "OAUTHBEARER"]}}
        certified = {"tls": {"clientCertificateRef": {"name": "proxy-tls"}},
                     "login": {"method": "ClientCertificate"}}
        named = by_master(form="NameThenMaster")
        servers = {
            "authzid": ([addresses("box", FIRST, login=by_master())], {"authentication": asking()}),
            "named": ([addresses("box", FIRST, login=named)], {"authentication": asking()}),
            "pods": ([addresses("box", FIRST)], {"authentication": pod}),
            "checked": ([addresses("box", FIRST, login={"method": "OAuthToken"})],
                        {"authentication": asking(), "protocols": tokens}),
            "certified": ([addresses("box", SECOND, **certified)], {"authentication": asking()}),
            "masters": ([addresses("box", FIRST)], {"authentication": pod, "users": {
                "masterUsers": {"separator": "*", "allowed": ["master"]}}}),
        }
        for name, (backends, more) in servers.items():
            cls.gate.write(f"{name}.json", mail_server(
                name, backends, hostnames=[f"{name}.example.test"], **more))

    def raw(self, name):
        return Raw(port=993, host=f"{name}.example.test", tls=self.ca)

    def assert_in_joes_mailbox(self, client):
        self.assertEqual([b"1"], client.select("INBOX")[1], "his one message")
        client.logout()

    def assert_raw_in_joes_mailbox(self, guest):
        told = guest.ask(b"z STATUS INBOX (MESSAGES)")
        self.assertIn(b"MESSAGES 1", b" ".join(told))

    def log_in(self, name, user=JOE, password="secret"):
        # In quotes: the separator cannot stand in a bare word.
        return login(self.ca, f'"{user}"', password, host=f"{name}.example.test")

    def refused(self, name, user, password):
        return refusal(self.ca, f'"{user}"', password, host=f"{name}.example.test")

    def test_the_master_opens_the_mailbox_of_whom_a_service_has_verified(self):
        for name in ("authzid", "named"):
            with self.subTest(name):
                self.assert_in_joes_mailbox(self.log_in(name))

    def test_a_wrong_password_is_not_saved_by_the_master(self):
        for name in ("authzid", "named", "certified"):
            with self.subTest(name):
                self.assertIn("[AUTHENTICATIONFAILED]", self.refused(name, JOE, "wrong"))

    def test_nobody_becomes_another_by_the_separator(self):
        self.accounts.answers[f"{JOE}*{EVE}"] = {
            "Auth-Status": "OK", "Auth-Server": MEMBERS["server-1"], "Auth-Port": "993"}
        self.assertIn("[AUTHENTICATIONFAILED]", self.refused("named", f"{JOE}*{EVE}", "secret"))

    def test_the_pod_decides_on_passwords_and_on_tokens(self):
        self.assert_in_joes_mailbox(self.log_in("pods"))
        for words in (f"XOAUTH2 {xoauth2(JOE, TOKEN)}", f"OAUTHBEARER {bearer(JOE, TOKEN)}"):
            with self.subTest(words.split()[0]), self.raw("pods") as guest:
                answer = guest.ask(f"a AUTHENTICATE {words}".encode())
                self.assertTrue(answer[-1].startswith(b"a OK"), answer)
                self.assert_raw_in_joes_mailbox(guest)

    def test_what_the_pod_has_against_a_token_is_told_to_the_client(self):
        for words, end in ((f"XOAUTH2 {xoauth2(JOE, 'old')}", b""),
                           (f"OAUTHBEARER {bearer(JOE, 'old')}", b"AQ==")):
            with self.subTest(words.split()[0]), self.raw("pods") as guest:
                guest.send(f"a AUTHENTICATE {words}\r\n".encode())
                challenge = guest.line()
                self.assertTrue(challenge.startswith(b"+ "), challenge)
                self.assertIn("status", json.loads(base64.b64decode(challenge[2:])))
                guest.send(end + b"\r\n")
                self.assertIn(b"a NO [AUTHENTICATIONFAILED]", guest.line())
        self.assertEqual(self.tokens.asked.count("old"), 2, "each was tried once")

    def test_a_token_of_another_opens_nothing(self):
        with self.raw("pods") as guest:
            guest.send(f"a AUTHENTICATE XOAUTH2 {xoauth2(EVE, TOKEN)}\r\n".encode())
            if guest.line().startswith(b"+"):
                guest.send(b"\r\n")
                self.assertIn(b"a NO", guest.line())

    def test_a_token_that_a_service_has_checked_is_shown_as_a_token(self):
        where = {"Auth-Status": "OK", "Auth-Server": MEMBERS["server-1"], "Auth-Port": "993"}
        self.accounts.answers[JOE] = where
        try:
            with self.raw("checked") as guest:
                answer = guest.ask(f"a AUTHENTICATE OAUTHBEARER {bearer(JOE, TOKEN)}".encode())
                self.assertTrue(answer[-1].startswith(b"a OK"), answer)
                self.assert_raw_in_joes_mailbox(guest)
        finally:
            del self.accounts.answers[JOE]

    def test_the_certificate_of_the_proxy_speaks_for_the_user(self):
        type(self).home = "server-2"
        try:
            self.assert_in_joes_mailbox(self.log_in("certified"))
        finally:
            type(self).home = "server-1"

    def test_an_authorization_identity_goes_on_as_it_is(self):
        with self.raw("pods") as guest:
            words = f"a AUTHENTICATE PLAIN {plain(JOE, 'master', 'm4ster')}"
            self.assertTrue(guest.ask(words.encode())[-1].startswith(b"a OK"))
            self.assert_raw_in_joes_mailbox(guest)

    def test_master_users_name_others_in_both_forms_and_nobody_else_does(self):
        self.assert_in_joes_mailbox(self.log_in("masters", f"{JOE}*master", "m4ster"))
        with self.raw("masters") as guest:
            words = f"a AUTHENTICATE PLAIN {plain(JOE, 'master', 'm4ster')}"
            self.assertTrue(guest.ask(words.encode())[-1].startswith(b"a OK"))
            self.assert_raw_in_joes_mailbox(guest)
        with self.raw("masters") as guest:
            answer = guest.ask(f"a AUTHENTICATE PLAIN {plain(JOE, EVE, 'secret')}".encode())
            self.assertIn(b"[AUTHENTICATIONFAILED]", answer[-1])

    def test_no_secret_is_in_any_line(self):
        Client(self.ca, host="pods.example.test").logout()
        said = self.gate.process.output()
        for secret in ("m4ster", TOKEN, plain(JOE, "master", "m4ster")):
            self.assertNotIn(secret, said)


if __name__ == "__main__":
    main()
