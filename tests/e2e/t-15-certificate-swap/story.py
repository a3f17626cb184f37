"""A certificate is exchanged while clients come in by TLS: no handshake fails, and whoever comes
after the change sees the new one."""
import hashlib
import ssl
import time

from lib.crowd import Crowd, trusting
from lib.fake_backend import FakeBackend, named
from lib.manifests import HOST, addresses, mail_server, tls_secret
from lib.story import MEMBERS, Story, main

SWAPS = 12


def seen(connection):
    return hashlib.sha256(connection.getpeercert(binary_form=True)).hexdigest()


def of(pair):
    with open(pair[0], encoding="ascii") as file:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read())).hexdigest()


class CertificateSwap(Story):
    @classmethod
    def set_up_story(cls):
        for name, address in MEMBERS.items():
            cls.addClassCleanup(FakeBackend(address, 143, named(name), remember=False).close)
        cls.usual_manifests()
        clear = addresses("mailbox", MEMBERS, tls={"mode": "Disabled"})
        cls.gate.write("mail.json", mail_server("mail", [clear]))
        cls.pairs = [cls.authority.issue(f"pair-{number}", HOST) for number in range(3)]
        cls.gate.start().settle()

    def test_no_handshake_fails_and_new_guests_see_the_new_one(self):
        changes = []  # (from when on it is surely shown, which)
        with Crowd(4, ["alice", "bob"], port=993, tls=trusting(self.ca), look=seen) as crowd:
            crowd.wait_for_more(20)
            for number in range(SWAPS):
                pair = self.pairs[number % len(self.pairs)]
                written = time.monotonic()
                self.gate.change("secret.json", tls_secret("mail-tls", pair, self.ca))
                changes.append((written, time.monotonic(), of(pair)))
                crowd.wait_for_more(15)
        self.assertEqual([], crowd.failures())
        for login in crowd.logins:
            old = [name for _, surely, name in changes if surely <= login.began]
            possible = {old[-1]} if old else {of(self.pair)}
            possible |= {name for written, surely, name in changes
                         if written <= login.ended and surely > login.began}
            self.assertIn(login.certificate, possible)
        print(f"{len(crowd.logins)} logins over {SWAPS} certificates, none failed")


if __name__ == "__main__":
    main()
