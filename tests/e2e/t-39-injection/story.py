"""What a client types is data wherever it goes: to the auth service, to the mail pod, into the log. What an
auth service returns is data too. Ids are those of the attack catalogue."""
import base64
import json
import urllib.parse

from lib.admin import page
from lib.auth_service import AuthService
from lib.fake_backend import FakeBackend
from lib.manifests import addresses, mail_server
from lib.raw import Raw
from lib.story import Story, main

GREETING = b"* OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ AUTH=PLAIN] ready\r\n"
ASKED = "asked.example.test"
# Each would do harm in one of the grammars that they would be put into.
HARMFUL = [b"victim\r\nX-Injected: 1", b"v\r\n\r\nGET /admin HTTP/1.0\r\nAuth-User: admin",
           b"user\r\nDELE 1", b"user\r\na2 LOGOUT", b"admin\0evil", b"\0", b"a\nb", b"a\rb", b"a\tb",
           b"\x1b[31mred", b"del\x7f"]
HARMLESS = ['"quoted"', "back\\slash", " blanks  within ", "100%", "%s%n%x", "{5}", "{5+}", "*", "(",
            "é€😀", "p" * 200, "+ go", "NIL", "a] b", "~{3}", "&amp;", "%0d%0aX-Injected: 1",
            "alice ADDR=198.51.100.77 LOGIN=admin", "<script>", "${jndi:x}"]


def b64(octets):
    return base64.b64encode(octets)


def quoted(text):
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def by_quoted_strings(client, user, password):
    return client.ask(b"a LOGIN " + quoted(user) + b" " + quoted(password))[-1]


def by_literals(client, user, password):
    client.send(b"a LOGIN {%d}\r\n" % len(user))
    for text, end in (user, b" {%d}\r\n" % len(password)), (password, b"\r\n"):
        answer = client.line()
        if not answer.startswith(b"+"):
            return answer
        client.send(text + end)
    return client.until(b"a ")[-1]


def by_literals_at_once(client, user, password):
    client.send(b"a LOGIN {%d+}\r\n%s {%d+}\r\n%s\r\n" % (len(user), user, len(password), password))
    return client.until(b"a ")[-1]


def by_plain(client, user, password):
    return client.ask(b"a AUTHENTICATE PLAIN " + b64(b"\0" + user + b"\0" + password))[-1]


def by_login(client, user, password):
    client.send(b"a AUTHENTICATE LOGIN\r\n")
    for text in user, password:
        answer = client.line()
        if not answer.startswith(b"+"):
            return answer
        client.send(b64(text) + b"\r\n")
    return client.until(b"a ")[-1]


WAYS = [by_literals, by_literals_at_once, by_plain, by_login]


class Pod:
    """A mail server that lets everybody in but who says `wrong`, and keeps what it was shown."""

    def __init__(self, address):
        self.shown = []
        self.fake = FakeBackend(address, 143, self.serve)

    def serve(self, peer):
        peer.send(GREETING)
        while True:
            tag, _, command = peer.line().partition(b" ")
            if command.startswith(b"AUTHENTICATE PLAIN "):
                self.shown.append(base64.b64decode(command.split(b" ")[2]).split(b"\0"))
                wrong = self.shown[-1][2].endswith(b"wrong")
                peer.send(tag + (b" NO bad\r\n" if wrong else b" OK in\r\n"))
            elif command.startswith(b"LOGOUT"):
                return
            else:
                peer.send(tag + b" OK done\r\n")


class Everybody(AuthService):
    """A service that says yes; `returned` are headers of its own."""

    def __init__(self):
        super().__init__(None)
        self.shown, self.returned = [], {}

    def decide(self, asked):
        self.shown.append([urllib.parse.unquote_to_bytes(asked[name].encode("latin-1"))
                           for name in ("Auth-User", "Auth-Pass")])
        return {"Auth-Status": "OK", "Auth-Server": "127.0.0.21", "Auth-Port": "143", **self.returned}


