"""A real Dovecot: an instance of its own with its own folder and address, no system service."""
import mailbox
import os
import pathlib
import re
import shutil

from .process import Process

TEMPLATE = pathlib.Path(__file__).resolve().parents[3] / "examples/demo/dovecot.conf"
PASSWORD = "secret"


class Dovecot:
    """Takes every user with PASSWORD, and tells its name to clients that ask ID after login."""

    def __init__(self, folder, name, address, pair, more=""):
        self.folder, self.name, self.address = pathlib.Path(folder) / name, name, address
        self.process = None
        self.folder.mkdir(parents=True)
        (self.folder / "mail").mkdir()
        shutil.chown(self.folder / "mail", "nobody", "nogroup")
        words = {
            "DIR": self.folder, "ADDRESS": address, "NAME": name, "PASSWORD": PASSWORD,
            "CERTIFICATE": pair[0], "KEY": pair[1], "IMAP": 143, "IMAPS": 993, "CHROOT": "",
            "INTERNAL_USER": "dovecot", "INTERNAL_GROUP": "dovecot", "LOGIN_USER": "dovenull",
            "MAIL_USER": "nobody", "MAIL_GROUP": "nogroup", "MORE": more,
        }
        text = re.sub("@([A-Z_]+)@", lambda word: str(words[word[1]]), TEMPLATE.read_text())
        (self.folder / "dovecot.conf").write_text(text)

    def start(self):
        self.process = Process(self.name, ["dovecot", "-F", "-c", self.folder / "dovecot.conf"])
        self.process.wait_for("starting up")
        return self

    def stop(self):
        if self.process:
            self.process.stop()
            self.process = None

    def maildir(self, user):
        """The user's mailbox as files; made when it is not there."""
        home = self.folder / "mail" / user
        home.mkdir(exist_ok=True)
        box = mailbox.Maildir(home / "Maildir")
        self.give_to_dovecot(user)
        return box

    def give_to_dovecot(self, user):
        for top, _, files in os.walk(self.folder / "mail" / user):
            for path in [top, *(os.path.join(top, file) for file in files)]:
                shutil.chown(path, "nobody", "nogroup")
