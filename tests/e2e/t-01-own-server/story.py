"""Whoever logs in lands on his own mail server, whichever way he comes."""
import signal

from lib.client import login, where
from lib.story import Story, main

USERS = [f"user{number}@example.test" for number in range(12)]


class OwnServer(Story):
    @classmethod
    def set_up_story(cls):
        cls.servers = [cls.dovecot(name) for name in ("server-1", "server-2")]
        cls.usual_manifests()
        cls.gate.start()

    def test_a_user_lands_on_the_same_server_by_imaps_and_by_starttls(self):
        for user in USERS:
            ways = [where(self.ca, user, implicit=implicit) for implicit in (True, False, True)]
            self.assertEqual(1, len(set(ways)), f"{user}: {ways}")

    def test_users_are_spread_over_both_servers(self):
        self.assertEqual({"server-1", "server-2"}, {where(self.ca, user) for user in USERS})

    def test_a_restart_moves_nobody(self):
        before = [where(self.ca, user) for user in USERS]
        self.gate.stop()
        self.gate.start()
        self.assertEqual(before, [where(self.ca, user) for user in USERS])

    def test_the_mail_server_is_told_the_clients_own_address(self):
        user = USERS[0]
        client = login(self.ca, user, source="127.0.0.77")
        server = next(each for each in self.servers if each.name == client.server_name())
        client.logout()
        server.process.wait_for(f"Login: user=<{user}>, method=PLAIN, rip=127.0.0.77")

    def test_sigterm_ends_the_program_with_status_0(self):
        self.gate.process.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, self.gate.process.process.wait(15))
        self.gate.stop()
        self.gate.start()


if __name__ == "__main__":
    main()
