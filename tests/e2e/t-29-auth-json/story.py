"""A service of style JSON, in thirty lines, decides who may log in and where his mail is; what it said
is kept, and bridges its outage."""
import base64
import sys
import time

from lib.admin import metric
from lib.client import refusal, where
from lib.gate import ADDRESS
from lib.json_service import ROOT, JsonService, document, schema_of
from lib.manifests import addresses, mail_server
from lib.process import Process
from lib.raw import Raw
from lib.story import MEMBERS, Story, main

ANNA, BERT = "anna@example.test", "bert@example.test"
HOMES = {ANNA: "server-1", BERT: "server-2"}
LATER = "later.example.test"  # the host whose answers are kept


def server(name, port, **more):
    cache = more.pop("cache", None)
    provider = {"name": "accounts", "timeout": "2s",
                "http": {"url": f"http://{ADDRESS}:{port}/auth?x=1"}}
    if cache:
        provider["cache"] = cache
    return mail_server(name, [addresses("mailbox", MEMBERS)],
                       protocols={"imap": {"mechanisms": ["PLAIN", "LOGIN", "OAUTHBEARER"]}},
                       authentication={"providers": [provider]}, **more)


class AuthJson(Story):
    @classmethod
    def set_up_story(cls):
        for name in MEMBERS:
            cls.dovecot(name)
        cls.service = JsonService(9000)
        cls.addClassCleanup(cls.service.stop)
        cls.usual_manifests()
        cls.gate.write("mail.json", server("mail", 9000), server(
            "later", 9001, hostnames=(LATER,),
            cache={"accepted": "1s", "rejected": "1h", "stale": "WhenUnavailable"}))
        cls.gate.start("--workers", "2")

    def tearDown(self):
        self.service.says = None
        self.assertEqual([], self.service.faults)

    def test_each_user_is_sent_where_the_service_says(self):
        for user, home in HOMES.items():
            self.assertEqual(home, where(self.ca, user))

    def test_the_example_runs_as_it_is(self):
        program = Process("service", [sys.executable, ROOT / "examples/auth-json/service.py", "9002"])
        self.addCleanup(program.stop)
        self.gate.change("more.json", server("more", 9002, hostnames=("more.example.test",)),
                         says="mailserver default/more")
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:  # until it listens
            try:
                self.assertEqual("server-2", where(self.ca, BERT, host="more.example.test"))
                return
            except Exception as error:
                self.assertIn("[UNAVAILABLE]", str(error))
        self.fail("it never answered")

    def test_unknown_users_and_wrong_passwords_read_the_same_words(self):
        wrong = refusal(self.ca, ANNA, "wrong")
        self.assertIn("[AUTHENTICATIONFAILED]", wrong)
        self.assertEqual(wrong, refusal(self.ca, "nobody@example.test", "wrong"))

    def test_the_service_is_told_what_the_schema_says(self):
        where(self.ca, ANNA)
        asked = self.service.asked[-1]
        client, tls = asked.pop("client"), asked.pop("tls")
        self.assertEqual({"version": 1, "protocol": "imap", "mechanism": "LOGIN", "attempt": 1,
                          "server": "default/mail", "user": ANNA, "password": "secret"}, asked)
        self.assertEqual("127.0.0.1", client["address"])
        self.assertEqual(("TLSv1.3", "mail.example.test"), (tls["version"], tls["server_name"]))

    def test_the_schema_says_no_to_what_is_none(self):
        answer = schema_of("answer")
        for wrong in ({"result": "accept"}, {"version": 1, "result": "ok"},
                      {"version": 1, "result": "accept", "reason": "credentials"},
                      {"version": 1, "result": "refuse", "user": "x"}, {"version": 1}):
            self.assertFalse(answer.is_valid(wrong), wrong)

    def test_odd_names_and_passwords_reach_the_service_as_they_are(self):
        for odd in ('"', "\\", "a\\\"b", "{}", "\\u0041", "ünïcödé€𝄞", "%41 +"):
            with Raw(port=993, tls=self.ca) as guest:
                word = base64.b64encode(f"\0{ANNA}\0{odd}".encode())
                guest.ask(b"a AUTHENTICATE PLAIN " + word)
            self.assertEqual(odd, self.service.asked[-1]["password"])

    def test_what_is_not_utf8_is_refused_and_nobody_is_asked(self):
        before = len(self.service.asked)
        with Raw(port=993, tls=self.ca) as guest:
            word = base64.b64encode(b"\0" + ANNA.encode() + b"\0p\xe4ss")
            said = guest.ask(b"a AUTHENTICATE PLAIN " + word)[-1]
        self.assertIn(b"[AUTHENTICATIONFAILED]", said)
        self.assertEqual(before, len(self.service.asked))

    def test_a_token_goes_to_the_service_as_one(self):
        frame = f"n,a={ANNA},\1auth=Bearer abc.def\1\1".encode()
        with Raw(port=993, tls=self.ca) as guest:
            guest.send(b"a AUTHENTICATE OAUTHBEARER " + base64.b64encode(frame) + b"\r\n")
            if guest.line().startswith(b"+"):
                guest.send(b"AQ==\r\n")
        self.assertEqual(("OAUTHBEARER", "abc.def"),
                         (self.service.asked[-1]["mechanism"], self.service.asked[-1]["token"]))

    def test_nobody_reads_anothers_mail_by_a_service_that_does_not_know_of_it(self):
        with Raw(port=993, tls=self.ca) as guest:
            word = base64.b64encode(f"{BERT}\0{ANNA}\0secret".encode())
            said = guest.ask(b"a AUTHENTICATE PLAIN " + word)[-1]
        self.assertIn(b"[AUTHENTICATIONFAILED]", said)
        self.assertEqual(BERT, self.service.asked[-1]["acting_as"])

    def test_what_is_not_the_one_pattern_is_an_outage(self):
        yes = '{"version":1,"result":"accept"}'
        for octets in (document(yes, status="500 OK"), document(yes, status="401 No"),
                       document(yes, kind="text/html"), document('{"result":"accept"}'),
                       document('{"version":1,"result":"refuse","result":"accept"}'),
                       document("<html>Bad gateway</html>"), document(""), b"", b"\r\n\r\n"):
            self.service.says = octets
            self.assertIn("[UNAVAILABLE]", refusal(self.ca, ANNA), octets)

    def test_what_was_accepted_bridges_the_service_s_absence(self):
        service = JsonService(9001)
        try:
            self.assertEqual("server-1", where(self.ca, ANNA, host=LATER))
            self.assertIn("[AUTH", refusal(self.ca, BERT, "wrong", host=LATER))
        finally:
            service.stop()
        asked = len(service.asked)
        deadline = time.monotonic() + 20
        while metric("postern_auth_cache_lookups_total", result="stale") == 0:
            self.assertLess(time.monotonic(), deadline, "it never expired")
            self.assertEqual("server-1", where(self.ca, ANNA, host=LATER))
        self.assertIn("[AUTH", refusal(self.ca, BERT, "wrong", host=LATER), "a refusal that is kept")
        self.assertIn("[UNAVAILABLE]", refusal(self.ca, ANNA, "guess", host=LATER))
        self.assertIn("[UNAVAILABLE]", refusal(self.ca, BERT, host=LATER))
        self.assertEqual(asked, len(service.asked))
        self.assertEqual([], service.faults)

    def test_no_password_is_in_any_line(self):
        refusal(self.ca, ANNA, "a-very-wrong-word")
        self.assertNotIn("a-very-wrong-word", self.gate.process.output())


if __name__ == "__main__":
    main()
