"""A mail server goes away and comes back: never a wrong password, and others do not notice."""
import time

from lib.client import refusal, where
from lib.manifests import addresses, mail_server
from lib.story import MEMBERS, Story, main

USERS = [f"user{number}@example.test" for number in range(12)]


class BackendAway(Story):
    @classmethod
    def set_up_story(cls):
        for name in MEMBERS:
            cls.dovecot(name)
        cls.usual_manifests()
        home = addresses("mailbox", MEMBERS, balancing={"onUnavailable": "TemporaryFailure"})
        other = addresses("mailbox", MEMBERS)
        cls.gate.write("mail.json", mail_server("mail", [home]),
                       mail_server("other", [other], hostnames=["other.example.test"]))
        cls.gate.start()
        homes = {user: where(cls.ca, user) for user in USERS}
        cls.at = {name: [user for user in USERS if homes[user] == name] for name in MEMBERS}
        cls.servers[1].stop()

    def test_his_server_is_away_and_he_is_told_to_come_back(self):
        for user in self.at["server-2"][:3]:
            self.assertIn("[UNAVAILABLE]", refusal(self.ca, user))

    def test_users_of_the_other_server_keep_working(self):
        for user in self.at["server-1"]:
            self.assertEqual("server-1", where(self.ca, user))

    def test_another_member_is_taken_where_the_policy_permits(self):
        for user in USERS:
            self.assertEqual("server-1", where(self.ca, user, host="other.example.test"))

    def test_when_it_is_back_its_users_are_at_home_again(self):
        self.servers[1].start()
        user, deadline, last = self.at["server-2"][0], time.monotonic() + 30, "never tried"
        try:
            while time.monotonic() < deadline:
                try:
                    self.assertEqual("server-2", where(self.ca, user))
                    return
                except Exception as error:  # still away: each try takes its own time
                    last = error
            self.fail(f"{user} is not at home after 30 s: {last}")
        finally:
            self.servers[1].stop()


if __name__ == "__main__":
    main()
