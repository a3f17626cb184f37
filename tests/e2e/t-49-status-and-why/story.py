"""What a controller in a cluster writes and tells: the status of a MailServer and of the class, an
Event for what happened, and why something is as it is; each once."""
import json
import subprocess
import time
import urllib.error
import urllib.request

from lib.admin import metric, page, resources
from lib.cluster_story import ClusterStory
from lib.cluster_world import World
from lib.gate import ADDRESS, PROGRAM
from lib.story import main
from lib.waiting import until

ADMIN = 9900
ELSEWHERE = "192.0.2.1"


def why(what, port=ADMIN):
    return subprocess.run([PROGRAM, "why", what, "--admin-address", f"{ADDRESS}:{port}"],
                          capture_output=True, text=True, timeout=20)


def answer_of(name, port, address=ADDRESS):
    """The code of a page; 0: nobody is there."""
    try:
        with urllib.request.urlopen(f"http://{address}:{port}/{name}", timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


class StatusAndWhy(ClusterStory):
    @classmethod
    def set_up_story(cls):
        api = cls.prepare()
        cls.world = World(api.objects, cls.pair)
        cls.addClassCleanup(cls.world.close)
        cls.install_class()
        cls.config = api.kubeconfig("a")
        cls.programs.start_controller("a", cls.config)
        cls.programs.start_proxy(0, at=f"{ADDRESS}:18000")
        until(lambda: "SERVER default/mail" in resources(), what="the MailServer at the proxy")

    def status(self, kind="MailServer", name="mail"):
        return self.api.objects.get(kind, name).get("status", {})

    def conditions(self, kind="MailServer", name="mail"):
        return {one["type"]: f"{one['status']} {one['reason']}"
                for one in self.status(kind, name).get("conditions", [])}

    def asked(self, plural, verb, start=0):
        return [one for one in self.api.seen(start) if one["plural"] == plural
                and one["verb"] == verb and one["user"] == "a"]

    def test_1_the_status_says_what_is_so(self):
        until(lambda: self.conditions().get("Programmed") == "True Programmed",
              what="the status of the MailServer")
        status = self.status()
        self.assertEqual("True Ready", self.conditions()["Ready"])
        self.assertEqual("IMAP", status["protocols"])
        self.assertEqual([143, 993], sorted(one["port"] for one in status["listeners"]))
        backend = status["backends"][0]
        self.assertEqual(("mailbox", "Available"),
                         (backend["name"], backend["conditions"][0]["reason"]))
        self.assertEqual([{"protocol": "IMAP", "port": 143, "tls": "Disabled"}], backend["ports"])
        self.assertIn("earliestCertificateExpiryTime", status)

    def test_2_the_class_says_what_is_open(self):
        until(lambda: self.conditions("MailClass", "postern").get("Programmed")
              == "True Programmed", what="the status of the class")
        status = self.status("MailClass", "postern")
        self.assertEqual(("postern", 1), (status["ingressClassName"], status["mailServers"]))
        self.assertEqual([{"port": 143, "protocol": "IMAP"}, {"port": 993, "protocol": "IMAP"}],
                         status["ports"])

    def test_3_a_change_is_one_write_and_pods_are_none(self):
        start = len(self.api.seen())
        for number in range(5):
            spec = {"limits": {"maxConnections": 1000 + number}}
            self.api.objects.apply(self.world.server(**spec))
            until(lambda: self.status()["observedGeneration"]
                  == self.api.objects.get("MailServer", "mail")["metadata"]["generation"],
                  what="the status of the change")
        self.move_pods(5)
        writes = [one for one in self.asked("mailservers", "patch", start)]
        self.assertLessEqual(len(writes), 6, [json.loads(one["body"]) for one in writes])
        self.assertGreater(metric("postern_status_writes_total", ADMIN, result="written"), 5)

    def test_3_pods_of_a_stateful_set_are_told_of_once(self):
        start = len(self.api.seen())
        self.world.pods = "dovecot-{}"
        self.move_pods(5)
        until(lambda: "UnstableMembers" in json.dumps(self.status()["backends"]),
              what="the advice to write statefulSet")
        writes = [one for one in self.asked("mailservers", "patch", start)]
        self.assertEqual(1, len(writes), [json.loads(one["body"]) for one in writes])

    def move_pods(self, times):
        for _ in range(times):
            before = resources()
            self.world.move()
            until(lambda: resources() != before, what="the pod at the proxy")

    def test_4_each_program_says_what_it_takes_of_its_machine(self):
        for program, port in (("controller", ADMIN), ("proxy", 9901)):
            with self.subTest(program):
                self.assertGreater(metric("process_resident_memory_bytes", port), 1 << 20)
                self.assertGreater(metric("process_open_fds", port), 3)
                self.assertGreater(metric("process_max_fds", port), metric("process_open_fds", port))
                self.assertLess(abs(time.time() - metric("process_start_time_seconds", port)), 600)
        self.assertGreater(metric("workqueue_work_duration_seconds_count", ADMIN), 0)
        self.assertGreater(metric("postern_convergence_seconds_count", ADMIN, kind="MailServer"), 0)
        self.assertEqual(1, metric("postern_store_objects", ADMIN, resource="mailservers"))

    def test_4_what_happened_is_an_event(self):
        events = [json.loads(one["body"]) for one in self.asked("events", "create")]
        programmed = [one for one in events if one["reason"] == "Programmed"]
        self.assertTrue(programmed)
        self.assertEqual("mail", programmed[0]["regarding"]["name"])

    def test_5_why_leads_from_an_object_to_what_it_is_for(self):
        answer = why("MailServer/default/mail")
        self.assertEqual(0, answer.returncode, answer.stderr)
        self.assertIn("Secret default/mail-tls: there", answer.stdout)
        self.assertIn("SERVER default/mail", answer.stdout)
        secret = why("Secret/default/mail-tls").stdout
        self.assertIn("named by   MailServer default/mail", secret)
        self.assertNotIn("PRIVATE KEY", secret)
        self.assertIn("not there", why("Service/default/nothing").stdout)
        self.assertIn("1 MailServer", page("debug/store", ADMIN))
        self.assertIn("proxy-0: active", page("debug/proxies", ADMIN))
        self.assertEqual(1, why("MailServer/default/mail", 9).returncode)

    def test_6_another_one_writes_nothing_that_stands_there(self):
        self.programs.controllers["a"].stop()
        start = len(self.api.seen())
        self.programs.start_controller("a", self.config)
        until(lambda: metric("postern_status_writes_total", ADMIN, result="noop") >= 1, 40,
              what="the statuses that were read")
        until(lambda: metric("postern_proxies", ADMIN) >= 1, 40, what="the proxy")
        until(lambda: self.conditions()["Programmed"] == "True Programmed", what="the status")
        self.assertEqual([], self.asked("mailservers", "patch", start), "the proxy was on its way")
        made = [one for one in self.asked("leases", "update", start)]
        self.assertTrue(made, "the Lease was given back and taken at once")

    def test_7_without_an_api_server_nothing_is_said_to_be_dead(self):
        self.api.order("door", open=False)
        try:
            for name in ("livez", "readyz", "startupz"):
                self.assertEqual("ok\n", page(name, ADMIN))
        finally:
            self.api.order("door", open=True)
        self.programs.start_controller("b", self.config, "--leader-election", "off")
        self.assertEqual("ok\n", page("readyz", 9899))
        with self.assertRaises(urllib.error.HTTPError):
            page("debug/nothing", ADMIN)

    def test_8_nothing_is_sent_to_a_controller_that_has_read_nothing(self):
        self.api.order("door", open=False)
        try:
            controller = self.programs.start_controller("c", self.config, wait=False)
            until(lambda: answer_of("livez", 9898) == 200, what="the admin port")
            self.assertEqual([503, 503], [answer_of(name, 9898) for name in ("readyz", "startupz")])
        finally:
            self.api.order("door", open=True)
        controller.wait_for("ready:")
        self.assertEqual([200, 200], [answer_of(name, 9898) for name in ("readyz", "startupz")])

    def test_9_debug_is_for_this_machine_alone_whatever_the_port_is_open_at(self):
        # Whoever calls an address that is not loopback comes from there, as from another machine.
        subprocess.run(["ip", "address", "add", ELSEWHERE + "/32", "dev", "lo"], check=True)
        self.programs.start_controller("d", self.config, admin="0.0.0.0")
        debug = ("debug/store", "debug/proxies", "debug/config", "debug/nothing",
                 "debug/why?object=MailServer/default/mail", "loglevel")
        for name in debug:
            self.assertEqual(403, answer_of(name, 9897, ELSEWHERE), name)
        self.assertEqual(200, answer_of("readyz", 9897, ELSEWHERE))
        self.assertEqual([200, 200], [answer_of(name, 9897) for name in ("debug/store", "loglevel")])


if __name__ == "__main__":
    main()
