"""A real API server, a controller with the roles that ship, a proxy, and users who notice nothing:
what stories of outages begin with."""
import os

from conformance.objects import Objects
from conformance.suite import Suite
from lib.admin import resources
from lib.certificates import Authority
from lib.cluster_story import InCluster
from lib.cluster_world import World
from lib.manifests import HOST
from lib.waiting import until

from . import node
from .api import Api
from .ground import NAMESPACE
from .story import GroundStory

SERVERS = 12


def on_node(number):
    return f"192.0.2.{100 + number}"


class OutageStory(GroundStory):
    @classmethod
    def set_up_story(cls):
        authority = Authority(cls.folder / "keys")
        suite = Suite(cls.connect, authority)
        cls.addClassCleanup(suite.stop)
        suite.install_class()
        for number in range(1, SERVERS + 1):
            node.add_address(on_node(number))
        cls.objects = Objects(cls.connect())
        cls.world = World(cls.objects, authority.issue("mail", HOST), on_node, SERVERS)
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

    def is_told(self):
        """Whether the status speaks of the MailServer as it is now."""
        mail = self.objects.get("MailServer", "mail")
        return mail["metadata"]["generation"] == mail.get("status", {}).get("observedGeneration")
