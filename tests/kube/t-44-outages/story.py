"""A real API server is killed and comes back, then its etcd: who reads mail does not notice, nothing
is taken away, and the next change is in force soon after."""
import os
import time

from cluster import node
from cluster.api import Api
from cluster.ground import NAMESPACE
from cluster.story import GroundStory, main
from conformance.objects import Objects
from conformance.suite import Suite
from lib.admin import resources
from lib.certificates import Authority
from lib.cluster_story import InCluster
from lib.cluster_world import Users, World
from lib.manifests import HOST
from lib.trouble import judge, moved
from lib.waiting import until

SERVERS = 12


def on_node(number):
    return f"192.0.2.{100 + number}"


class Outages(GroundStory):
    @classmethod
    def set_up_story(cls):
        authority = Authority(cls.folder / "keys")
        suite = Suite(cls.connect, authority)
        cls.addClassCleanup(suite.stop)
        suite.install_class()
        for number in range(1, SERVERS + 1):
            node.add_address(on_node(number))
        cls.world = World(Objects(cls.connect()), authority.issue("mail", HOST), on_node, SERVERS)
        cls.addClassCleanup(cls.world.close)
        cls.programs = InCluster(cls.folder)
        cls.addClassCleanup(cls.programs.stop)
        cls.ground.stop_one("kube-controller-manager")  # it would end by itself, and is not needed
        cls.controller = cls.programs.start_controller("a", cls.ground.controller_kubeconfig(),
                                            "--lease-namespace", NAMESPACE)
        cls.programs.start_proxy()
        until(lambda: "SERVER default/mail" in resources(), what="the MailServer at the proxy")

    @classmethod
    def connect(cls):
        return Api(node.ADDRESS, 6443, cls.ground.authority.certificate, cls.ground.pair)

    def kill(self, name):
        process = self.ground.running.pop(name)
        os.kill(process.pid, 9)
        process.stop()

    def test_1_the_api_server_is_killed(self):
        held = len(resources())
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
        held = len(resources())
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
