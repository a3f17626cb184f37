"""A wrong manifest is refused by name; the others keep working."""
import subprocess

from lib.client import where
from lib.gate import PROGRAM
from lib.manifests import addresses, mail_server
from lib.story import MEMBERS, Story, main

BROKEN_YAML = "apiVersion: postern.dev/v1alpha1\nkind: MailServer\n  metadata: [\n"
UNKNOWN_FIELD = """apiVersion: postern.dev/v1alpha1
kind: MailServer
metadata: {name: typo}
spec:
  hostname: mail.typo.test
  hostnames: [mail.typo.test]
  backends: [{name: mailbox, service: {name: dovecot}}]
"""


class WrongManifests(Story):
    @classmethod
    def set_up_story(cls):
        cls.dovecot("server-1")
        cls.usual_manifests()
        one = [addresses("mailbox", {"server-1": MEMBERS["server-1"]})]
        cls.gate.write("mail.json", mail_server("mail", one))
        access = {"deniedCIDRs": ["192.0.2.0/24"]}
        cls.gate.write("unbuilt.json", mail_server("unbuilt", one, sourceAccess=access))
        cls.gate.write("nokey.json", mail_server("nokey", one, hostnames=["no.example.test"],
                                                 secret="nowhere"))
        (cls.gate.folder / "broken.yaml").write_text(BROKEN_YAML)
        (cls.gate.folder / "typo.yaml").write_text(UNKNOWN_FIELD)
        cls.gate.start()
        cls.said = "\n".join(cls.gate.process.lines)

    def test_the_right_one_serves(self):
        self.assertEqual("server-1", where(self.ca, "alice@example.test"))

    def test_a_file_that_is_no_yaml_is_named_with_its_line(self):
        self.assertRegex(self.said, r"broken\.yaml:[34]")

    def test_an_unknown_field_is_named_with_file_line_and_the_right_word(self):
        self.assertRegex(self.said, r"typo\.yaml:5")
        self.assertRegex(self.said, r"spec\.hostname\b")
        self.assertIn("hostnames", self.said)

    def test_a_field_that_is_not_built_yet_refuses_its_mailserver_by_name(self):
        self.assertRegex(self.said, r"unbuilt.*not supported yet: spec\.sourceAccess")

    def test_a_missing_secret_is_named(self):
        self.assertIn("nowhere", self.said)

    def test_a_wrong_flag_is_one_clear_line_and_status_2(self):
        done = subprocess.run([PROGRAM, "run", str(self.gate.folder), "--worker", "2"],
                              capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(2, done.returncode)
        self.assertEqual(1, len(done.stderr.strip().splitlines()), done.stderr)
        self.assertIn("--workers", done.stderr)

    def test_a_folder_that_is_not_there_is_said_in_one_line(self):
        done = subprocess.run([PROGRAM, "run", "/nowhere/at/all"], capture_output=True, text=True,
                              timeout=20, check=False)
        self.assertNotEqual(0, done.returncode)
        self.assertIn("/nowhere/at/all", done.stderr)


if __name__ == "__main__":
    main()
