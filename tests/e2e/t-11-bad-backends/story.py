"""What a hostile or broken backend tries: no credentials reach it, the client reads a temporary
failure. Ids are those of the attack catalogue."""
import socket
import struct

from lib.client import refusal
from lib.fake_backend import CAPABILITY, FakeBackend, plain
from lib.manifests import addresses, mail_server
from lib.story import Story, main

USER, PASSWORD = "alice", "hunter2"
WITH_STARTTLS = b"* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready\r\n"


def until_starttls(peer):
    """Answers what comes before STARTTLS; gives its tag."""
    while True:
        tag, _, command = peer.line().partition(b" ")
        if command.upper() == b"STARTTLS":
            return tag
        if command.upper() == b"CAPABILITY":
            peer.send(b"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n")
        peer.send(tag + b" OK done\r\n")


def st12_injected_response(peer):
    peer.send(WITH_STARTTLS)
    tag = until_starttls(peer)
    peer.send(tag + b" OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n+ go\r\n")
    peer.secure()
    peer.line()


def st13_not_offered(peer):
    peer.send(b"* OK [CAPABILITY " + CAPABILITY + b"] ready\r\n")
    while True:
        tag, _, command = peer.line().partition(b" ")
        if command.upper() == b"CAPABILITY":
            peer.send(b"* CAPABILITY " + CAPABILITY + b"\r\n" + tag + b" OK done\r\n")
        else:
            peer.send(tag + b" BAD unknown\r\n")


def st13_answered_no(peer):
    peer.send(WITH_STARTTLS)
    peer.send(until_starttls(peer) + b" NO not now\r\n")
    peer.line()


def st13_closed(peer):
    peer.send(WITH_STARTTLS)
    until_starttls(peer)


def st14_preauth(peer):
    peer.send(b"* PREAUTH hi\r\n")
    peer.line()


def st15_clear_text_first(peer):
    peer.send(b"* OK [CAPABILITY " + CAPABILITY + b"] ready\r\n")
    peer.line()
    peer.line()


def st16_referral(peer):
    peer.send(b"* OK [CAPABILITY " + CAPABILITY + b"] ready\r\n")
    while True:
        tag, _, command = peer.line().partition(b" ")
        if command.upper().startswith((b"AUTHENTICATE", b"LOGIN")):
            peer.send(tag + b" NO [REFERRAL imap://;AUTH=*@attacker/] elsewhere\r\n")
        else:
            peer.send(tag + b" OK done\r\n")


def be1_endless_greeting(peer):
    while True:
        peer.send(b"* OK " + b"x" * 65536)


def until_credentials(peer):
    """Yes to everything else; gives the tag of the login."""
    peer.send(b"* OK [CAPABILITY " + CAPABILITY + b"] ready\r\n")
    while True:
        tag, _, command = peer.line().partition(b" ")
        if command.upper().startswith((b"AUTHENTICATE", b"LOGIN")):
            return tag
        peer.send(tag + b" OK done\r\n")


