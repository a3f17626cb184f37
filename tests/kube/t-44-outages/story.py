"""A real API server is killed and comes back, then its etcd: who reads mail does not notice, nothing
is taken away, and the next change is in force soon after."""
import time

from cluster.outage import OutageStory
from cluster.story import main
from lib.admin import resources
from lib.cluster_world import Users
from lib.trouble import judge, moved
from lib.waiting import until


class Outages(OutageStory):
    def test_1_the_api_server_is_killed(self):
        held = set(resources())
        with Users() as users:
            moved(self.world, users)
            self.kill("kube-apiserver")
            users.crowd.wait_for_more(1500)
            self.ground.start_api_server()
            began = time.monotonic()
            moved(self.world, users, 40)
            back = time.monotonic() - began
        judge(self, users, held, f"API server killed (in force {back:.1f} s after it was ready)")

    def test_2_etcd_is_killed(self):
        held = set(resources())
        with Users() as users:
            self.kill("etcd")
            users.crowd.wait_for_more(1500)
            self.ground.start_etcd()
            until(self.ground.is_ready, 60, "the API server's readiness", every=0.1)
            back = moved(self.world, users, 40)
        judge(self, users, held, f"etcd killed (in force {back:.1f} s after it was ready)")
        self.assertFalse(self.controller.ended, "one process through all of it")


if __name__ == "__main__":
    main()
