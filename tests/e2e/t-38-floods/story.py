"""What one machine can do to the gate by saying little, much, or nothing: the others log in meanwhile, and
memory and descriptors are bounded while it lasts and given back when it is over. Ids are those of the
attack catalogue; figures are printed, bounds are wide."""
import random
import resource
import socket
import ssl
import threading
import time

from lib.fake_backend import FakeBackend, login_only
from lib.flood import Flood
from lib.footprint import descriptors, pipes_kib, pss_kib
from lib.json_service import JsonService
from lib.manifests import HOST, addresses, mail_server
from lib.raw import Raw
from lib.story import Story, main

FLOODER = "127.0.0.50"
FLOOD = 10000  # connections of one source
READERS, FLOOD_OCTETS = 64, 16 << 20
CHUNK = bytes(range(256)) * 256  # 64 KiB
KEPT = 16
TEMPORARY = b"[UNAVAILABLE]"


def client_hello():
    """The first octets of an honest handshake."""
    outgoing = ssl.MemoryBIO()
    tls = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=HOST)
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise AssertionError("a handshake with nobody")


def until_gone(peer):
    """Logs in, and closes when the other side has."""
    login_only(peer)
    while True:
        peer.exactly(1)


def generous(peer):
    """Logs in and then says more than anybody reads, as fast as it is taken."""
    login_only(peer)
    for _ in range(FLOOD_OCTETS // len(CHUNK)):
        peer.send(CHUNK)
    peer.exactly(1)


def server(name, backend, clear, implicit=None, plaintext="Refuse", **spec):
    made = mail_server(name, [backend], [f"{name}.example.test"], **spec)
    listeners = [{"port": clear, "tls": "StartTLS", "plaintext": plaintext}]
    if implicit:
        listeners.append({"port": implicit, "tls": "Implicit"})
    made["spec"]["protocols"]["imap"]["listeners"] = listeners
    return made


class Floods(Story):
    @classmethod
    def set_up_story(cls):
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        clear = {"mode": "Disabled"}
        modest = addresses("modest", {"one": "127.0.0.21"}, tls=clear)
        lavish = addresses("lavish", {"two": "127.0.0.22"}, tls=clear)
        for address, script in (("127.0.0.21", until_gone), ("127.0.0.22", generous)):
            backend = FakeBackend(address, 143, script, remember=False)
            cls.addClassCleanup(backend.close)
        cls.may_answer = threading.Event()
        cls.service = JsonService(9003, decide=cls.decide)
        cls.addClassCleanup(cls.service.stop)
        cls.usual_manifests()
        brief = {"login": "2s", "tlsHandshake": "2s"}
        cls.gate.write(
            "mail.json", mail_server("mail", [modest]),
            server("few", modest, 3143, limits={"maxConnectionsPerSource": 100}),
            server("crowd", modest, 4143, 4993, timeouts=brief,
                   limits={"maxConnectionsBeforeLogin": 1000}),
            server("patient", modest, 5143, 5993),
            server("held", modest, 6143, plaintext="Allow",
                   limits={"maxConnectionsBeforeLogin": 40},
                   authentication={"providers": [{
                       "name": "accounts", "timeout": "60s",
                       "http": {"url": "http://127.0.0.1:9003/auth"}}]}),
            server("lavish", lavish, 7143, 7993, plaintext="Allow"))
        cls.gate.start("--workers", "2")
        for _ in range(20):  # what grows once and then no more
            cls.real_login()

    @classmethod
    def decide(cls, asked):
        cls.may_answer.wait(60)
        return {"result": "accept"}

    @classmethod
    def real_login(cls):
        """Somebody else's, inside TLS; how long it took."""
        began = time.monotonic()
        with Raw(993, tls=cls.ca) as client:
            answer = client.ask(b"a LOGIN anna secret")[-1]
        assert answer.startswith(b"a OK"), answer
        return time.monotonic() - began

    def setUp(self):
        self.pss, self.fds = pss_kib(self.gate.pid), descriptors(self.gate.pid)

    def tearDown(self):
        """Descriptors are given back: whoever said goodbye may linger two seconds, and each worker
        keeps eight connections to an auth service."""
        self.fds += KEPT
        deadline = time.monotonic() + 30
        while descriptors(self.gate.pid) > self.fds and time.monotonic() < deadline:
            Flood().run(lambda: False, 0.1)
        self.assertLessEqual(descriptors(self.gate.pid), self.fds)

    def grown(self):
        return pss_kib(self.gate.pid) - self.pss

    def report(self, what, grown, logins=()):
        slowest = f", the slowest other login {max(logins) * 1000:.0f} ms" if logins else ""
        print(f"{what}: {grown} KiB{slowest}")

    # -- connections

    def test_LI11_ten_thousand_of_one_source_hold_its_share_and_no_more(self):
        with Flood() as flood:
            flood.open(FLOOD, 3143, source=FLOODER)
            self.assertTrue(flood.run(lambda: flood.ended() >= FLOOD - 100, 60))
            logins = [self.real_login() for _ in range(20)]
            self.assertEqual(100, flood.open_still())
            self.assertEqual(100, flood.heard(b"* OK"))
            self.assertLessEqual(descriptors(self.gate.pid) - self.fds, 100 + 8)
            with Raw(3143) as somebody_else:
                self.assertTrue(somebody_else.ask(b"a NOOP")[-1].startswith(b"a OK"))
            self.report(f"{FLOOD} connections of one source, 100 let in", self.grown(), logins)
            self.assertLess(self.grown(), 100 * 64 + 4096)

    def test_LI11_who_has_not_logged_in_is_bounded_and_gone_at_the_deadline(self):
        with Flood() as flood:
            flood.open(3000, 4143, source=FLOODER)
            self.assertTrue(flood.run(lambda: flood.heard(b"* OK") == 1000 and
                                      flood.heard(b"* BYE") >= 2000, 30))
            grown, logins = self.grown(), [self.real_login() for _ in range(20)]
            self.assertTrue(flood.run(lambda: flood.ended() == 3000, 30))
            self.report("1000 before login, of 3000 that came", grown, logins)
            self.assertLess(grown, 1000 * 32)

    def test_LI11_who_waits_for_the_auth_service_is_not_shed_for_who_comes_later(self):
        with Flood() as waiting, Flood() as later:
            waiting.open(40, 6143, say=b"a LOGIN anna secret\r\n")
            self.assertTrue(waiting.run(lambda: len(self.service.asked) == 40, 20))
            later.open(1000, 6143, source=FLOODER)
            self.assertTrue(later.run(lambda: later.ended() == 1000, 30))
            self.assertEqual(1000, later.heard(TEMPORARY))
            self.may_answer.set()
            self.assertTrue(waiting.run(lambda: waiting.heard(b"a OK") == 40, 20))

    # -- TLS

    def test_TL13_half_open_handshakes_are_bounded_and_gone_at_their_deadline(self):
        hello = client_hello()
        halves = {"nothing": b"", "half a hello": hello[:len(hello) // 2], "a hello": hello}
        for what, said in halves.items():
            with self.subTest(what), Flood() as flood:
                flood.open(1000, 4993, say=said, source=FLOODER)
                self.assertTrue(flood.run(lambda: not any(g.say for g in flood.guests.values()), 30))
                self.real_login()
                grown = self.grown()
                self.assertTrue(flood.run(lambda: flood.ended() == 1000, 30))
                self.report(f"1000 handshakes that stop after {what}", grown)
                self.assertLess(grown, 1000 * 64)

    def test_TL13_a_hello_that_drips_does_not_move_the_deadline(self):
        hello = iter(client_hello())
        began = time.monotonic()
        with Flood() as flood:
            flood.open(50, 4993, source=FLOODER)
            while flood.ended() < 50 and time.monotonic() - began < 20:
                flood.run(lambda: flood.ended() == 50, 0.1)
                flood.say(bytes([next(hello)]))
            self.assertEqual(50, flood.ended())

    def test_TL13_records_that_are_none_are_closed_and_crash_nothing(self):
        chance = random.Random(38)
        hello = client_hello()
        garbage = [b"\x16\x03\x01\xff\xff" + b"x" * 65535, b"\x15\x03\x03\x00\x00" * 2000,
                   b"\x17\x03\x03\x00\x01x", b"\x80\x2e\x01\x00\x02" + b"\0" * 40,
                   b"\x14\x03\x03\x00\x01\x01" * 2000, b"\x16\x03\x01\x00\x00" * 2000]
        for _ in range(200):
            broken = bytearray(hello)
            for _ in range(chance.randint(1, 20)):
                broken[chance.randrange(5, len(broken))] = chance.randrange(256)
            garbage.append(bytes(broken) + b"\r\n")
        with Flood() as flood:
            for octets in garbage:
                flood.open(1, 4993, say=octets)
            self.assertTrue(flood.run(lambda: flood.ended() == len(garbage), 20))
            self.assertEqual(0, flood.heard(b"* OK"))
        self.real_login()

    def test_TL7_names_that_nobody_has_leave_nothing_behind(self):
        context = ssl.create_default_context(cafile=self.ca)
        context.check_hostname = False
        for number in range(600):
            with socket.create_connection(("127.0.0.1", 5993), 20) as plain:
                context.wrap_socket(plain, server_hostname=f"n{number}.{'x' * 50}.test").close()
        self.report("600 names that nobody has", self.grown())
        self.assertLess(self.grown(), 4096)

    # -- sizes

    def end_of(self, octets, seconds=30):
        """What is answered to these octets, said as fast as they are taken, until the end."""
        with Flood() as flood:
            flood.open(1, 5143, say=octets, source=FLOODER)
            self.assertTrue(flood.run(lambda: flood.ended() == 1, seconds))
            return next(iter(flood.guests.values())).heard

    def test_LI3_LI5_LI6_whatever_is_too_large_is_cut_and_takes_no_memory(self):
        huge = {"a line without end": b"a LOGIN " + b"x" * (8 << 20),
                "a literal": b"a LOGIN {67108864+}\r\n" + b"x" * (64 << 20),
                "parentheses": (b"a ID " + b"(" * (512 << 10) + b"\r\n") * 8,
                "a SASL answer": b"a AUTHENTICATE PLAIN " + b"A" * (1 << 20)}
        for what, octets in huge.items():
            with self.subTest(what):
                heard = self.end_of(octets)
                self.assertIn(b"* BYE", heard)
                self.assertNotIn(b"a OK", heard)
        self.report("four that said too much", self.grown())
        self.assertLess(self.grown(), 4096)

    def test_LI7_LI8_noise_ends_by_its_count(self):
        heard = self.end_of(b"n NOOP\r\n" + b"b NOSUCH\r\n" * 1000)
        self.assertLessEqual(heard.count(b"b BAD"), 20)
        heard = self.end_of(b"n NOOP\r\n" * 5000)
        self.assertLessEqual(heard.count(b"n OK"), 100)
        self.assertIn(b"* BYE", heard)

    # -- readers and senders

    def test_F23_who_does_not_read_holds_next_to_nothing(self):
        readers = [Raw(7143, source=FLOODER) for _ in range(READERS)]
        try:
            for number, reader in enumerate(readers):
                reader.send(f"a LOGIN user{number} secret\r\n".encode())
            with Flood() as clock:
                clock.let_pass(3)  # for the backend to fill whatever there is
            grown, pipes = self.grown(), pipes_kib(self.gate.pid)
            logins = [self.real_login() for _ in range(20)]
            self.report(f"{READERS} that do not read", grown, logins)
            print(f"  and {pipes} KiB of pipes")
            self.assertLess(grown, READERS * 128 + 4096)
            self.assertLess(pipes, 64 << 10)
            reader = readers[7]
            self.assertTrue(reader.until(b"a ")[-1].startswith(b"a OK"))
            got = reader.heard
            while len(got) < FLOOD_OCTETS:
                more = reader.socket.recv(1 << 20)
                self.assertTrue(more, f"closed after {len(got)} octets")
                got += more
            self.assertEqual(CHUNK * (FLOOD_OCTETS // len(CHUNK)), got)
        finally:
            for reader in readers:
                reader.socket.close()

    def test_F23_who_does_not_read_inside_tls_holds_a_buffer_at_most(self):
        readers = [Raw(7993, host="lavish.example.test", tls=self.ca, source=FLOODER)
                   for _ in range(READERS)]
        try:
            for number, reader in enumerate(readers):
                reader.send(f"a LOGIN user{number} secret\r\n".encode())
            with Flood() as clock:
                clock.let_pass(3)
            self.report(f"{READERS} that do not read inside TLS", self.grown())
            self.assertLess(self.grown(), READERS * 256 + 4096)
        finally:
            for reader in readers:
                reader.socket.close()

    def test_LI9_a_thousand_that_drip_are_gone_at_the_absolute_deadline(self):
        began = time.monotonic()
        with Flood() as flood:
            flood.open(1000, 4143, source=FLOODER)
            while flood.ended() < 1000 and time.monotonic() - began < 25:
                flood.run(lambda: flood.ended() == 1000, 0.2)
                flood.say(b"x")
            self.assertEqual(1000, flood.ended())
            self.real_login()


if __name__ == "__main__":
    main()