def be2_lines_for_ever(peer):
    peer.send(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
    peer.line()
    while True:
        peer.send(b"* CAPABILITY IMAP4rev1\r\n" * 1000)


def be3_answers_at_once(peer):
    peer.send(b"* OK ready\r\n+ go\r\n+ go\r\nt1 OK in\r\n")
    peer.line()


def be6_forged_lines(peer):
    tag = until_credentials(peer)
    peer.send(b"* OK [ALERT] pay here\r\n* LIST () \"/\" forged\r\n" + tag +
              b" NO [ALERT] pay here\r\n* OK [ALERT] and here\r\n")


def be8_half_a_greeting(peer):
    peer.send(b"* OK [CAPA")
    peer.line()


def be8_dies(peer):
    until_credentials(peer)
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


SCRIPTS = {"st12": st12_injected_response, "st13a": st13_not_offered, "st13b": st13_answered_no,
           "st13c": st13_closed, "st14": st14_preauth, "st15": st15_clear_text_first,
           "st16": st16_referral, "be1": be1_endless_greeting, "be2": be2_lines_for_ever,
           "be3": be3_answers_at_once, "be6": be6_forged_lines, "be8a": be8_half_a_greeting,
           "be8b": be8_dies}
MODES = {"st15": "Implicit", "st16": "Disabled", "be1": "Disabled", "be2": "Disabled",
         "be3": "Disabled", "be6": "Disabled", "be8a": "Disabled", "be8b": "Disabled"}
TIMEOUTS = {"be8a": {"timeouts": {"backendLogin": "1s"}}}


class BadBackends(Story):
    @classmethod
    def set_up_story(cls):
        cls.usual_manifests()
        servers, cls.backends = [], {}
        for number, (name, script) in enumerate(SCRIPTS.items()):
            address = f"127.0.0.{31 + number}"
            cls.backends[name] = FakeBackend(address, 143, script, cls.pair)
            cls.addClassCleanup(cls.backends[name].close)
            port = {"protocol": "IMAP", "port": 143, "tls": MODES.get(name, "StartTLS")}
            backend = addresses("bad", {"one": address}, ports=[port], retries=0)
            servers.append(mail_server(name, [backend], hostnames=[f"{name}.example.test"],
                                       **TIMEOUTS.get(name, {})))
        cls.gate.write("mail.json", *servers)
        cls.gate.start()

    def assert_no_credentials(self, name, code="[UNAVAILABLE]"):
        said = refusal(self.ca, USER, PASSWORD, host=f"{name}.example.test")
        self.assertIn(code, said)
        self.assertGreater(self.backends[name].connections, 0)
        heard = self.backends[name].said()
        for secret in (PASSWORD.encode(), plain(USER, PASSWORD)):
            self.assertNotIn(secret, heard)

    def test_ST12_octets_behind_the_answer_to_starttls_end_the_connection(self):
        self.assert_no_credentials("st12")

    def test_ST13_a_backend_that_does_not_offer_starttls_gets_no_credentials(self):
        self.assert_no_credentials("st13a")

    def test_ST13_a_backend_that_says_no_to_starttls_gets_no_credentials(self):
        self.assert_no_credentials("st13b")

    def test_ST13_a_backend_that_closes_at_starttls_is_a_temporary_failure(self):
        self.assert_no_credentials("st13c")

    def test_ST14_a_backend_that_greets_with_preauth_gets_no_credentials(self):
        self.assert_no_credentials("st14")

    def test_ST15_clear_text_where_tls_must_be_is_not_read(self):
        self.assert_no_credentials("st15")

    def test_ST16_a_referral_to_nobody_of_ours_is_an_outage_and_is_not_passed_on(self):
        said = refusal(self.ca, USER, PASSWORD, host="st16.example.test")
        self.assertIn("[UNAVAILABLE]", said)
        self.assertNotIn("attacker", said)
        self.assertEqual(1, self.backends["st16"].connections)

    def test_BE1_a_greeting_without_end_is_cut(self):
        self.assert_no_credentials("be1")

    def test_BE2_lines_for_ever_are_cut(self):
        said = refusal(self.ca, USER, PASSWORD, host="be2.example.test")
        self.assertIn("[UNAVAILABLE]", said)

    def test_BE3_answers_to_what_was_not_asked_are_none(self):
        self.assert_no_credentials("be3")

    def test_BE6_forged_lines_around_a_refusal_are_not_passed_on(self):
        said = refusal(self.ca, USER, PASSWORD, host="be6.example.test")
        self.assertIn("[AUTHENTICATIONFAILED]", said)
        self.assertNotIn("pay here", said)

    def test_BE8_a_backend_that_stops_half_way_is_a_temporary_failure(self):
        self.assert_no_credentials("be8a")

    def test_BE8_a_backend_that_dies_while_logging_in_is_a_temporary_failure(self):
        said = refusal(self.ca, USER, PASSWORD, host="be8b.example.test")
        self.assertIn("[UNAVAILABLE]", said)
        self.assertNotIn("127.0.0.", said)


if __name__ == "__main__":
    main()
