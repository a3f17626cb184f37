"""The demo of the README: it ends well, says where everybody landed, and leaves nothing running."""
import pathlib
import socket
import subprocess

from lib.gate import PROGRAM
from lib.story import Story, main

DEMO = pathlib.Path(__file__).resolve().parents[3] / "examples/demo/run"


class Demo(Story):
    @classmethod
    def set_up_story(cls):
        pass

    def demo(self):
        return subprocess.run([DEMO], env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                                           "POSTERN": PROGRAM, "TMPDIR": str(self.folder)},
                              capture_output=True, text=True, timeout=120, check=False)

    def test_both_users_land_on_their_own_servers_and_nothing_is_left(self):
        done = self.demo()
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        for name in ("server-1", "server-2"):
            self.assertEqual(4, done.stdout.count(f'you are on {name}."'), done.stdout)
        for words in ("openssl s_client", "curl --cacert", "/metrics"):
            self.assertIn(words, done.stdout)
        left = subprocess.run(["ss", "-Hltn"], capture_output=True, text=True, check=True).stdout
        self.assertEqual("", left)
        self.assertEqual([], list(self.folder.glob("postern-demo*")))

    def test_a_port_in_use_is_named_with_who_has_it_and_the_way_out(self):
        with socket.create_server(("127.0.0.12", 10143)):
            done = self.demo()
        self.assertEqual(1, done.returncode)
        self.assertIn("127.0.0.12:10143 is taken", done.stderr)
        self.assertIn("python3", done.stderr)
        self.assertIn("OFFSET=20000", done.stderr)


if __name__ == "__main__":
    main()
