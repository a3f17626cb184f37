"""mbsync moves a thousand messages both ways, and every octet arrives."""
import hashlib
import mailbox
import random
import re
import subprocess

from lib.manifests import HOST
from lib.story import MEMBERS, Story, main

BIG = 8 << 20
TUID = re.compile(rb"^X-TUID: .{12}\n", re.M)  # mbsync marks each copy that it makes with this line
CONFIG = """
IMAPAccount gate
Host {host}
User {user}
Pass secret
{way}
CertificateFile {ca}
PipelineDepth 20

IMAPStore far
Account gate

MaildirStore near
Path {near}/
Inbox {near}/INBOX

Channel all
Far :far:
Near :near:
Sync All
Create Both
CopyArrivalDate yes
SyncState *
"""


def message(source, name, size):
    """Lines of odd lengths with every printable octet, and some that look like IMAP."""
    lines = [f"From: {name}@example.test", f"Message-ID: <{name}@example.test>", ""]
    length = 0
    while length < size:
        line = source.choice((")", "* BYE", "+ OK", "a1 OK done", "{3}")) + " " * source.randrange(3)
        line += source.randbytes(source.randrange(1, 400)).hex()
        lines.append(line)
        length += len(line) + 1
    return ("\n".join(lines) + "\n").encode()


def digests(box):
    def digest(octets):
        return hashlib.sha256(TUID.sub(b"", octets.replace(b"\r\n", b"\n"), count=1)).hexdigest()

    return sorted(digest(box.get_bytes(key)) for key in box.keys())


class Mbsync(Story):
    @classmethod
    def set_up_story(cls):
        cls.dovecot("server-1")
        cls.usual_manifests({"server-1": MEMBERS["server-1"]})
        cls.gate.start()

    def fill(self, box, source, side, count):
        sizes = [20 << 10] * (count - 2) + [BIG, BIG]
        for number, size in enumerate(sizes):
            box.add(message(source, f"{side}{number}", size))

    def synchronise(self, way, name, each_side):
        source = random.Random(name)
        user = name + "@example.test"
        server = self.servers[0]
        far = server.maildir(user)
        self.fill(far, source, "far", each_side)
        server.give_to_dovecot(user)
        near_path = self.folder / name
        near_path.mkdir()
        near = mailbox.Maildir(near_path / "INBOX")
        self.fill(near, source, "near", each_side)
        before = sorted(digests(far) + digests(near))
        config = near_path / "mbsyncrc"
        config.write_text(CONFIG.format(host=HOST, user=user, way=way, ca=self.ca, near=near_path))
        done = subprocess.run(["mbsync", "-c", config, "all"], capture_output=True, text=True,
                              timeout=200, check=False)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        for side, box in {"near": near, "far": far}.items():
            self.assertTrue(before == digests(box), f"{side} differs from what was put in")

    def test_a_thousand_messages_are_the_same_on_both_sides_by_imaps(self):
        self.synchronise("SSLType IMAPS", "implicit", 500)

    def test_two_hundred_messages_are_the_same_on_both_sides_by_starttls(self):
        self.synchronise("SSLType STARTTLS", "starttls", 100)


if __name__ == "__main__":
    main()
