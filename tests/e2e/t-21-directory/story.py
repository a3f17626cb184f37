"""Who edits a directory is told what became of it, in his words, and a mistake takes nothing away."""
import re
import threading
import time

from lib.admin import resources
from lib.fake_backend import FakeBackend, named
from lib.manifests import addresses, mail_server
from lib.raw import Raw
from lib.story import MEMBERS, Story, main

CLEAR = {"mode": "Disabled"}
OPEN = {"imap": {"listeners": [{"port": 143, "tls": "StartTLS", "plaintext": "Allow"}]}}


class Directory(Story):
    @classmethod
    def set_up_story(cls):
        for name, address in MEMBERS.items():
            cls.addClassCleanup(FakeBackend(address, 143, named(name), remember=False).close)
        cls.usual_manifests()
        cls.gate.write("mail.json", cls.server())
        for number in range(3):
            cls.gate.write(f"more-{number}.json", mail_server(
                f"more-{number}", [addresses("mailbox", MEMBERS, tls=CLEAR)], protocols=OPEN,
                hostnames=[f"more-{number}.example.test"]))
        cls.gate.start().settle("mail", "more-0", "more-1", "more-2")

    @classmethod
    def server(cls, **spec):
        return mail_server("mail", [addresses("mailbox", MEMBERS, tls=CLEAR)], protocols=OPEN, **spec)

    def serves(self):
        with Raw(143) as client:
            return client.ask(b"a LOGIN alice secret")[-1].startswith(b"a OK")

    def status(self, name="mail"):
        return (self.gate.folder / f".postern/status/default.{name}.yaml").read_text()

    def test_1_a_change_is_one_line_with_the_time_it_took(self):
        line = self.gate.change("mail.json", self.server(limits={"maxErrors": 7}), says="Ready (")
        self.assertRegex(line, r"mailserver default/mail: Ready \(1 listener, \d+ ms\)")

    def test_2_a_status_file_says_what_kubernetes_would(self):
        # The file is written after the line is said.
        deadline = time.monotonic() + 10
        while "summary: 1/1" not in (page := self.status()) and time.monotonic() < deadline:
            pass
        for part in ("type: Accepted", "type: ResolvedRefs", "type: Programmed", "type: Ready",
                     "summary: 1/1", "type: InsecureSettings", "reason: Several"):
            self.assertIn(part, page)
        self.assertEqual(4, len(re.findall(r"^kind: MailServer", "".join(
            self.status(name) for name in ("mail", "more-0", "more-1", "more-2")), re.M)))

    def test_3_a_mistake_keeps_what_was_in_force_and_is_told_with_its_place(self):
        held, before = resources(), len(self.gate.process.lines)
        (self.gate.folder / "mail.json").write_text('{"apiVersion": "postern.dev/v1alpha1",\n  "kind": ')
        line = self.gate.process.wait_for("mail.json:", after=before)
        self.assertRegex(line, r"mail\.json:\d+")
        self.assertEqual(held, resources())
        self.assertTrue(self.serves())
        before = len(self.gate.process.lines)
        self.gate.write("mail.json", self.server(unknown={}))
        self.assertIn("spec.unknown", self.gate.process.wait_for("spec.unknown", after=before))
        self.assertEqual(held, resources())
        self.gate.change("mail.json", self.server(limits={"maxErrors": 8}), says="Ready (")

    def test_4_an_emptied_directory_takes_nothing_away(self):
        held, before = resources(), len(self.gate.process.lines)
        aside = self.folder / "aside"
        aside.mkdir()
        files = [file for file in self.gate.folder.iterdir() if file.suffix == ".json"]
        for file in files:
            file.rename(aside / file.name)
        self.gate.process.wait_for("no manifests", after=before)
        self.assertEqual(held, resources())
        self.assertTrue(self.serves())
        for file in files:
            (aside / file.name).rename(file)
        self.gate.process.wait_for("can be read again", after=before)

    def test_5_most_of_it_goes_only_after_a_while(self):
        before = len(self.gate.process.lines)
        for number in range(3):
            self.gate.remove(f"more-{number}.json")
        self.gate.process.wait_for("held back", after=before)
        self.assertIn("SERVER default/more-1", resources())
        self.gate.process.wait_for("more-1: Gone", after=before)
        for _ in range(200):
            if "SERVER default/more-1" not in resources():
                break
            threading.Event().wait(0.025)
        self.assertNotIn("SERVER default/more-1", resources())
        self.assertTrue(self.serves())


if __name__ == "__main__":
    main()
