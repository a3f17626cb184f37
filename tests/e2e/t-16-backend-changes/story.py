"""Backends change a thousand times while users log in: none fails, and each comes to a server that
was his at that moment."""
import bisect
import os
import random
import time

from lib.crowd import Crowd
from lib.fake_backend import FakeBackend, named
from lib.manifests import addresses, mail_server, service
from lib.story import Story, main

CHANGES = int(os.environ.get("CHANGES", "1000"))
SERVERS = {f"server-{number}": f"127.0.0.{20 + number}" for number in range(1, 9)}
USERS = [f"user{number}" for number in range(40)]


class BackendChanges(Story):
    @classmethod
    def set_up_story(cls):
        for name, address in SERVERS.items():
            cls.addClassCleanup(FakeBackend(address, 143, named(name), remember=False).close)
        cls.usual_manifests()
        cls.gate.write("mail.json", *cls.manifests(["server-1"], False))
        cls.gate.start().settle()

    @classmethod
    def manifests(cls, names, by_service):
        members = {name: SERVERS[name] for name in names}
        listener = {"imap": {"listeners": [{"port": 143, "tls": "StartTLS", "plaintext": "Allow"}]}}
        if by_service:
            backend = {"name": "mailbox", "service": {"name": "dovecot"}, "tls": {"mode": "Disabled"}}
        else:
            backend = addresses("mailbox", members, tls={"mode": "Disabled"})
        return [mail_server("mail", [backend], protocols=listener),
                service("dovecot", *sorted(members.values()), ports=(("imap", 143),))]

    def test_a_thousand_changes_and_nobody_is_sent_away_or_astray(self):
        chance = random.Random(7)
        windows = [(0.0, 0.0, ("server-1",))]  # (written, in force, names)
        with Crowd(6, USERS, pause=0.02) as crowd:
            for number in range(CHANGES):
                names = windows[-1][2]
                while names == windows[-1][2]:
                    names = tuple(sorted(chance.sample(sorted(SERVERS), chance.randint(1, 6))))
                written = time.monotonic()
                self.gate.change("mail.json", *self.manifests(names, number % 4 == 3), says="Ready (")
                windows.append((written, time.monotonic(), names))
                if number % 20 == 0:
                    crowd.wait_for_more(12)
        self.assertEqual([], crowd.failures())
        self.judge(crowd.logins, windows)

    def judge(self, logins, windows):
        homes, sure, astray = {}, 0, []
        written, in_force = [w[0] for w in windows], [w[1] for w in windows]
        for login in logins:
            last = bisect.bisect_right(in_force, login.began) - 1
            possible = windows[last:max(last + 1, bisect.bisect_right(written, login.ended))]
            if not any(login.server in names for _, _, names in possible):
                astray.append((login.user, login.server, [names for _, _, names in possible]))
            if len(possible) == 1:
                sure += 1
                key = login.user, possible[0][2]
                if homes.setdefault(key, login.server) != login.server:
                    astray.append((key, homes[key], login.server))
        self.assertEqual([], astray[:5])
        self.assertGreater(sure, 50)
        print(f"{len(logins)} logins over {len(windows) - 1} changes: 0 failed, 0 misrouted; "
              f"{sure} of them between two changes, always at the same home")


if __name__ == "__main__":
    main()
