"""Two hosters on one set of ports, whose customers' domains stand in ConfigMaps. One list is edited
while the program runs, and a domain moves from the one hoster to the other."""
import json
import subprocess

from lib.admin import resources
from lib.client import refusal, where
from lib.dovecot import Dovecot
from lib.gate import PROGRAM
from lib.manifests import addresses, mail_server, tls_secret
from lib.nameless import Nameless
from lib.story import Story, main

HOMES = {"acme": "127.0.0.21", "bolt": "127.0.0.22", "corvid": "127.0.0.23"}
HOSTS = {name: f"mail.{name}.example" for name in HOMES}
FIRST = {"acme": ["bakery.example", "cafe.example"], "bolt": ["tavern.example", "inn.example"]}
TABLES = {name: f"TABLE {name}/ConfigMap/customers#domains/domains" for name in HOMES}
WRONG = b"NO [AUTHENTICATIONFAILED]"


def in_namespace(company, *documents):
    for document in documents:
        document["metadata"]["namespace"] = company
    return documents


def customers(company, *domains):
    return in_namespace(company, {"apiVersion": "v1", "kind": "ConfigMap",
                                  "metadata": {"name": "customers"},
                                  "data": {"domains": "\n".join(("# one a line",) + domains)}})


class DomainsFrom(Story):
    @classmethod
    def set_up_story(cls):
        for year, (company, address) in enumerate(HOMES.items(), start=2021):
            server = Dovecot(cls.folder, company, address, cls.pair).start()
            cls.addClassCleanup(server.stop)
            cls.write(company, f"{year}-01-01T00:00:00Z")
        # corvid's list is not there yet.
        for company, domains in FIRST.items():
            cls.gate.write(f"{company}-customers.json", *customers(company, *domains))
        cls.gate.start()

    @classmethod
    def write(cls, company, created):
        backend = addresses("mailbox", {company: HOMES[company]},
                            tls={"serverNames": ["mail.example.test"]})
        server = mail_server("mail", [backend], hostnames=[HOSTS[company]], secret="tls",
                             domainsFrom=[{"name": "customers"}],
                             loginProtection={"failureDelay": "100ms"})
        server["metadata"]["creationTimestamp"] = created
        pair = cls.authority.issue(company, HOSTS[company])
        cls.gate.write(f"{company}.json",
                       *in_namespace(company, tls_secret("tls", pair, cls.ca), server))

    def setUp(self):
        for company, domains in FIRST.items():
            self.edit(company, *domains)

    def edit(self, company, *domains, says=None):
        """Until the list is in force, or has been said to be wrong."""
        file = f"{company}-customers.json"
        documents = customers(company, *domains)
        if (self.gate.folder / file).read_text() != json.dumps(documents[0], indent=1) + "\n":
            return self.gate.change(file, *documents, says=says or f"mailserver {company}/mail: ")
        return None

    def home_of(self, user):
        with Nameless(self.ca) as guest:
            if WRONG in guest.log_in(user):
                return None
            return guest.server_name().decode()

    def test_a_line_leads_its_users_home_without_a_name(self):
        for company, domains in FIRST.items():
            for domain in domains:
                self.assertEqual(company, self.home_of(f"anna@{domain}"))
        self.assertIsNone(self.home_of("anna@elsewhere.example"))

    def test_lists_bound_who_may_log_in_where_sni_chose(self):
        self.assertEqual("bolt", where(self.ca, "bob@inn.example", host=HOSTS["bolt"]))
        for user, company in (("bob@cafe.example", "bolt"), ("bob@inn.example", "acme"),
                              ("bob@x.cafe.example", "acme")):
            self.assertIn("[AUTHENTICATIONFAILED]", refusal(self.ca, user, host=HOSTS[company]))

    def test_a_list_that_is_not_there_takes_nobody(self):
        for user in ("cleo@corvid.example", "anna@cafe.example"):
            self.assertIn("[AUTHENTICATIONFAILED]", refusal(self.ca, user, host=HOSTS["corvid"]))
        self.gate.process.wait_for("no domain is taken from it")

    def test_an_edited_line_counts_at_once_and_sends_its_list_alone(self):
        self.assertIsNone(self.home_of("dora@grill.example"))
        before = resources()
        self.edit("acme", *FIRST["acme"], "grill.example")
        self.assertEqual("acme", self.home_of("dora@Grill.Example"))
        changed = {name for name, version in resources().items() if before.get(name) != version}
        self.assertEqual({TABLES["acme"]}, changed)
        self.edit("acme", *FIRST["acme"])
        self.assertIsNone(self.home_of("dora@grill.example"))

    def test_a_domain_moves_from_the_one_to_the_other(self):
        self.assertEqual("acme", self.home_of("eve@cafe.example"))
        line = self.edit("bolt", *FIRST["bolt"], "cafe.example", says="DomainConflict")
        self.assertIn("an older MailServer has cafe.example", line)
        self.assertEqual("acme", self.home_of("eve@cafe.example"), "the older one keeps it")
        self.assertEqual("bolt", self.home_of("eve@inn.example"), "the younger keeps the rest")
        self.edit("acme", "bakery.example")
        self.assertEqual("bolt", self.home_of("eve@cafe.example"))
        self.assertEqual("acme", self.home_of("eve@bakery.example"))

    def test_a_bad_line_leaves_the_list_before_it_in_force_and_is_named(self):
        line = self.edit("bolt", *FIRST["bolt"], "@grill.example", says="line 4")
        self.assertIn("ConfigMap bolt/customers, domains, line 4: '@grill.example' is no domain",
                      line)
        self.assertEqual("bolt", self.home_of("bob@inn.example"))
        self.assertIsNone(self.home_of("bob@grill.example"))

    def test_postern_why_names_the_line(self):
        answer = subprocess.run([PROGRAM, "why", str(self.gate.folder), "--user",
                                 "anna@inn.example", "--source", "127.0.0.1"], capture_output=True,
                                text=True, timeout=60, check=False)
        self.assertEqual(0, answer.returncode, answer.stderr)
        self.assertIn("bolt/mail, by his domain, line inn.example of ConfigMap bolt/customers, key "
                      "domains", answer.stdout)


if __name__ == "__main__":
    main()
