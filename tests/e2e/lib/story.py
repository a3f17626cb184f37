"""What every story has: a temporary folder, an authority, and the promise to end what it began."""
import pathlib
import shutil
import sys
import tempfile
import unittest

from .certificates import Authority
from .dovecot import Dovecot
from .gate import Gate
from .manifests import HOST, addresses, mail_server, tls_secret

MEMBERS = {"server-1": "127.0.0.11", "server-2": "127.0.0.12"}


class Story(unittest.TestCase):
    """Its methods are claims; `set_up_story` makes the world that they share."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="postern-"))
        cls.folder.chmod(0o755)
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.authority = Authority(cls.folder / "keys")
        cls.ca = cls.authority.certificate
        cls.pair = cls.authority.issue("mail", HOST, "*.example.test")
        cls.servers = []
        cls.gate = Gate(cls.folder / "manifests")
        cls.addClassCleanup(cls.gate.stop)
        cls.set_up_story()

    @classmethod
    def set_up_story(cls):
        raise NotImplementedError

    @classmethod
    def dovecot(cls, name, **more):
        server = Dovecot(cls.folder, name, MEMBERS[name], cls.pair, **more).start()
        cls.addClassCleanup(server.stop)
        cls.servers.append(server)
        return server

    @classmethod
    def usual_manifests(cls, members=None):
        """One MailServer with two named members behind, as in the demo."""
        cls.gate.write("secret.json", tls_secret("mail-tls", cls.pair, cls.ca))
        cls.gate.write("mail.json", mail_server("mail", [addresses("mailbox", members or MEMBERS)]))

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before and self.gate.process:
            print("what postern said:\n" + self.gate.process.output(), file=sys.stderr)


def main():
    unittest.main(module="__main__", verbosity=2)
