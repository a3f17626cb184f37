"""Three companies on one set of ports: SNI chooses; clients without SNI are chosen by the domain
that they log in with. Each has its own Dovecot, certificate and namespace."""
import ssl

from lib.client import refusal, where
from lib.dovecot import Dovecot
from lib.manifests import addresses, mail_server, tls_secret
from lib.nameless import Nameless
from lib.story import Story, main

HOMES = {"acme": "127.0.0.21", "bolt": "127.0.0.22", "corvid": "127.0.0.23"}
USERS = {"acme": "anna@acme.example", "bolt": "bob@bolt.example", "corvid": "cleo@corvid.example"}
WRONG = b"NO [AUTHENTICATIONFAILED]"


class Tenants(Story):
    @classmethod
    def set_up_story(cls):
        for company, address in HOMES.items():
            server = Dovecot(cls.folder, company, address, cls.pair).start()
            cls.addClassCleanup(server.stop)
        cls.write("acme", "2024-01-01T00:00:00Z", hostnames=["mail.acme.example"],
                  domains=["acme.example"])
        cls.write("bolt", "2024-02-01T00:00:00Z", hostnames=["imap.bolt.example"],
                  domains=["bolt.example", "bolt-group.example"])
        cls.write("corvid", "2024-03-01T00:00:00Z",
                  hostnames=["*.corvid.example", "mail.corvid.example"], domains=["corvid.example"],
                  users={"defaultDomain": "corvid.example", "delimiter": "+"}, tls={
                      "certificateRefs": [{"name": "tls"}], "minVersion": "TLSv1.3"})
        cls.gate.start()

    @classmethod
    def write(cls, company, created, hostnames, **spec):
        pair = cls.authority.issue(company, *hostnames)
        server = mail_server("mail", [addresses(
            "mailbox", {company: HOMES[company]},
            tls={"serverNames": ["mail.example.test"]})],
            hostnames=hostnames, secret="tls",
            **{"loginProtection": {"failureDelay": "100ms"}, **spec})
        documents = [tls_secret("tls", pair, cls.ca), server]
        for document in documents:
            document["metadata"]["namespace"] = company
        server["metadata"]["creationTimestamp"] = created
        cls.gate.write(f"{company}.json", *documents)

    def assert_home(self, guest, company, user=None):
        self.assertIn(b" OK", guest.log_in(user or USERS[company]))
        self.assertEqual(company.encode(), guest.server_name())
        guest.ask(b"z LOGOUT")

    def test_sni_chooses(self):
        for company, host in (("acme", "mail.acme.example"), ("bolt", "imap.bolt.example"),
                              ("corvid", "anything.corvid.example")):
            for implicit in (True, False):
                self.assertEqual(company, where(self.ca, USERS[company], host=host,
                                                implicit=implicit))

    def test_clients_without_a_name_are_chosen_by_the_domain_they_log_in_with(self):
        for company in HOMES:
            with Nameless(self.ca) as guest:
                self.assert_home(guest, company)
            with Nameless(self.ca, port=143) as guest:
                self.assert_home(guest.starttls(), company)

    def test_a_name_that_nobody_has_is_none(self):
        with Nameless(self.ca, name="mail.nobody.example") as guest:
            self.assert_home(guest, "bolt", "eve@bolt-group.example")

    def test_the_case_of_a_domain_does_not_matter(self):
        with Nameless(self.ca) as guest:
            self.assert_home(guest, "bolt", "Bob@BOLT.Example")

    def test_one_connection_may_try_one_company_after_the_other(self):
        with Nameless(self.ca) as guest:
            self.assertIn(WRONG, guest.log_in(USERS["acme"], "wrong"))
            self.assert_home(guest, "corvid")

    def test_a_name_of_another_company_is_a_wrong_password_where_sni_chose(self):
        for host, user in (("mail.acme.example", USERS["bolt"]),
                           ("imap.bolt.example", USERS["acme"]),
                           ("mail.corvid.example", "eve@evil.example"),
                           ("mail.acme.example", "anna@acme.example@bolt.example"),
                           ("mail.acme.example", "anna@")):
            self.assertIn("[AUTHENTICATIONFAILED]", refusal(self.ca, user, host=host))

    def test_a_domain_that_nobody_has_is_a_wrong_password(self):
        for user in ("eve@evil.example", "eve@x.acme.example", "eve"):
            with Nameless(self.ca) as guest:
                self.assertIn(WRONG, guest.log_in(user))

    def test_the_domain_that_a_company_adds_holds_at_its_own_door(self):
        self.assertEqual("corvid", where(self.ca, "cleo", host="mail.corvid.example"))

    def test_tls_that_a_company_would_not_have_made_leads_nobody_to_it(self):
        with Nameless(self.ca, at_most=ssl.TLSVersion.TLSv1_2) as guest:
            self.assertIn(b"NO [NOPERM]", guest.log_in(USERS["corvid"]))
        with Nameless(self.ca, at_most=ssl.TLSVersion.TLSv1_2) as guest:
            self.assert_home(guest, "acme")

    def test_the_line_of_a_session_names_the_company(self):
        with Nameless(self.ca) as guest:
            self.assert_home(guest, "bolt", "lina@bolt.example")
        line = self.gate.process.wait_for('"user":"lina@bolt.example"')
        self.assertIn('"mailserver":"bolt/mail"', line)


if __name__ == "__main__":
    main()
