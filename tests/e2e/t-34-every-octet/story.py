"""Bulk both ways, plain and with TLS, and every octet compared: at once, with readers that do not
read, with ends of one direction, with resets in the middle of a literal, and at so much a second."""
import os
import random
import socket
import ssl
import struct
import threading
import time

from lib.admin import metric
from lib.fake_backend import CAPABILITY, FakeBackend
from lib.manifests import HOST, addresses, mail_server, tls_secret
from lib.story import Story, main
from lib.two_way import TwoWayTls
from lib.waiting import until

SECURE, SLOW = "secure.example.test", "slow.example.test"
PIECE = 65536
SIZES = [0, 1, 300, 16383, 16384, 65535, 65537, 700_001, 3_000_000]
A_SECOND = 1 << 20


def octets_of(seed, size):
    """The same for whoever knows the seed; lines and announcements among them."""
    source = random.Random(seed)
    while size > 0:
        piece = source.randbytes(min(PIECE, size))
        if len(piece) > 1000:
            piece = piece[:500] + b"\r\nx OK {9}\r\n" + piece[512:]
        yield piece
        size -= len(piece)


def compare(read, seed, size):
    for piece in octets_of(seed, size):
        if read(len(piece)) != piece:
            return False
    return True


class MailPod:
    """FETCH seed size; APPEND seed size {size+}; HALF: the same, and then it says no more; RESET:
    half of it, and then it is gone."""

    def __init__(self):
        self.given, self.ended, self.taken = 0, [], []

    def __call__(self, peer):
        peer.send(b"* OK [CAPABILITY " + CAPABILITY + b"] ready\r\n")
        try:
            while True:
                self.answer(peer, peer.line().split(b" "))
        finally:
            self.ended.append(peer)

    def answer(self, peer, words):
        tag, word = words[0], words[1].upper()
        if word in (b"FETCH", b"HALF", b"RESET"):
            seed, size = int(words[2]), int(words[3])
            peer.send(b"* 1 FETCH (BODY[] {%d}\r\n" % size)
            for i, piece in enumerate(octets_of(seed, size)):
                if word == b"RESET" and i * PIECE > size // 2:
                    linger = struct.pack("ii", 1, 0)
                    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    raise EOFError
                peer.send(piece)
                self.given += len(piece)
            peer.send(b")\r\n")
            if word == b"HALF":
                return peer.socket.shutdown(socket.SHUT_WR)
        elif word == b"APPEND":
            same = compare(peer.exactly, int(words[2]), int(words[3]))
            assert peer.line() == b""
            self.taken.append(same)
            peer.send(tag + (b" OK same\r\n" if same else b" NO different\r\n"))
            return None
        peer.send(tag + b" OK done\r\n")
        return None


class Session:
    """A client on a socket of its own, logged in."""

    def __init__(self, authority, host=None, room=None):
        raw = socket.socket()
        raw.settimeout(60)
        if room:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        raw.connect(("127.0.0.1", 993 if host else 143))
        # For the end of one direction, which TLS has none of in Python.
        self.under = socket.socket(fileno=os.dup(raw.fileno()))
        context = ssl.create_default_context(cafile=authority)
        self.socket = TwoWayTls(raw, context, host) if host else raw
        self.waiting = b""
        self.line()
        self.say(b"l LOGIN anna secret\r\n")
        while not self.line().startswith(b"l OK"):
            pass

    def say(self, octets):
        self.socket.sendall(octets)

    def line(self):
        while b"\n" not in self.waiting:
            self.waiting += self._more(PIECE)
        line, _, self.waiting = self.waiting.partition(b"\n")
        return line

    def exactly(self, count):
        parts, have = [self.waiting], len(self.waiting)
        while have < count:
            parts.append(self._more(PIECE))
            have += len(parts[-1])
        octets = b"".join(parts)
        self.waiting = octets[count:]
        return octets[:count]

    def _more(self, most):
        more = self.socket.recv(most)
        if not more:
            raise EOFError
        return more

    def hear(self, seed, size):
        """Up to the end of a literal, whose octets are as they must be."""
        assert self.line() == b"* 1 FETCH (BODY[] {%d}\r" % size
        assert compare(self.exactly, seed, size), f"octets of {seed} differ"
        assert self.line() == b")\r"

    def append(self, seed, size):
        self.say(b"u APPEND %d %d {%d+}\r\n" % (seed, size, size))
        for piece in octets_of(seed, size):
            self.say(piece)
        self.say(b"\r\n")

    def close(self):
        self.under.close()
        self.socket.close()

    def reset(self):
        self.under.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()


COVERS = (None, HOST, SECURE)


