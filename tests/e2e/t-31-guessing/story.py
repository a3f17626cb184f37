"""What guessing costs, and whom it does not cost anything; and how many connections a source may
make. The proxy's own clock alone: failures are told at once, and a wait is seen by who is asked."""
import imaplib

from lib.admin import metric
from lib.client import Client, login, refusal
from lib.manifests import addresses, mail_server
from lib.story import MEMBERS, Story, main

USER = "anna@example.test"
WEBMAIL = "127.0.0.200"
BLOCKED = "Too many failed logins"


def protected(name, hostname, **spec):
    return mail_server(name, [addresses("mailbox", MEMBERS)], hostnames=[hostname], **spec)


def protection(**more):
    """Without the exemption of loopback that other stories have."""
    return {"failureDelay": "0s", "maxFailuresPerSession": 20, "exemptCIDRs": [f"{WEBMAIL}/32"],
            **more}


class Guessing(Story):
    @classmethod
    def set_up_story(cls):
        for name in MEMBERS:
            cls.dovecot(name)
        cls.usual_manifests()
        rate = {"failures": 4, "window": "1m", "block": "10m"}
        cls.gate.write("mail.json",
                       protected("growing", "growing.example.test", loginProtection=protection()),
                       protected("source", "source.example.test", loginProtection=protection(
                           penalty="Disabled", perSource=rate)),
                       protected("user", "user.example.test", loginProtection=protection(
                           penalty="Disabled", perUser=rate)),
                       protected("phone", "phone.example.test", loginProtection=protection(
                           penalty="Disabled", perSource=rate)),
                       protected("rate", "rate.example.test",
                                 limits={"newConnectionsPerMinutePerSource": 2}),
                       protected("few", "few.example.test", limits={
                           "maxConnectionsPerSource": 2, "maxConnectionsPerUser": 1}))
        cls.gate.start()

    def fail(self, door, source, password, user=USER):
        return refusal(self.ca, user, password, host=f"{door}.example.test", source=source)

    def let_in(self, door, source, user=USER):
        login(self.ca, user, host=f"{door}.example.test", source=source).logout()

    def delays(self):
        return metric("postern_login_penalties_total", kind="delay")

    def test_a_source_that_goes_on_failing_waits_and_others_do_not(self):
        before = self.delays()
        for source, waits in (("127.0.0.61", 0), ("127.0.0.62", 0), ("127.0.0.61", 1)):
            self.assertIn("[AUTHENTICATIONFAILED]",
                          self.fail("growing", source, f"guess-{source}-{waits}"))
            self.assertEqual(before + waits, self.delays())

    def test_the_same_wrong_password_again_costs_nothing(self):
        for _ in range(6):
            self.assertIn("[AUTHENTICATIONFAILED]", self.fail("phone", "127.0.0.63", "old"))
        self.let_in("phone", "127.0.0.63")

    def test_a_source_with_too_many_failures_is_refused_for_a_while(self):
        for number in range(4):
            self.assertIn("[AUTHENTICATIONFAILED]",
                          self.fail("source", "127.0.0.64", f"guess-{number}"))
        for user in (USER, "bert@example.test"):
            self.assertIn(BLOCKED, self.fail("source", "127.0.0.64", "secret", user))
        self.let_in("source", "127.0.0.65")

    def test_strangers_lock_a_user_out_for_strangers_only(self):
        self.let_in("user", "127.0.0.66")
        for number in range(4):
            self.assertIn("[AUTHENTICATIONFAILED]",
                          self.fail("user", f"127.0.0.{70 + number}", f"guess-{number}"))
        self.assertIn(BLOCKED, self.fail("user", "127.0.0.80", "secret"))
        self.let_in("user", "127.0.0.66")

    def test_an_exempt_source_is_never_delayed_or_blocked(self):
        for number in range(8):
            self.assertIn("[AUTHENTICATIONFAILED]",
                          self.fail("source", WEBMAIL, f"guess-{number}"))
        self.let_in("source", WEBMAIL)

    def test_a_source_comes_as_often_in_a_minute_as_it_may_and_others_come_too(self):
        clients = [Client(self.ca, host="rate.example.test", source="127.0.0.90")
                   for _ in range(2)]
        with self.assertRaises((OSError, imaplib.IMAP4.error)):
            Client(self.ca, host="rate.example.test", source="127.0.0.90")
        Client(self.ca, host="rate.example.test", source="127.0.0.91").logout()
        for client in clients:
            client.logout()
        with self.assertRaises((OSError, imaplib.IMAP4.error)):
            Client(self.ca, host="rate.example.test", source="127.0.0.90")

    def test_who_comes_too_often_to_one_company_may_come_to_another_of_the_port(self):
        with self.assertRaises((OSError, imaplib.IMAP4.error)):
            for _ in range(3):
                Client(self.ca, host="rate.example.test", source="127.0.0.92").logout()
        self.let_in("growing", "127.0.0.92", "dora@example.test")

    def test_a_source_holds_as_many_connections_as_it_may(self):
        two = [Client(self.ca, host="few.example.test", source="127.0.0.93") for _ in range(2)]
        with self.assertRaises((OSError, imaplib.IMAP4.error)):
            Client(self.ca, host="few.example.test", source="127.0.0.93")
        two.pop().logout()
        two.pop().logout()

    def test_a_mailbox_has_as_many_sessions_as_it_may(self):
        first = login(self.ca, USER, host="few.example.test", source="127.0.0.94")
        self.assertIn("[LIMIT]", self.fail("few", "127.0.0.95", "secret"))
        first.logout()

    def test_the_refused_are_counted_by_the_reason(self):
        with self.assertRaises((OSError, imaplib.IMAP4.error)):
            for _ in range(3):
                Client(self.ca, host="rate.example.test", source="127.0.0.96").logout()
        self.assertGreater(metric("postern_connections_refused_total", reason="source_rate"), 0)


if __name__ == "__main__":
    main()
