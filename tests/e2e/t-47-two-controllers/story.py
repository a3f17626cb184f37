"""Two controllers serve, one of them leads. Either may die, and one may know less than the other:
proxies are never taken back to an older world, and statuses are written on."""
import time

from lib.admin import metric, resources
from lib.cluster_story import ClusterStory
from lib.cluster_world import Users, World
from lib.one_address import OneAddress
from lib.gate import ADDRESS
from lib.story import main
from lib.trouble import judge, moved
from lib.waiting import until

AT_A, AT_B = 18000, 18010
ADMIN = {"a": 9900, "b": 9899}
LEASES = "/apis/coordination.k8s.io/v1/leases"


class TwoControllers(ClusterStory):
    @classmethod
    def set_up_story(cls):
        api = cls.prepare()
        api.order("bookmarks", milliseconds=500)
        cls.world = World(api.objects, cls.pair)
        cls.addClassCleanup(cls.world.close)
        cls.install_class()
        cls.configs = {name: api.kubeconfig(name) for name in "ab"}
        for name in "ab":
            cls.programs.start_controller(name, cls.configs[name])
        cls.address = OneAddress(ADDRESS, 18100, [AT_A, AT_B])
        cls.addClassCleanup(cls.address.close)
        cls.programs.start_proxy(0, at=f"{ADDRESS}:18100")
        until(lambda: "SERVER default/mail" in resources(), what="the MailServer at the proxy")

    def setUp(self):
        for name in "ab":
            if self.programs.controllers[name].ended:
                self.programs.start_controller(name, self.configs[name])

    def leader(self):
        """The controller that the Lease names; the fake API server knows who wrote it."""
        held = [one for one in self.api.seen() if one["plural"] == "leases"
                and one["verb"] in ("create", "update", "patch") and one["code"] < 300]
        return held[-1]["user"] if held else None

    def generation_written(self):
        mail = self.api.objects.get("MailServer", "mail")
        return mail["metadata"]["generation"] == mail.get("status", {}).get("observedGeneration")

    def test_1_only_the_leader_writes(self):
        until(self.generation_written, what="the status")
        writers = {one["user"] for one in self.api.seen()
                   if one["verb"] == "patch" and "/status" in one["target"]
                   and one["user"] != "admin"}
        self.assertEqual({self.leader()}, writers)

    def test_2_a_proxy_whose_controller_restarts_is_sent_nothing_twice(self):
        held = resources()
        with Users() as users:
            self.address.ports = [AT_B, AT_A]
            self.programs.kill(self.programs.controllers["a"])
            until(lambda: metric("postern_proxies", 9899) == 1, what="the proxy at b")
            sent = metric("postern_push_bytes_total", 9899)
            self.assertEqual(held, resources())
            back = moved(self.world, users)
        judge(self, users, held, f"on to b ({sent:.0f} octets sent again, a change in force "
                                 f"{back:.1f} s after)")
        self.assertLess(sent, 600, "how far it was read, and no resource")

    def test_3_the_leader_is_killed(self):
        leader, held = self.leader() or "a", set(resources())
        other = "b" if leader == "a" else "a"
        self.address.ports = [AT_A, AT_B] if other == "a" else [AT_B, AT_A]
        with Users() as users:
            self.programs.kill(self.programs.controllers[leader])
            began = time.monotonic()
            back = moved(self.world, users)
            self.api.objects.apply(self.world.server(limits={"maxErrors": 7}))
            until(self.generation_written, 30, "a status written by the other", every=0.1)
            took = time.monotonic() - began
        judge(self, users, held, f"leader killed (a change in force {back:.1f} s after, statuses "
                                 f"written again after {took:.1f} s)")
        self.assertEqual(other, self.leader())

    def test_4_one_that_knows_less_takes_nobody_back(self):
        """The proxy comes from a controller that has seen more, and finds one that is behind."""
        ahead, behind = ("a", AT_A), ("b", AT_B)
        self.address.ports = [ahead[1]]
        held = set(resources())
        with Users() as users:
            self.programs.kill(self.programs.controllers["b"])
            self.programs.start_controller("b", self.configs["b"])
            self.until_at(ahead[0])
            self.api.order("freeze", user="b")
            moved(self.world, users)
            moved(self.world, users)
            self.address.ports = [behind[1]]
            self.programs.kill(self.programs.controllers["a"])
            self.until_at("b")
            users.crowd.wait_for_more(2000)
            self.assertEqual(held, set(resources()))
            self.api.order("thaw", user="b")
            back = moved(self.world, users)
        judge(self, users, held, f"behind and caught up (in force {back:.1f} s after)")

    def test_5_proxies_of_the_other_one_are_told_nothing_when_one_is_killed_and_back(self):
        at = max(ADMIN, key=lambda name: metric("postern_proxies", ADMIN[name]))
        other, held = "b" if at == "a" else "a", resources()

        def told():
            return (metric("postern_push_total", ADMIN[at]),
                    metric("postern_stream_reconnects_total"), resources())
        before = told()
        with Users() as users:
            self.programs.kill(self.programs.controllers[other])
            users.crowd.wait_for_more(500)
            self.programs.start_controller(other, self.configs[other])
            users.crowd.wait_for_more(500)
            self.assertEqual(before, told())
            self.assertEqual(1, metric("postern_proxies", ADMIN[at]))
            back = moved(self.world, users)
        judge(self, users, held, f"{other} killed and back, the proxy at {at} (a change in force "
                                 f"{back:.1f} s after)")

    def until_at(self, name):
        """Until the proxy is connected to this one: by killing nobody, only by waiting."""
        until(lambda: metric("postern_proxies", ADMIN[name]) >= 1, 30, f"the proxy at {name}")


if __name__ == "__main__":
    main()
