"""What trouble at an API server must not do, whatever it is."""
import time

from .admin import metric, resources
from .cluster_story import ClusterStory
from .cluster_world import World
from .split import CONTROLLER_ADMIN
from .waiting import until

KINDS = ("mailservers", "secrets", "services", "endpointslices", "configmaps", "namespaces",
         "mailclasses", "ingressclasses", "referencegrants")


def moved(world, users, seconds=20):
    """The pod is replaced; how long until a login came to the new one."""
    began, number = time.monotonic(), world.move()
    until(lambda: users.number_now() >= number, seconds, f"a login at server-{number}")
    return time.monotonic() - began


def judge(story, users, held, words):
    """After the trouble: prints the figures, and fails when something was lost. `held`: names of
    what the proxy had before; it has all of it now, and had as much at every moment."""
    rollbacks, failures = users.rollbacks(), users.crowd.failures()
    deleted, gone = max(0, len(held) - users.least), set(held) - set(resources(users.admin))
    print(f"{words}: {users.crowd.count()} logins, {len(failures)} failed; {users.lost} of "
          f"{len(users.guests)} sessions lost, {deleted} deletions from an incomplete cache, "
          f"{rollbacks} rollbacks")
    for port, why in users.dead.items():
        lines = [line for proxy in story.programs.proxies.values() for line in proxy.lines
                 if f'"client_port":{port},' in line]
        print(f"lost: {why}", *lines, sep="\n")
    story.assertEqual([], failures[:5])
    story.assertEqual(set(), gone, "it had this before")
    story.assertEqual((0, 0, 0), (users.lost, deleted, rollbacks))


class TroubleStory(ClusterStory):
    """A proxy that stays, and before each claim a controller that waits for nothing yet."""
    controller = None

    @classmethod
    def set_up_story(cls):
        api = cls.prepare()
        api.order("bookmarks", milliseconds=500)
        cls.world = World(api.objects, cls.pair)
        cls.addClassCleanup(cls.world.close)
        cls.install_class()
        cls.config = api.kubeconfig_of_file("controller")
        cls.controller = cls.programs.start_controller("a", cls.config)
        cls.programs.start_proxy()
        until(lambda: "SERVER default/mail" in resources(), what="the MailServer at the proxy")

    def setUp(self):
        self.controller.stop()
        type(self).controller = self.programs.start_controller("a", self.config)
        until(lambda: metric("postern_proxies", CONTROLLER_ADMIN) == 1, what="the proxy")
        self.held, self.seen = set(resources()), len(self.api.seen())

    def tearDown(self):
        self.api.order("forgive")
        self.assertFalse(self.controller.ended, "the controller lives")

    def asked(self, *verbs):
        """What the controller asked since the claim began."""
        return [one for one in self.api.seen(self.seen) if one["verb"] in verbs]

    def judge(self, users, words):
        judge(self, users, self.held, words)
