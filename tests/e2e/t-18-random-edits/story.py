"""A directory is edited at random while users log in. After each edit the program has what a fresh
one would have, and no login failed on the way."""
import os
import random
import shutil
import subprocess
import threading

from lib.admin import resources
from lib.crowd import Crowd
from lib.fake_backend import FakeBackend, named
from lib.gate import ADDRESS, PROGRAM
from lib.manifests import addresses, mail_server, service
from lib.process import Process
from lib.story import MEMBERS, Story, main

EDITS = int(os.environ.get("EDITS", "250"))
EACH = int(os.environ.get("EACH", "1"))  # a fresh program is asked after each so many edits
STANDING = {"imap": {"listeners": [{"port": 143, "tls": "StartTLS", "plaintext": "Allow"}]}}
CLEAR = {"mode": "Disabled"}
FRESH_ADMIN = 9950


class Editor:
    """Knows what may be in the directory; what the users need is never taken away."""

    def __init__(self, gate, seed):
        self.gate, self.chance, self.extra = gate, random.Random(seed), set()

    def other(self, number):
        port = 2000 + number
        listener = {"port": port, "tls": "StartTLS", "plaintext": "Allow"}
        backend = self.chance.choice([
            addresses("mailbox", dict(self.chance.sample(sorted(MEMBERS.items()), 1)), tls=CLEAR),
            {"name": "mailbox", "service": {"name": f"svc-{number}"}, "tls": CLEAR}])
        hosts = self.chance.sample(["one", "two", "three"], self.chance.randint(1, 3))
        return [mail_server(f"other-{number}", [backend],
                            hostnames=[f"{host}-{number}.example.test" for host in hosts],
                            protocols={"imap": {"listeners": [listener]}},
                            limits={"maxConnections": self.chance.randint(10, 99)}),
                service(f"svc-{number}", *self.chance.sample(sorted(MEMBERS.values()),
                                                             self.chance.randint(1, 2)),
                        ports=(("imap", 143),))]

    def edit(self):
        number = self.chance.randrange(8)
        file = f"other-{number}.json"
        kind = self.chance.choice(["write", "write", "write", "remove", "main", "rename"])
        if kind == "main":
            self.gate.write("mail.json", mail_server(
                "mail", [addresses("mailbox", MEMBERS, tls=CLEAR)], protocols=STANDING,
                limits={"maxErrors": self.chance.randint(3, 50)}))
        elif kind == "remove" and file in self.extra:
            self.gate.remove(file)
            self.extra.discard(file)
        elif kind == "rename" and file in self.extra:
            (self.gate.folder / file).rename(self.gate.folder / f"moved-{number}.json")
            (self.gate.folder / f"moved-{number}.json").rename(self.gate.folder / file)
            self.gate.write(file, *self.other(number))
        else:
            self.gate.write(file, *self.other(number))
            self.extra.add(file)


class RandomEdits(Story):
    @classmethod
    def set_up_story(cls):
        for name, address in MEMBERS.items():
            cls.addClassCleanup(FakeBackend(address, 143, named(name), remember=False).close)
        cls.usual_manifests()
        cls.gate.write("mail.json", mail_server("mail", [addresses("mailbox", MEMBERS, tls=CLEAR)],
                                                protocols=STANDING))
        cls.gate.start().settle()

    def fresh(self):
        """What a program that starts now on the same manifests has in force."""
        copy = self.folder / "copy"
        shutil.copytree(self.gate.folder, copy, ignore=shutil.ignore_patterns(".*"))
        try:
            process = Process("fresh", [
                PROGRAM, "run", str(copy), "--listen-address", ADDRESS, "--port-offset", "30000",
                "--status-dir", "none", "--admin-address", f"{ADDRESS}:{FRESH_ADMIN}",
                "--workers", "1", "--log-format", "json"])
            try:
                process.wait_for("ready:")
                return resources(FRESH_ADMIN)
            finally:
                process.stop()
        finally:
            shutil.rmtree(copy)

    def assert_as_fresh(self):
        wanted = self.fresh()
        for _ in range(400):  # it may not have looked yet: quiet time, then the change
            found = resources()
            if found == wanted:
                return
            threading.Event().wait(0.025)
        self.assertEqual(wanted, found)

    def test_it_has_what_a_fresh_one_would_have(self):
        editor = Editor(self.gate, 11)
        with Crowd(3, [f"user{number}" for number in range(20)], pause=0.02) as crowd:
            for number in range(EDITS):
                editor.edit()
                if number % EACH == EACH - 1:
                    self.assert_as_fresh()
        self.assertEqual([], crowd.failures())
        print(f"{EDITS} edits, compared {EDITS // EACH} times; {len(crowd.logins)} logins, 0 failed")


if __name__ == "__main__":
    main()
