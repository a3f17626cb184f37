"""A proxy is killed at any moment of a change, again and again: it always comes back with a whole
configuration, and ends up with what the controller wants."""
import os
import random
import threading

from lib.admin import resources
from lib.fake_backend import FakeBackend, named
from lib.manifests import addresses, mail_server
from lib.raw import Raw
from lib.split import CONTROLLER_ADMIN, Split
from lib.story import MEMBERS, Story, main

KILLS = int(os.environ.get("KILLS", "25"))


class KilledAnywhere(Story):
    @classmethod
    def set_up_story(cls):
        for name, address in MEMBERS.items():
            cls.addClassCleanup(FakeBackend(address, 143, named(name), remember=False).close)
        cls.usual_manifests()
        cls.write(3)
        cls.split = Split(cls.folder, cls.gate.folder)
        cls.addClassCleanup(cls.split.stop)
        cls.split.start_controller()
        cls.split.start_proxy()

    @classmethod
    def write(cls, number):
        clear = addresses("mailbox", MEMBERS, tls={"mode": "Disabled"})
        listeners = [{"port": 143, "tls": "StartTLS", "plaintext": "Allow"}]
        listeners += [{"port": 1000 + i, "tls": "StartTLS"} for i in range(number % 4)]
        cls.gate.write("mail.json", mail_server("mail", [clear], limits={"maxErrors": number},
                                                protocols={"imap": {"listeners": listeners}}))

    def test_it_always_comes_back_whole(self):
        chance = random.Random(3)
        for number in range(KILLS):
            self.write(4 + number)
            threading.Event().wait(chance.uniform(0.08, 0.16))  # somewhere in the change
            self.split.kill(self.split.proxies[0])
            self.split.start_proxy()
            with Raw(143) as client:
                self.assertTrue(client.ask(b"a LOGIN alice secret")[-1].startswith(b"a OK"))
            self.wait_until_equal()

    def wait_until_equal(self):
        for _ in range(600):
            wanted, held = resources(CONTROLLER_ADMIN), resources()
            if wanted == held and wanted:
                return
            threading.Event().wait(0.025)
        self.assertEqual(wanted, held)


if __name__ == "__main__":
    main()