class EveryOctet(Story):
    @classmethod
    def set_up_story(cls):
        cls.pod, cls.secure_pod = MailPod(), MailPod()
        for address, pod, port, tls in (("127.0.0.11", cls.pod, 143, False),
                                        ("127.0.0.12", cls.secure_pod, 993, True)):
            backend = FakeBackend(address, port, pod, cls.pair, implicit=tls, remember=False)
            cls.addClassCleanup(backend.close)
        plain = addresses("clear", {"a": "127.0.0.11"}, tls={"mode": "Disabled"})
        covered = addresses("covered", {"b": "127.0.0.12"},
                            ports=[{"protocol": "IMAP", "port": 993, "tls": "Implicit"}])
        open_door = {"imap": {"listeners": [
            {"port": 143, "tls": "StartTLS", "plaintext": "Allow"},
            {"port": 993, "tls": "Implicit"}]}}
        inside = {"imap": {"listeners": [{"port": 993, "tls": "Implicit"}]}}
        cls.gate.write("secret.json", tls_secret("mail-tls", cls.pair, cls.ca))
        cls.gate.write("mail.json", mail_server("mail", [plain], protocols=open_door))
        cls.gate.write("secure.json", mail_server("secure", [covered], hostnames=(SECURE,),
                                                  protocols=inside))
        cls.gate.write("slow.json", mail_server("slow", [plain], hostnames=(SLOW,),
                                                protocols=inside,
                                                limits={"bytesPerSecond": A_SECOND}))
        cls.gate.start()
        cls.gate.settle("mail", "secure", "slow")

    def session(self, host=None, **how):
        session = Session(self.ca, host, **how)
        self.addCleanup(session.close)
        return session

    def in_threads(self, works):
        wrong = []

        def guarded(work):
            try:
                work()
            except BaseException as error:  # an assertion, told where it can be seen
                wrong.append(error)
        threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_octets_are_the_same_both_ways_at_once(self):
        def work(host, seed):
            session, source = Session(self.ca, host), random.Random(seed)
            sizes = source.sample(SIZES, 5)

            def ask_and_append():
                for i, size in enumerate(sizes):
                    session.say(b"d FETCH %d %d\r\n" % (seed + i, size))
                    session.append(seed + i, sizes[-1 - i])
            talking = threading.Thread(target=ask_and_append)
            talking.start()
            for i, size in enumerate(sizes):
                session.hear(seed + i, size)
                assert session.line() == b"d OK done\r"
                assert session.line() == b"u OK same\r"
            talking.join()
            session.close()
        self.in_threads([lambda host=host, seed=seed: work(host, seed)
                         for seed in range(100, 400, 100) for host in COVERS])

    def test_who_does_not_read_stops_his_pod_and_nobody_else(self):
        size = 48_000_000
        for host in COVERS:
            pod = self.secure_pod if host == SECURE else self.pod
            before = pod.given
            slow = self.session(host, room=4096)
            slow.say(b"d FETCH 7 %d\r\n" % size)
            until(lambda: pod.given > before, what="the first octet")
            for _ in range(20):
                other = self.session(host)
                other.say(b"d FETCH 8 100000\r\n")
                other.hear(8, 100_000)
            self.assertLess(pod.given - before, size // 2)
            slow.hear(7, size)

    def test_an_upload_that_ends_its_direction_is_answered(self):
        for host in COVERS:
            session = self.session(host)
            session.append(9, 2_000_000)
            session.under.shutdown(socket.SHUT_WR)
            self.assertEqual(session.line(), b"u OK same\r")
            with self.assertRaises(EOFError):
                session.line()

    def test_a_pod_that_ends_its_direction_still_hears(self):
        for host in (None, HOST):
            session, heard = self.session(host), len(self.pod.taken)
            session.say(b"d HALF 11 1500000\r\n")
            session.hear(11, 1_500_000)
            session.append(12, 1_500_000)
            until(lambda: len(self.pod.taken) > heard, what="the upload")
            self.assertTrue(self.pod.taken[-1])

    def test_a_pod_that_is_gone_leaves_a_true_beginning(self):
        for host in COVERS:
            session, size = self.session(host), 4_000_000
            session.say(b"d RESET 13 %d\r\n" % size)
            got = b""
            self.assertEqual(session.line(), b"* 1 FETCH (BODY[] {%d}\r" % size)
            try:
                while more := session.socket.recv(PIECE):
                    got += more
            except OSError:
                pass
            got = session.waiting + got
            whole = b"".join(octets_of(13, size))
            self.assertTrue(whole.startswith(got), host)
            self.assertLess(len(got), size)

    def test_a_client_that_is_gone_is_forgotten(self):
        for host in COVERS:
            pod = self.secure_pod if host == SECURE else self.pod
            ended = len(pod.ended)
            session = self.session(host, room=4096)
            session.say(b"d FETCH 14 20000000\r\n")
            session.line()
            session.reset()
            until(lambda: len(pod.ended) > ended, what="the end at the pod")
        until(lambda: metric("postern_sessions_active", phase="relaying") == 0,
              what="no session left")

    def test_a_session_has_so_many_octets_a_second(self):
        session, size = self.session(SLOW), 3 * A_SECOND
        began = time.monotonic()
        session.say(b"d FETCH 15 %d\r\n" % size)
        session.hear(15, size)
        # One second's worth is saved up.
        self.assertGreater(time.monotonic() - began, 1.9)
        session.append(16, A_SECOND)
        self.assertEqual(session.line(), b"d OK done\r")
        self.assertEqual(session.line(), b"u OK same\r")


if __name__ == "__main__":
    main()
