"""MailServers, Secrets and EndpointSlices change at a real API server, each as soon as the last one
is in force, while users log in through two proxies: none fails, and each comes to a server, and is
shown a certificate, that was his at that moment."""
import contextlib
import os

from cluster.story import GroundStory, main
from lib.under_logins import UnderLogins

CHANGES = int(os.environ.get("CHANGES") or "100")


class ChangesUnderLogins(GroundStory):
    @classmethod
    def set_up_story(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.rig = UnderLogins(cls.folder, cls.ground, stack)

    def test_nobody_fails_and_nobody_is_led_astray(self):
        verdict = self.rig.run(CHANGES)
        print(verdict)
        if verdict.failed or verdict.astray:
            print(self.rig.programs.said())
        self.assertEqual([], verdict.failed[:5])
        self.assertEqual([], verdict.astray[:5])
        self.assertGreater(verdict.sure, CHANGES // 4)


if __name__ == "__main__":
    main()
