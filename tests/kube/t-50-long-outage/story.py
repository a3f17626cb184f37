"""A real API server is away for long: a minute, or as many seconds as OUTAGE says. Users log in all
the while and others idle; nobody notices, and as soon as it is back a change is in force, and told.
    OUTAGE=600 POSTERN=build/release/bin/postern tests/e2e/run_story tests/kube/t-50-long-outage"""
import os
import threading
import time

from cluster.outage import OutageStory
from cluster.story import main
from lib.admin import metric, page, resources
from lib.cluster_world import Users
from lib.split import CONTROLLER_ADMIN
from lib.trouble import judge, moved
from lib.waiting import until

SECONDS = float(os.environ.get("OUTAGE", 60))
SOON = 30  # s: nobody waits longer than 10 s for the head of a watch, and a busy machine adds to it
MEMBERS = 2
PAUSE = 0.5  # s, between two logins of each: others have tests to run


class LongOutage(OutageStory):
    def test_nobody_notices_and_a_change_comes_soon_after(self):
        held, pid = set(resources()), self.controller.pid
        with Users(MEMBERS, guests=8, pause=PAUSE, idle=True) as users:
            moved(self.world, users)
            before = users.crowd.count()
            self.ground.stop_one("kube-apiserver")
            threading.Event().wait(SECONDS)
            during = users.crowd.count() - before
            self.assertEqual(0, metric("postern_apiserver_connected", CONTROLLER_ADMIN))
            self.assertEqual("ok", page("readyz", CONTROLLER_ADMIN).split()[0])
            self.ground.start_api_server()
            users.crowd.pause = 0
            back = moved(self.world, users, 90)
            users.crowd.pause = PAUSE
            told = self.told_after()
        judge(self, users, held, f"API server away for {SECONDS:.0f} s, {during} logins meanwhile "
                                 f"(a change in force {back:.1f} s after it was ready, the next "
                                 f"one told {told:.1f} s after that)")
        self.assertFalse(self.controller.ended)
        self.assertEqual(pid, self.controller.pid)
        self.assertGreater(during, SECONDS, "users came all the while")
        self.assertLess(back, SOON)

    def told_after(self):
        began = time.monotonic()
        self.objects.apply(self.world.server(limits={"maxErrors": 7}))
        until(self.is_told, 60, "the status", every=0.05)
        return time.monotonic() - began


if __name__ == "__main__":
    main()