class Injection(Story):
    @classmethod
    def set_up_story(cls):
        cls.pod, cls.service = Pod("127.0.0.21"), Everybody()
        cls.addClassCleanup(cls.pod.fake.close)
        cls.addClassCleanup(cls.service.stop)
        backend = addresses("pod", {"one": "127.0.0.21"}, tls={"mode": "Disabled"}, clientInfo="None")
        style = {"style": "AuthHTTP", "url": "http://127.0.0.1:9000/auth"}
        cls.usual_manifests()
        quick = {"failureDelay": "0s"}
        cls.gate.write(
            "mail.json", mail_server("mail", [backend], loginProtection=quick, logging={"level": "Debug"}),
            mail_server("asked", [backend], [ASKED], loginProtection=quick, logging={"level": "Debug"},
                        authentication={"providers": [{"name": "a", "timeout": "5s", "http": style}]}))
        cls.gate.start("--workers", "1", "--log-level", "debug")

    def guest(self, host="mail.example.test"):
        return Raw(993, host=host, tls=self.ca)

    def both(self):
        """Where a login may lead: who is shown the credentials, and what he was shown."""
        return ("mail.example.test", self.pod.shown), (ASKED, self.service.shown)

    # -- towards the auth service and the mail pod

    def test_IN1_to_IN6_what_would_be_a_header_or_a_command_is_refused_and_nobody_hears_it(self):
        before = len(self.service.asked), self.pod.fake.connections
        for host, _ in self.both():
            for way in WAYS:
                for harmful in HARMFUL:
                    for user, password in ((harmful, b"secret"), (b"alice", harmful)):
                        with self.guest(host) as client:
                            answer = way(client, user, password)
                            self.assertRegex(answer, rb"^a (NO|BAD) ", (way.__name__, harmful))
        self.assertEqual(before, (len(self.service.asked), self.pod.fake.connections))

    def test_IN9_odd_passwords_are_shown_octet_by_octet_whichever_way_they_came(self):
        for host, shown in self.both():
            for way in [*WAYS, by_quoted_strings]:
                for password in HARMLESS:
                    with self.guest(host) as client:
                        answer = way(client, b"alice", password.encode())
                    self.assertTrue(answer.startswith(b"a OK"), (way.__name__, password, answer))
                    self.assertEqual([b"alice", password.encode()], shown[-1][-2:], way.__name__)

    def test_IN11_names_that_would_be_attributes_are_one_name(self):
        for host, shown in self.both():
            for name in (b"alice+x@example.test", b"alice=admin", b"%s%n", b"alice%0d%0a"):
                with self.guest(host) as client:
                    self.assertTrue(by_plain(client, name, b"pw").startswith(b"a OK"), name)
                self.assertEqual(name, shown[-1][-2])

    # -- what a service returns

    def test_IN15_what_a_service_returns_and_could_not_be_sent_is_an_outage(self):
        before = self.pod.fake.connections
        for name in ("Auth-User", "Auth-Pass"):
            for value in ("bob\0x", "bob\rX-More: 1", "bob\tx", "bob\x1b[31m", "b" * 9000, "bob\x7f"):
                self.service.returned = {name: value}
                with self.guest(ASKED) as client:
                    answer = by_plain(client, b"alice", b"secret")
                self.assertIn(b"a NO [UNAVAILABLE]", answer, (name, value[:20]))
        self.service.returned = {}
        self.assertEqual(before, self.pod.fake.connections)

    # -- the log

    def test_IN16_whatever_is_typed_is_in_its_own_field_of_its_own_line(self):
        before = len(self.gate.process.lines)
        forged = '"} FORGED {"level":"error","message":"all is lost'
        names = [forged.encode(), b"x\r\nFORGED\x1b[31m", b"FORGED " * 100, "FORGED \u2028 é".encode(),
                 b"FORGED %n%n%n"]
        for name in names:
            for way in (by_literals_at_once, by_plain):
                with self.guest() as client:
                    way(client, name, b"wrong")
                    client.ask(b"z LOGOUT")
        with self.guest() as client:
            client.ask(b'i ID ("name" "FORGED \\"} {")')
            client.ask(b"z LOGOUT")
        self.gate.process.wait_for("session ended", after=before)
        lines = self.gate.process.lines[before:]
        for line in lines:
            self.assertIsInstance(json.loads(line), dict)
            self.assertTrue(line.isprintable(), line)
            self.assertLess(len(line), 4096)
            self.assertNotEqual("all is lost", json.loads(line)["message"])

    def test_IN17_no_password_is_written_down_whatever_was_wrong_with_the_command(self):
        word = b"Tr0ub4dor-and-3"
        wrong = word + b"wrong"
        plain = b64(b"\0alice\0" + wrong)
        commands = [
            b"a LOGIN alice " + word, b"a LOGIN alice " + wrong, b"a LOGIN alice " + word + b" extra",
            b"a LOGINN alice " + word, b"a PASSS " + word, b"a LOGIN alice \"" + word,
            b"a AUTHENTICATE PLAINX " + plain, b"a AUTHENTICATE PLAIN " + plain[:-3],
            b"a AUTHENTICATE PLAIN " + plain, b"a AUTHENTICATE PLAIN " + plain + b" x",
            b"a AUTHENTICATE PLAIN =" + plain, word + b" NOOP", word, plain,
            b"a ID (\"password\" \"" + word + b"\")", b"a LOGIN {5}x alice " + word,
            b"a AUTHENTICATE XOAUTH2 " + b64(b"user=alice\1auth=Bearer " + word + b"\1\1")]
        for host in "mail.example.test", ASKED:
            for command in commands:
                with self.guest(host) as client:
                    client.send(b"n NOOP\r\n" + command + b"\r\nz LOGOUT\r\n")
                    client.rest()
                with Raw(143, host=host) as client:  # before TLS, where nothing may be said
                    client.send(b"n NOOP\r\n" + command + b"\r\nz LOGOUT\r\n")
                    client.rest()
            for way in WAYS:
                with self.guest(host) as client:
                    way(client, b"alice", wrong)
                with self.guest(host) as client:
                    way(client, b"alice", word + b"\r\n")
        self.assertIn(wrong, self.pod.shown[-1][-1] + b"".join(p for _, p in self.service.shown))
        written = "\n".join(self.gate.process.lines) + page("metrics") + page("config")
        for file in self.folder.rglob("*"):
            if file.is_file() and "keys" not in file.parts:
                written += file.read_text("latin-1")
        self.assertIn("session ended", written)
        for secret in self.forms(word):
            self.assertNotIn(secret, written)

    @staticmethod
    def forms(word):
        """As it is, and as it reads inside base64 wherever it begins there."""
        yield word.decode()
        for before in range(3):
            inner = b64(b"x" * before + word)
            yield inner[(before * 4 + 2) // 3:-4].decode()


if __name__ == "__main__":
    main()
