"""The manifests that the README shows are taken as they stand there."""
import pathlib
import re
import shutil
import subprocess

from lib.gate import PROGRAM
from lib.manifests import service
from lib.raw import Raw
from lib.story import Story, main

README = pathlib.Path(__file__).resolve().parents[3] / "README.md"
NAME = "mail.example.com"


class Readme(Story):
    @classmethod
    def set_up_story(cls):
        blocks = re.findall(r"```yaml\n(.*?)```", README.read_text(), re.S)
        cls.files = []
        for number, block in enumerate(blocks):
            cls.files.append(cls.gate.folder / f"readme-{number}.yaml")
            cls.files[-1].write_text(block)
        for file, made in zip(("mail.pem", "mail.key"), cls.authority.issue("readme", NAME)):
            shutil.copy(made, cls.gate.folder / file)
        cls.gate.write("service.json", service("dovecot", "127.0.0.11"))
        cls.gate.start("--strict")

    def test_the_readme_shows_a_mail_server_and_a_secret(self):
        self.assertEqual(2, len(self.files))

    def test_its_mail_server_greets_with_its_certificate(self):
        for client in (Raw(993, host=NAME, tls=self.ca), Raw(143, host=NAME)):
            with client:
                self.assertTrue(client.greeting.startswith(b"* OK"))

    def test_postern_check_finds_nothing_wrong_with_it(self):
        done = subprocess.run([PROGRAM, "check", *self.files, self.gate.folder / "service.json"],
                              capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)


if __name__ == "__main__":
    main()
