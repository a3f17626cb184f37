"""The wall clock of controller and proxy is set: ten days on, ten days back, three hours on. Leases,
waits and connections go by clocks that only run on: nobody notices."""
import time

from lib.admin import metric
from lib.cluster_world import Users
from lib.split import CONTROLLER_ADMIN
from lib.story import main
from lib.trouble import KINDS, TroubleStory, moved
from lib.waiting import until
from lib.wall_clock import WallClock

HOUR, DAY = 3600, 86400
BEGIN = 60  # s: nothing that is made here is of the future
JUMPS = {"10 days on": BEGIN + 10 * DAY, "10 days back": BEGIN, "3 hours on": BEGIN + 3 * HOUR}
LEASE = "/apis/coordination.k8s.io/v1/namespaces/default/leases/postern-controller-postern"


class ClockJump(TroubleStory):
    @classmethod
    def set_up_story(cls):
        cls.clock = WallClock(cls.folder, BEGIN)
        super().set_up_story()

    @classmethod
    def prepare(cls):
        api = super().prepare()
        cls.enterClassContext(cls.clock)  # what is started from here on
        return api

    def lease(self):
        spec = self.api.objects.api.get(LEASE).body["spec"]
        return spec["holderIdentity"], spec.get("leaseTransitions", 0)

    def told_after(self, number):
        began = time.monotonic()
        self.api.objects.apply(self.world.server(limits={"maxErrors": number}))
        generation = self.api.objects.get("MailServer", "mail")["metadata"]["generation"]
        until(lambda: self.api.objects.get("MailServer", "mail").get("status", {}).get(
            "observedGeneration") == generation, what="the status")
        return time.monotonic() - began

    def believes(self):
        """By how much the controller is off, as its metrics tell."""
        return metric("postern_config_last_success_timestamp_seconds",
                      CONTROLLER_ADMIN) - time.time()

    def test_nobody_notices(self):
        with Users(guests=8, idle=True) as users:
            moved(self.world, users)
            until(lambda: metric("leader_election_master_status", CONTROLLER_ADMIN) == 1,
                  what="its Lease")
            lease, asked, figures = self.lease(), len(self.asked("list", "watch")), []
            for number, (words, offset) in enumerate(JUMPS.items(), start=3):
                self.clock.set(offset)
                users.crowd.wait_for_more(300)
                back, told = moved(self.world, users), self.told_after(number)
                self.assertAlmostEqual(offset, self.believes(), delta=BEGIN / 2)
                figures.append(f"{words}: in force after {back:.2f} s, told after {told:.2f} s")
            more = len(self.asked("list", "watch")) - asked
            self.assertEqual(lease, self.lease(), "it leads on, and never began to lead anew")
        self.judge(users, f"clock set ({'; '.join(figures)}; {more} lists and watches more)")
        self.assertLess(more, 2 * len(KINDS), "nothing is read anew")


if __name__ == "__main__":
    main()
