"""Every way to a mail server: clear, STARTTLS, implicit TLS; with the client's address by ID, by
PROXY v1 and v2, or untold. Dovecot's own log says who it takes the client for."""
from lib.client import login, refusal
from lib.manifests import addresses, mail_server
from lib.story import Story, main

CLIENT = "127.0.0.77"
GATE = "127.0.0.1"
PORTS = {"Implicit": (993, 1993), "StartTLS": (143, 1143), "Disabled": (143, 1143)}
PROXIED = """
haproxy_trusted_networks = 127.0.0.0/8
service imap-login {
  inet_listener imap_proxied {
    port = 1143
    haproxy = yes
  }
  inet_listener imaps_proxied {
    port = 1993
    ssl = yes
    haproxy = yes
  }
}
"""


def way(tls, client_info):
    """A MailServer of its own for each way: the name it is asked by says which."""
    name = f"{tls}-{client_info}".lower()
    port = PORTS[tls][client_info.startswith("Proxy")]
    backend = addresses("box", {"server-1": "127.0.0.11"}, clientInfo=client_info,
                        ports=[{"protocol": "IMAP", "port": port, "tls": tls}])
    return mail_server(name, [backend], hostnames=[f"{name}.example.test"])


class WaysToTheBackend(Story):
    @classmethod
    def set_up_story(cls):
        cls.server = cls.dovecot("server-1", more=PROXIED)
        cls.usual_manifests({"server-1": "127.0.0.11"})
        ways = [way(tls, told) for tls in PORTS for told in ("Native", "ProxyV1", "ProxyV2", "None")]
        strict = addresses("box", {"server-1": "127.0.0.11"}, tls={"serverNames": ["other.test"]})
        cls.gate.write("ways.json", *ways,
                       mail_server("strict", [strict], hostnames=["strict.example.test"]))
        cls.gate.start()

    def lands(self, tls, client_info, as_whom):
        name = f"{tls}-{client_info}".lower()
        user = f"{name}@example.test"
        client = login(self.ca, user, host=f"{name}.example.test", source=CLIENT)
        self.assertEqual("OK", client.select("INBOX")[0])
        client.logout()
        secured = tls != "Disabled"
        line = self.server.process.wait_for(f"Login: user=<{user}>, method=PLAIN, rip={as_whom}")
        self.assertEqual(secured, "TLS" in line, line)

    def test_the_client_is_told_by_id(self):
        for tls in PORTS:
            with self.subTest(tls=tls):
                self.lands(tls, "Native", CLIENT)

    def test_the_client_is_told_by_proxy_v1(self):
        for tls in PORTS:
            with self.subTest(tls=tls):
                self.lands(tls, "ProxyV1", CLIENT)

    def test_the_client_is_told_by_proxy_v2(self):
        for tls in PORTS:
            with self.subTest(tls=tls):
                self.lands(tls, "ProxyV2", CLIENT)

    def test_where_nobody_is_told_the_gate_is_the_client(self):
        for tls in PORTS:
            with self.subTest(tls=tls):
                self.lands(tls, "None", GATE)

    def test_a_certificate_of_another_name_is_given_no_password(self):
        self.assertIn("[UNAVAILABLE]", refusal(self.ca, "eve@example.test",
                                               host="strict.example.test"))
        self.assertNotIn("eve@example.test", self.server.process.output())


if __name__ == "__main__":
    main()
