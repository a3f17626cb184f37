"""What an attacker tries from the client's side; ids are those of the attack catalogue."""
import base64
import ssl
import time
import warnings

from lib.fake_backend import FakeBackend, login_only
from lib.manifests import HOST, addresses, mail_server
from lib.raw import Raw
from lib.story import Story, main


def b64(octets):
    return base64.b64encode(octets)


class Attacks(Story):
    @classmethod
    def set_up_story(cls):
        cls.usual_manifests()
        backend = addresses("clear", {"one": "127.0.0.21"}, tls={"mode": "Disabled"})
        hasty = mail_server("hasty", [backend], ["hasty.example.test"],
                            timeouts={"login": "1s", "tlsHandshake": "1s"},
                            limits={"maxCommands": 100000})
        hasty["spec"]["protocols"]["imap"]["listeners"] = [
            {"port": 2143, "tls": "StartTLS"}, {"port": 2993, "tls": "Implicit"}]
        cls.gate.write("mail.json", mail_server("mail", [backend]), hasty)
        cls.backend = FakeBackend("127.0.0.21", 143, login_only)
        cls.addClassCleanup(cls.backend.close)
        cls.gate.start()

    def inside(self, **how):
        return Raw(993, tls=self.ca, **how)

    def assert_closed_without(self, client, words):
        self.assertNotIn(words, client.rest())

    # -- STARTTLS

    def test_ST1_a_command_behind_starttls_in_one_segment_ends_the_session(self):
        with Raw() as client:
            client.send(b"a1 STARTTLS\r\nzz9 CAPABILITY\r\n")
            self.assert_closed_without(client, b"zz9")

    def test_ST5_half_a_command_behind_starttls_ends_the_session(self):
        with Raw() as client:
            client.send(b"a1 STARTTLS\r\nzz9 NOOP ")
            self.assert_closed_without(client, b"zz9")

    def test_ST6_a_command_in_segments_of_its_own_is_never_answered(self):
        with Raw() as client:
            client.send(b"a1 STARTTLS", b"\r", b"\n", b"zz9 CAPABILITY\r\n")
            self.assert_closed_without(client, b"zz9")

    def test_ST7_clear_text_in_place_of_a_client_hello_is_never_answered(self):
        with Raw() as client:
            self.assertTrue(client.ask(b"a1 STARTTLS")[-1].startswith(b"a1 OK"))
            client.send(b"zz9 CAPABILITY\r\n")
            self.assert_closed_without(client, b"zz9")

    def test_ST8_starttls_is_neither_offered_nor_taken_inside_tls(self):
        with Raw() as client:
            client.starttls(self.ca)
            self.assertNotIn(b"STARTTLS", b" ".join(client.ask(b"a1 CAPABILITY")))
            self.assertTrue(client.ask(b"a2 STARTTLS")[-1].startswith(b"a2 BAD"))

    def test_ST9_starttls_takes_no_argument(self):
        with Raw() as client:
            self.assertTrue(client.ask(b"a1 STARTTLS x")[-1].startswith(b"a1 BAD"))

    def test_ST10_starttls_as_an_answer_of_sasl_is_not_a_command(self):
        with self.inside() as client:
            client.send(b"a1 AUTHENTICATE PLAIN\r\n")
            self.assertTrue(client.line().startswith(b"+"))
            client.send(b"STARTTLS\r\n")
            self.assertRegex(client.until(b"a1 ")[-1], b"^a1 (BAD|NO)")

    # -- capabilities, and credentials before TLS

    def test_DG1_credentials_before_tls_are_refused_and_nobody_is_asked(self):
        before = self.backend.connections
        with Raw() as client:
            commands = b"t1 LOGIN u p", b"t2 AUTHENTICATE PLAIN " + b64(b"\0u\0p")
            for command in commands:
                self.assertIn(b"[PRIVACYREQUIRED]", client.ask(command)[-1])
        self.assertEqual(before, self.backend.connections)

    def test_DG2_a_name_by_literal_is_not_invited_before_tls(self):
        with Raw() as client:
            client.send(b"t1 LOGIN {9}\r\n")
            self.assertFalse(client.line().startswith(b"+"))

    def test_DG3_before_tls_login_is_disabled_and_no_mechanism_shown(self):
        with Raw() as client:
            shown = b" ".join(client.ask(b"a CAPABILITY"))
            self.assertIn(b"LOGINDISABLED", shown)
            self.assertIn(b"STARTTLS", shown)
            self.assertNotIn(b"AUTH=", client.greeting + shown)

    def test_DG4_inside_tls_both_are_gone(self):
        with Raw() as client:
            client.starttls(self.ca)
            shown = b" ".join(client.ask(b"a CAPABILITY"))
            self.assertNotIn(b"LOGINDISABLED", shown)
            self.assertNotIn(b"STARTTLS", shown)
            self.assertIn(b"AUTH=PLAIN", shown)

    # -- TLS and other protocols

    def test_TL1_the_alpn_of_a_browser_is_refused(self):
        with self.assertRaises(ssl.SSLError):
            self.inside(alpn=["h2", "http/1.1"])

    def test_TL2_the_alpn_of_another_mail_protocol_is_refused(self):
        with self.assertRaises(ssl.SSLError):
            self.inside(alpn=["pop3"])

    def test_TL3_a_client_without_alpn_is_taken(self):
        with self.inside() as client:
            self.assertTrue(client.greeting.startswith(b"* OK"))

    def test_TL4_the_alpn_of_imap_is_selected(self):
        with self.inside(alpn=["imap"]) as client:
            self.assertEqual("imap", client.socket.selected_alpn_protocol())

    def test_TL5_a_name_that_nobody_has_gets_the_first_certificate(self):
        context = ssl.create_default_context(cafile=self.ca)
        context.check_hostname = False
        with Raw(993, greeted=False) as client:
            client.socket = context.wrap_socket(client.socket, server_hostname="nobody.example.org")
            names = dict(client.socket.getpeercert()["subjectAltName"][:1])
            self.assertEqual({"DNS": HOST}, names)

    def test_TL8_a_request_of_a_browser_is_not_executed_nor_reflected(self):
        request = (b"POST / HTTP/1.1\r\nHost: x\r\n<script>: 1\r\n\r\n"
                   b"x1 LOGIN u p\r\nx2 LOGIN u p\r\n")
        before = self.backend.connections
        for client in (Raw(), self.inside()):
            with client:
                client.send(request)
                heard = client.rest()
                self.assertNotIn(b"<script>", heard)
                self.assertNotIn(b"x1 OK", heard)
        self.assertEqual(before, self.backend.connections)

    def test_TL9_old_versions_of_tls_are_refused(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.ca)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings(action="ignore"):
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        with Raw(993, greeted=False) as client, self.assertRaises((ssl.SSLError, OSError)):
            context.wrap_socket(client.socket, server_hostname=HOST)

    def test_TL13_clear_text_on_a_tls_port_is_closed_and_never_answered(self):
        with Raw(993, greeted=False) as client:
            client.send(b"zz9 CAPABILITY\r\n")
            self.assert_closed_without(client, b"zz9")

    def test_TL13_half_a_client_hello_is_closed_at_the_deadline_of_the_handshake(self):
        with Raw(2993, greeted=False) as client:
            client.send(b"\x16\x03\x01\x02\x00\x01\x00")
            self.assert_takes_about_a_second(client.rest)

    # -- time

    def assert_takes_about_a_second(self, action):
        began = time.monotonic()
        action()
        took = time.monotonic() - began
        self.assertGreater(took, 0.8)
        self.assertLess(took, 8)

    def test_LI9_a_client_that_only_chats_is_closed_at_the_absolute_deadline(self):
        def chat(client):
            try:
                while True:
                    client.ask(b"a NOOP")
            except (EOFError, OSError):
                pass

        with Raw(2143) as client:
            self.assert_takes_about_a_second(lambda: chat(client))

    def test_LI10_silence_is_closed_at_the_deadline_with_a_word(self):
        with Raw(2143) as client:
            self.assert_takes_about_a_second(lambda: self.assertIn(b"* BYE", client.rest()))

    # -- claims

    def test_IN13_an_address_that_a_client_claims_is_not_passed_on(self):
        with self.inside() as client:
            client.ask(b'a ID ("name" "x" "x-originating-ip" "198.51.100.77")')
            self.assertTrue(client.ask(b"b LOGIN u p")[-1].startswith(b"b OK"))
        self.assertNotIn(b"198.51.100.77", self.backend.said())
        self.assertIn(b"127.0.0.1", self.backend.said())

    # -- SASL

    def test_SA1_bad_base64_is_refused_and_nobody_is_asked(self):
        before = self.backend.connections
        for number, text in enumerate((b"====", b"AA=A", b"AGEAYg", b"-_-_", b"AG EAYg==")):
            with self.inside() as client:
                tag = b"b%d" % number
                client.send(tag + b" AUTHENTICATE PLAIN\r\n")
                client.line()
                client.send(text + b"\r\n")
                self.assertRegex(client.until(tag + b" ")[-1], b" (BAD|NO) ")
        self.assertEqual(before, self.backend.connections)

    def test_SA2_empty_names_and_passwords_are_refused_and_nobody_is_asked(self):
        before = self.backend.connections
        with self.inside() as client:
            for number, octets in enumerate((b"user", b"\0user", b"\0\0", b"\0user\0")):
                tag = b"e%d" % number
                answer = client.ask(tag + b" AUTHENTICATE PLAIN " + b64(octets))[-1]
                self.assertRegex(answer, b" (BAD|NO) ")
        self.assertEqual(before, self.backend.connections)

    def test_SA4_a_cancelled_exchange_leaves_the_connection_usable(self):
        with self.inside() as client:
            for number in range(5):
                tag = b"c%d" % number
                client.send(tag + b" AUTHENTICATE PLAIN\r\n")
                client.line()
                client.send(b"*\r\n")
                self.assertIn(b" BAD", client.until(tag + b" ")[-1])
            self.assertTrue(client.ask(b"d LOGIN u p")[-1].startswith(b"d OK"))

    def test_SA5_a_client_that_vanishes_in_any_state_harms_nobody(self):
        for said in (b"", b"a AUTH", b"a AUTHENTICATE PLAIN\r\n", b"a LOGIN {3}\r\n",
                     b"a LOGIN u p\r\n"):
            with self.inside() as client:
                client.send(said)
        with self.inside() as client:
            self.assertTrue(client.ask(b"a LOGIN u p")[-1].startswith(b"a OK"))

    def test_SA6_an_endless_response_is_refused(self):
        with self.inside() as client:
            client.send(b"a AUTHENTICATE PLAIN\r\n")
            client.line()
            try:
                client.send(b"A" * (1 << 20))
                client.send(b"\r\n")
            except OSError:
                pass
            self.assertNotIn(b"a OK", client.rest())


if __name__ == "__main__":
    main()
