"""The controller dies: sessions and new logins go on. The proxy dies too: it serves what it had.
The controller comes back: nothing is sent that is held."""
from lib.admin import code, metric, page, resources
from lib.fake_backend import FakeBackend, named
from lib.manifests import addresses, mail_server
from lib.raw import Raw
from lib.split import CONTROLLER_ADMIN, Split
from lib.story import MEMBERS, Story, main

USERS = [f"user{number}" for number in range(20)]


class ControllerAway(Story):
    @classmethod
    def set_up_story(cls):
        for name, address in MEMBERS.items():
            backend = FakeBackend(address, 143, named(name), remember=False)
            cls.addClassCleanup(backend.close)
        cls.usual_manifests()
        clear = addresses("mailbox", MEMBERS, tls={"mode": "Disabled"})
        cls.gate.write("mail.json", mail_server("mail", [clear]))

    def setUp(self):
        folder = self.folder / self._testMethodName
        folder.mkdir()
        self.split = Split(folder, self.gate.folder)
        self.addCleanup(self.split.stop)

    def home(self, user):
        with Raw(993, tls=self.ca) as client:
            self.assertTrue(client.ask(f"a LOGIN {user} secret".encode())[-1].startswith(b"a OK"))
            return client.ask(b"b NOOP")[-1].split()[-1]

    def logged_in(self, user):
        client = Raw(993, tls=self.ca)
        self.assertTrue(client.ask(f"a LOGIN {user} secret".encode())[-1].startswith(b"a OK"))
        return client

    def test_nobody_notices_and_nothing_is_sent_again(self):
        split = self.split
        split.start_controller()
        proxy = split.start_proxy()
        homes = {user: self.home(user) for user in USERS}
        self.assertEqual(2, len(set(homes.values())))
        guest = self.logged_in("user0")

        split.kill(split.controller)
        proxy.wait_for("controller lost")
        self.assertTrue(guest.ask(b"c NOOP")[-1].startswith(b"c OK"), "the session lives")
        self.assertEqual(homes, {user: self.home(user) for user in USERS}, "new logins go on")
        held = resources()
        self.assertGreater(len(held), 4)

        split.kill(proxy)
        proxy = split.start_proxy()
        self.assertEqual(homes, {user: self.home(user) for user in USERS}, "from the file")
        self.assertEqual(held, resources())
        self.assertEqual(1, metric("postern_config_origin", origin="disk"), page("metrics"))

        split.start_controller()
        proxy.wait_for("controller reached")
        guest = self.logged_in("user1")
        self.split.controller.wait_for("Ready (")  # the proxy has answered
        pushed = metric("postern_push_bytes_total", CONTROLLER_ADMIN)
        print(f"sent to a proxy that has it all: {pushed:.0f} octets")
        self.assertLess(pushed, 300)
        self.assertEqual(held, resources())
        self.assertEqual(held, resources(CONTROLLER_ADMIN), "both say the same")
        self.assertTrue(guest.ask(b"c NOOP")[-1].startswith(b"c OK"))

        clear = addresses("mailbox", {"server-1": MEMBERS["server-1"]}, tls={"mode": "Disabled"})
        before = len(split.controller.lines)
        self.gate.write("mail.json", mail_server("mail", [clear]))
        split.controller.wait_for("Ready (", after=before)
        self.assertEqual({b"server-1"}, {self.home(user) for user in USERS}, "changes come again")
        self.assertTrue(guest.ask(b"d NOOP")[-1].startswith(b"d OK"), "and guests stay")

    def test_without_its_keys_a_proxy_is_not_ready(self):
        """A disk keeps no keys: what is on it opens no listener."""
        split, disk = self.split, self.folder / "disk"
        split.start_controller()
        proxy = split.start_proxy(1, state=disk)
        self.assertEqual(200, code("readyz", 9902))
        split.kill(split.controller)
        proxy.stop()
        proxy = split.start_proxy(1, wait=False, state=disk)
        proxy.wait_for("it waits for the controller")
        self.assertEqual(503, code("readyz", 9902))
        split.start_controller()
        proxy.wait_for("ready:")
        self.assertEqual(200, code("readyz", 9902))


if __name__ == "__main__":
    main()
