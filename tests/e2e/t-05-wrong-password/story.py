"""A wrong password is answered with our own words, and the client may try again."""
import base64
import imaplib

from lib.client import Client, refusal
from lib.raw import Raw
from lib.story import Story, main


class WrongPassword(Story):
    @classmethod
    def set_up_story(cls):
        for name in ("server-1", "server-2"):
            cls.dovecot(name)
        cls.usual_manifests()
        cls.gate.start()

    def test_a_wrong_password_is_an_authentication_failure_in_fixed_words(self):
        said = {refusal(self.ca, user, "wrong") for user in ("alice", "bob", "carol@example.test")}
        self.assertEqual(1, len(said), said)
        self.assertIn("[AUTHENTICATIONFAILED]", said.pop())

    def test_the_right_password_is_taken_on_the_same_connection(self):
        client = Client(self.ca)
        with self.assertRaises(imaplib.IMAP4.error):
            client.login("alice", "wrong")
        client.login("alice", "secret")
        self.assertEqual("OK", client.select("INBOX")[0])
        client.logout()

    def test_IN17_the_password_is_in_no_line_of_the_log_at_any_level(self):
        secret = b"hunter2-in-clear"
        encoded = base64.b64encode(b"\0alice\0" + secret)
        self.gate.stop()
        self.gate.start("--log-level", "debug")
        refusal(self.ca, "alice", secret.decode())
        with Raw(993, tls=self.ca) as client:
            client.ask(b"a LOGIN alice " + secret + b" extra")
            client.ask(b"b LOGINN alice " + secret)
            client.ask(b"c AUTHENTICATE PLAINX " + encoded)
            client.ask(b"d AUTHENTICATE PLAIN " + encoded)
        self.gate.stop()
        said = "\n".join(self.gate.output)
        self.gate.start()
        self.assertIn("alice", said)
        for form in (secret.decode(), encoded.decode()):
            self.assertNotIn(form, said)


if __name__ == "__main__":
    main()
