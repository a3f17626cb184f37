"""A firewall forgets the controller's connections: they stay, and nothing comes or goes any more,
while new ones are let through. It notices by itself, and reads on from where it was."""
import re
import subprocess
import time

from lib.admin import metric
from lib.cluster_world import Users
from lib.fake_api import PORT
from lib.split import CONTROLLER_ADMIN
from lib.story import main
from lib.trouble import KINDS, TroubleStory, moved
from lib.waiting import until

# s: probed after 30 without an octet, and given up at 60.
NOTICED = 75
PAUSE = 0.3  # s, between two logins of each: others have tests to run


def ip(*words):
    subprocess.run(["ip", *(str(word) for word in words)], check=True, capture_output=True)


class HalfOpen(TroubleStory):
    def ports(self):
        """Of the controller, on its connections to the API server."""
        words = subprocess.run(["ss", "-Htnp", "state", "established", f"dport = :{PORT}"],
                               check=True, capture_output=True, text=True).stdout
        return [re.search(r":(\d+)\s+\S+\s+users", line)[1] for line in words.splitlines()
                if f"pid={self.controller.pid}," in line]

    def drop(self, ports):
        """What is sent on these connections, either way, is lost without a word."""
        ip("rule", "add", "pref", 100, "lookup", "local")
        ip("rule", "del", "pref", 0)
        for number, port in enumerate(ports):
            for here, there in ((port, PORT), (PORT, port)):
                ip("rule", "add", "pref", 10 + number, "ipproto", "tcp", "sport", here,
                   "dport", there, "blackhole")

    def test_connections_that_say_nothing_are_given_up(self):
        with Users(2, pause=PAUSE, idle=True) as users:
            moved(self.world, users)
            until(lambda: len(self.ports()) > len(KINDS), what="every kind being watched")
            ports, lists = self.ports(), len(self.asked("list"))
            self.drop(ports)
            began = time.monotonic()
            back = moved(self.world, users, NOTICED)
            until(lambda: not set(ports) & set(self.ports()), NOTICED, "the end of the others",
                  every=0.2)
            over = time.monotonic() - began
        self.judge(users, f"{len(ports)} half-open connections (a change in force {back:.1f} s "
                          f"after, the last of them given up after {over:.1f} s)")
        self.assertEqual(1, metric("postern_apiserver_connected", CONTROLLER_ADMIN))
        self.assertEqual(lists, len(self.asked("list")), "it reads on, and lists nothing again")


if __name__ == "__main__":
    main()
