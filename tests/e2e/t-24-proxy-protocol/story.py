"""A load balancer tells who the client is; nobody else can."""
import json

from lib.auth_service import AuthService
from lib.manifests import addresses, mail_server
from lib.raw import Raw
from lib.story import MEMBERS, Story, main

CLIENT, BALANCER, STRANGER = "192.0.2.77", "127.0.0.1", "127.0.0.9"
HEADER = f"PROXY TCP4 {CLIENT} 198.51.100.1 40000 993\r\n".encode()


class ProxyProtocol(Story):
    @classmethod
    def set_up_story(cls):
        cls.dovecot("server-1")
        cls.service = AuthService(lambda user: (MEMBERS["server-1"], 993))
        cls.addClassCleanup(cls.service.stop)
        cls.usual_manifests()
        cls.gate.write("mail.json", mail_server(
            "mail", [addresses("mailbox", {"server-1": MEMBERS["server-1"]})],
            proxyProtocol={"trustedCIDRs": [f"{BALANCER}/32"]},
            authentication={"providers": [{"name": "auth", "http": {
                "style": "AuthHTTP", "url": "http://127.0.0.1:9000/auth"}}]}))
        cls.gate.start()

    def session_line(self, user):
        line = self.gate.process.wait_for(f'"user":"{user}"')
        return json.loads(line)

    def test_the_client_is_who_the_balancer_says_to_the_log_and_to_the_auth_service(self):
        with Raw(port=993, greeted=False, source=BALANCER) as guest:
            guest.send(HEADER)
            guest.secure(self.ca).line()
            self.assertTrue(guest.ask(b"a LOGIN anna secret")[-1].startswith(b"a OK"))
            told = dict(self.service.asked[-1][1])
            self.assertEqual(CLIENT, told["Client-IP"])
            self.assertEqual(CLIENT, told["Proxy-Protocol-Addr"])
            self.assertEqual("198.51.100.1", told["Proxy-Protocol-Server-Addr"])
            guest.ask(b"b LOGOUT")
        line = self.session_line("anna")
        self.assertEqual(CLIENT, line["client_ip"])
        self.assertIn(BALANCER, line["via"])

    def test_a_stranger_s_header_is_a_bad_command_and_changes_nobody_s_address(self):
        with Raw(port=143, source=STRANGER) as guest:
            guest.send(HEADER)
            self.assertIn(b" BAD ", guest.line())
        with Raw(port=993, tls=self.ca, source=STRANGER) as guest:
            self.assertTrue(guest.ask(b"a LOGIN bert secret")[-1].startswith(b"a OK"))
            self.assertEqual(STRANGER, dict(self.service.asked[-1][1])["Client-IP"])
            guest.ask(b"b LOGOUT")
        self.assertEqual(STRANGER, self.session_line("bert")["client_ip"])

    def test_a_broken_header_of_the_balancer_is_closed_without_a_word(self):
        for header in (b"PROXY TCP4 999.1.1.1 10.0.0.1 1 2\r\n", b"a LOGIN carl secret\r\n"):
            with Raw(port=143, greeted=False, source=BALANCER) as guest:
                guest.send(header)
                self.assertEqual(b"", guest.rest())

    def test_a_balancer_that_says_nothing_is_closed_in_time(self):
        with Raw(port=143, greeted=False, source=BALANCER) as guest:
            self.assertEqual(b"", guest.rest())


if __name__ == "__main__":
    main()
