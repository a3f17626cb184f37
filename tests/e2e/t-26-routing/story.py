"""Two Dovecots behind one name: lines of a table and rules say who is on which, and stay right while
they are edited."""
import json
import subprocess
import time

from lib import placement
from lib.admin import resources
from lib.client import refusal, where
from lib.crowd import Crowd
from lib.gate import PROGRAM
from lib.manifests import addresses, mail_server
from lib.story import MEMBERS, Story, main

OLD, NEW = "server-1", "server-2"
SEED = placement.seed("postern", "default", "mail")
TABLE = "TABLE default/ConfigMap/moved#routes/routes"
CROWD = [f"user{number}@example.test" for number in range(24)]


def table(*lines):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "moved"},
            "data": {"routes": "\n".join(("# who moved",) + lines) + "\n"}}


def rules(new_weight):
    return [
        {"name": "alice", "match": {"users": ["alice@example.test"]},
         "backends": [{"name": "new"}]},
        {"name": "bob", "match": {"users": ["bob@example.test"]},
         "backends": [{"name": "both", "member": NEW}]},
        {"name": "robots", "match": {"userPattern": "robot-[0-9]+@.*"},
         "backends": [{"name": "both", "member": OLD}]},
        {"name": "elsewhere", "match": {"sourceCIDRs": ["127.0.0.99/32"]},
         "backends": [{"name": "new"}]},
        {"name": "canary", "match": {"domains": ["example.test"]},
         "backends": [{"name": "old", "weight": 100 - new_weight},
                      {"name": "new", "weight": new_weight}]}]


def manifest(new_weight=20, **routing):
    backends = [addresses("old", {OLD: MEMBERS[OLD]}), addresses("new", {NEW: MEMBERS[NEW]}),
                addresses("both", MEMBERS)]
    return mail_server("mail", backends, routing={
        "tables": [{"configMap": {"name": "moved"}}], "rules": rules(new_weight), **routing})


def share(user, new_weight=20):
    word = placement.share(SEED, {"old": 100 - new_weight, "new": new_weight}, user)
    return {"old": OLD, "new": NEW}[word]


class Askers(Crowd):
    """Each asks the mail server that it came to for its name."""

    def __init__(self, authority):
        super().__init__(3, CROWD)
        self.authority = authority

    def _log_in(self, login):
        login.server = where(self.authority, login.user)


class Routing(Story):
    @classmethod
    def set_up_story(cls):
        for name in MEMBERS:
            cls.dovecot(name)
        cls.usual_manifests()
        cls.gate.write("mail.json", manifest())
        cls.gate.write("moved.json", table())
        cls.gate.start().settle()

    def edit(self, *lines):
        before = resources()[TABLE]
        self.gate.change("moved.json", table(*lines))
        self.assertNotEqual(before, resources()[TABLE])

    def test_a_share_is_the_published_one_and_raising_it_moves_users_to_the_new_one_only(self):
        users = [f"canary{number}@example.test" for number in range(20)]
        before = {user: where(self.ca, user) for user in users}
        self.assertEqual({user: share(user) for user in users}, before)
        self.assertEqual({OLD, NEW}, set(before.values()))
        self.gate.change("mail.json", manifest(60))
        after = {user: where(self.ca, user) for user in users}
        self.gate.change("mail.json", manifest())
        self.assertEqual({user: share(user, 60) for user in users}, after)
        moved = {user for user in users if before[user] != after[user]}
        self.assertTrue(moved)
        self.assertEqual({NEW}, {after[user] for user in moved})

    def test_pins_patterns_and_addresses_lead_where_they_say(self):
        self.assertEqual(NEW, where(self.ca, "Alice@Example.test"))
        self.assertEqual(NEW, where(self.ca, "bob@example.test"))
        for number in range(6):
            self.assertEqual(OLD, where(self.ca, f"robot-{number}@example.test"))
            self.assertEqual(NEW, where(self.ca, f"guest{number}@example.test", source="127.0.0.99"))

    def test_an_edited_line_moves_its_user_and_sends_its_table_alone(self):
        before = resources()
        self.edit("carol@example.test: both/" + NEW)
        self.assertEqual(NEW, where(self.ca, "carol@example.test"))
        self.edit("carol@example.test: both/" + OLD, "@moved.test: new")
        self.assertEqual(OLD, where(self.ca, "carol@example.test"))
        self.assertEqual(NEW, where(self.ca, "anybody@moved.test"))
        changed = {name for name, version in resources().items() if before.get(name) != version}
        self.assertEqual({TABLE}, changed)

    def test_a_table_is_edited_while_logins_go_on(self):
        edits = []  # (written, in force, home)
        with Askers(self.ca) as crowd:
            for number in range(30):
                home = [OLD, NEW][number % 2]
                written = time.monotonic()
                self.edit(*(f"{user}: both/{home}" for user in CROWD), f"@edit-{number}.test: new")
                edits.append((written, time.monotonic(), home))
                crowd.wait_for_more(6)
        self.assertEqual([], crowd.failures())
        between = [(login.server, home) for login in crowd.logins
                   for (_, in_force, home), (written, _, _) in zip(edits, edits[1:])
                   if in_force <= login.began and login.ended <= written]
        self.assertEqual([], [pair for pair in between if pair[0] != pair[1]])
        self.assertGreater(len(between), 30)

    def test_a_bad_line_leaves_the_table_before_it_in_force_and_is_named(self):
        self.edit("dave@example.test: both/" + NEW)
        line = self.gate.change("moved.json", table("dave@example.test both"), says="line 2")
        self.assertIn("ConfigMap default/moved, routes, line 2: has no colon", line)
        self.assertEqual(NEW, where(self.ca, "dave@example.test"))
        self.gate.change("moved.json", table("dave@example.test: both/" + OLD))
        self.assertEqual(OLD, where(self.ca, "dave@example.test"))

    def test_whom_a_line_leads_nowhere_is_told_to_come_again(self):
        self.edit("eve@example.test: nowhere", "fay@example.test: both/server-9")
        for user in ("eve@example.test", "fay@example.test"):
            self.assertIn("[UNAVAILABLE]", refusal(self.ca, user))
        self.assertEqual(share("gus@example.test"), where(self.ca, "gus@example.test"))

    def test_postern_why_says_what_the_proxy_does(self):
        self.edit("carol@example.test: both/" + NEW, "eve@example.test: nowhere")
        for user in ("carol@example.test", "bob@example.test", "hal@example.test",
                     "robot-1@example.test", "ida@elsewhere.test"):
            answer = self.why(user)
            self.assertEqual((0, True), (answer.returncode, json.loads(answer.stdout)["served"]))
            member = next(step["value"] for step in json.loads(answer.stdout)["steps"]
                          if step["what"] == "member")
            self.assertEqual(where(self.ca, user), member)
        answer = self.why("eve@example.test")
        self.assertEqual((1, False), (answer.returncode, json.loads(answer.stdout)["served"]))

    def why(self, user):
        return subprocess.run([PROGRAM, "why", str(self.gate.folder), "--user", user, "--source",
                               "127.0.0.1", "--output", "json"], capture_output=True, text=True,
                              timeout=60, check=False)


if __name__ == "__main__":
    main()
