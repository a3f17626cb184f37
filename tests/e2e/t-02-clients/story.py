"""The clients that people have: openssl s_client, curl and Python's imaplib."""
import subprocess

from lib.client import login
from lib.manifests import HOST
from lib.story import Story, main

USER = "alice@example.test"
TEXT = b"Subject: by hand\r\n\r\n" + b"a line of text\r\n" * 400
WAYS = {"imaps": True, "starttls": False}


class Clients(Story):
    @classmethod
    def set_up_story(cls):
        for name in ("server-1", "server-2"):
            cls.dovecot(name).maildir(USER).add(b"Subject: welcome\n\nThis is the first message.\n")
        for server in cls.servers:
            server.give_to_dovecot(USER)
        cls.usual_manifests()
        cls.gate.start()

    def s_client(self, script, *way):
        done = subprocess.run(
            ["openssl", "s_client", "-quiet", "-crlf", "-verify_return_error", "-verify_hostname",
             HOST, "-CAfile", self.ca, "-connect", *way],
            input=script, capture_output=True, text=True, timeout=30, check=False)
        return done.stdout + done.stderr

    def curl(self, *arguments):
        return subprocess.run(
            ["curl", "-sS", "--max-time", "30", "--cacert", self.ca, "-u", f"{USER}:secret",
             *arguments], capture_output=True, timeout=40, check=True).stdout

    def test_openssl_s_client_logs_in_by_hand(self):
        script = f"a LOGIN {USER} secret\nb SELECT INBOX\nc FETCH 1 BODY[TEXT]\nd LOGOUT\n"
        for way in ([f"{HOST}:993"], [f"{HOST}:143", "-starttls", "imap"]):
            with self.subTest(way=way):
                said = self.s_client(script, *way)
                self.assertIn("a OK", said)
                self.assertIn("This is the first message.", said)
                self.assertIn("d OK", said)

    def test_curl_lists_and_fetches(self):
        for way in ([f"imaps://{HOST}"], ["--ssl-reqd", f"imap://{HOST}"]):
            with self.subTest(way=way):
                *flags, url = way
                self.assertIn(b"INBOX", self.curl(*flags, url + "/"))
                message = self.curl(*flags, url + "/INBOX;MAILINDEX=1")
                self.assertIn(b"This is the first message.", message)

    def test_curl_appends_what_curl_fetches(self):
        for number, way in enumerate(([f"imaps://{HOST}"], ["--ssl-reqd", f"imap://{HOST}"])):
            with self.subTest(way=way):
                *flags, url = way
                file, box = self.folder / "message", f"curl{number}"
                file.write_bytes(TEXT)
                self.curl(*flags, url, "-X", f"CREATE {box}")
                self.curl(*flags, f"{url}/{box}", "-T", str(file))
                self.assertEqual(TEXT, self.curl(*flags, f"{url}/{box};MAILINDEX=1"))

    def test_imaplib_lists_appends_and_fetches(self):
        for way, implicit in WAYS.items():
            with self.subTest(way=way):
                client = login(self.ca, USER, implicit=implicit)
                client.create(way)
                self.assertIn(way.encode(), b" ".join(client.list()[1]))
                self.assertEqual("OK", client.append(way, None, None, TEXT)[0])
                client.select(way)
                self.assertEqual(TEXT, client.fetch("1", "(BODY.PEEK[])")[1][0][1])
                client.logout()

    def test_idle_tells_of_new_mail_at_once(self):
        for way, implicit in WAYS.items():
            with self.subTest(way=way):
                waiting = login(self.ca, USER, implicit=implicit)
                box = f"idle-{way}"
                waiting.create(box)
                waiting.select(box)
                done = waiting.idle()
                sender = login(self.ca, USER, implicit=implicit)
                sender.append(box, None, None, TEXT)
                self.assertEqual(b"* 1 EXISTS\r\n", waiting.readline())
                done()
                sender.logout()
                waiting.logout()

    def test_login_before_tls_is_refused_and_the_password_is_not_asked_for(self):
        import imaplib
        client = imaplib.IMAP4(HOST, 143, 20)
        self.assertIn("LOGINDISABLED", client.capabilities)
        with self.assertRaisesRegex(imaplib.IMAP4.error, "PRIVACYREQUIRED"):
            client.login(USER, "secret")
        client.logout()


if __name__ == "__main__":
    main()
