"""What a real proxy cannot do stands in the object that it came from: a port that somebody else has,
and an address that is not here. What was served before is served on, and when the trouble is gone the
object says so, though nobody has changed it."""
import json
import socket

from conformance.suite import CLASS, PORTS
from lib.cluster_story import ClusterStory
from lib.cluster_world import World
from lib.gate import ADDRESS
from lib.raw import Raw
from lib.story import main
from lib.waiting import until

KEY = ("default", "mail")


def told(conditions):
    return {one["type"]: f"{one['status']} {one['reason']}" for one in conditions}


class WhatProxiesRefuse(ClusterStory):
    @classmethod
    def set_up_story(cls):
        api = cls.prepare()
        cls.install_class()
        cls.config = api.kubeconfig("a")
        cls.programs.start_controller("a", cls.config)
        for number in (0, 1):
            cls.programs.start_proxy(number, at=f"{ADDRESS}:18000", wait=False)

    def status(self, kind="MailServer", name="mail"):
        return self.api.objects.get(kind, name).get("status", {})

    def conditions(self, kind="MailServer", name="mail"):
        return told(self.status(kind, name).get("conditions", []))

    def listener(self, port):
        for one in self.status().get("listeners", []):
            if one["port"] == port:
                return told(one["conditions"])["Programmed"]
        return "is not told"

    def wait_for(self, reason):
        until(lambda: self.conditions().get("Programmed") == reason, 30,
              f"Programmed to be {reason}")

    def logs_in(self, port=143):
        with Raw(port) as client:
            return client.ask(b"a LOGIN joe secret")[-1].startswith(b"a OK")

    def events(self):
        return [json.loads(one["body"])["reason"] for one in self.api.seen()
                if one["plural"] == "events" and one["verb"] == "create"]

    def test_1_somebody_else_has_the_port_of_one_proxy(self):
        with socket.create_server((ADDRESS, 993)):
            world = World(self.api.objects, self.pair, servers=2)
            self.addClassCleanup(world.close)
            self.wait_for("False PartiallyProgrammed")
            self.assertEqual("False BindFailed", self.listener(993))
            self.assertEqual("True Programmed", self.listener(143))
            refused = [(one["proxy"], one["code"], one["field"])
                       for one in self.status()["proxies"]["rejections"]]
            self.assertEqual([("proxy-0", "BindFailed", "port")], refused)
            self.assertEqual("False PartiallyProgrammed", self.conditions()["Ready"])
            until(lambda: self.conditions("MailClass", "postern").get("Programmed")
                  == "False PartiallyProgrammed", what="the status of the class")
            until(lambda: "ProxyRejected" in self.events(), what="the Event")
            self.assertTrue(self.logs_in())
        generation = self.status()["observedGeneration"]
        self.wait_for("True Programmed")
        self.assertEqual("True Programmed", self.listener(993))
        self.assertEqual(generation, self.status()["observedGeneration"])

    def test_2_the_class_names_an_address_that_no_proxy_has(self):
        elsewhere = [{**port, "addresses": ["192.0.2.99"]} if port["port"] == 993 else port
                     for port in PORTS]
        self.api.objects.apply({**CLASS, "spec": {"ports": elsewhere}})
        self.wait_for("False ProxyRejected")
        self.assertEqual("False BindFailed", self.listener(993))
        self.assertEqual(["proxy-0", "proxy-1"],
                         sorted(one["proxy"] for one in self.status()["proxies"]["rejections"]))
        self.assertTrue(self.logs_in())
        self.install_class()
        self.wait_for("True Programmed")
        self.assertEqual("True Ready", self.conditions()["Ready"])

    def test_3_proxies_that_come_anew_say_it_again(self):
        self.programs.kill(self.programs.proxies[1])
        with socket.create_server((ADDRESS, 5993)):
            self.programs.start_proxy(1, at=f"{ADDRESS}:18000", wait=False)
            self.wait_for("False PartiallyProgrammed")
            self.assertEqual([("proxy-1", "BindFailed")],
                             [(one["proxy"], one["code"])
                              for one in self.status()["proxies"]["rejections"]])
        self.wait_for("True Programmed")


if __name__ == "__main__":
    main()
