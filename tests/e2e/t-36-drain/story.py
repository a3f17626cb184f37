"""A proxy that is told to stop: nobody is cut off in the middle of a message, nobody hears half a
word, and a thousand who wait in IDLE do not come back in one second."""
import collections
import os
import resource
import selectors
import signal
import threading
import time
import urllib.error

from lib.admin import metric, page, resources
from lib.fake_backend import FakeBackend, login_only
from lib.manifests import API, addresses, mail_server
from lib.raw import Raw
from lib.story import Story, main
from lib.waiting import until

CLIENTS = int(os.environ.get("SESSIONS", "1000"))
MINIMUM, SPREAD, DEADLINE = 2, 20, 34
BYE = b"* BYE [UNAVAILABLE] server is moving, reconnect\r\n"
LITERAL = b"x" * 100000


class Watched:
    """One client in IDLE: what it heard after SIGTERM, and when it was over."""

    def __init__(self, number):
        self.raw, self.heard, self.over = Raw(), b"", None
        answer = self.raw.ask(f"a LOGIN user{number} secret".encode())[-1]
        assert answer.startswith(b"a OK"), answer
        self.raw.send(b"b IDLE\r\n")
        assert self.raw.line() == b"+ idling"
        assert not self.raw.heard, self.raw.heard


class Drain(Story):
    @classmethod
    def set_up_story(cls):
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        cls.go_on = threading.Event()
        backend = FakeBackend("127.0.0.21", 143, cls.mailbox, remember=False)
        cls.addClassCleanup(backend.close)
        cls.usual_manifests()
        cls.write_mail("one")
        cls.write_class(MINIMUM, SPREAD, DEADLINE)
        cls.gate.start()

    @classmethod
    def write_mail(cls, member):
        plain = {"port": 143, "tls": "StartTLS", "plaintext": "Allow"}
        cls.gate.write("mail.json", mail_server(
            "mail", [addresses("mailbox", {member: "127.0.0.21"}, tls={"mode": "Disabled"})],
            protocols={"imap": {"listeners": [plain, {"port": 993}]}},
            limits={"maxConnections": 20000, "maxConnectionsPerSource": 20000,
                    "maxConnectionsBeforeLogin": 20000,
                    "newConnectionsPerMinutePerSource": 100000}))

    @classmethod
    def write_class(cls, minimum, spread, deadline):
        cls.gate.write("class.json", {
            "apiVersion": API, "kind": "MailClass", "metadata": {"name": "postern"},
            "spec": {"drain": {"minimum": f"{minimum}s", "spread": f"{spread}s",
                               "deadline": f"{deadline}s"}}})

    def change_class(self, *terms):
        before = resources()["CLASS class"]
        self.write_class(*terms)
        until(lambda: resources()["CLASS class"] != before, what="the class in force")

    @classmethod
    def mailbox(cls, peer):
        if login_only(peer) != "keep":
            return "close"
        tag, _, command = peer.line().partition(b" ")
        if command == b"IDLE":
            peer.send(b"+ idling\r\n")
            return "keep"
        half = len(LITERAL) // 2
        peer.send(b"* 1 FETCH (BODY[] {%d}\r\n" % len(LITERAL) + LITERAL[:half])
        cls.go_on.wait(60)
        peer.send(LITERAL[half:] + b")\r\n" + tag + b" OK done\r\n")
        return "keep"

    def listen(self, clients):
        """In a thread: notes what each hears until it is over."""
        selector = selectors.DefaultSelector()
        for client in clients:
            client.raw.socket.setblocking(False)
            selector.register(client.raw.socket, selectors.EVENT_READ, client)
        deadline = time.monotonic() + DEADLINE + 10
        while selector.get_map() and time.monotonic() < deadline:
            for key, _ in selector.select(0.2):
                try:
                    octets = key.fileobj.recv(65536)
                except ConnectionResetError:
                    key.data.heard += b"(reset)"
                    octets = b""
                key.data.heard += octets
                if not octets:
                    key.data.over = time.monotonic()
                    selector.unregister(key.fileobj)
                    key.fileobj.close()

    def test_a_member_that_is_no_more_lets_its_sessions_go_in_the_same_way(self):
        self.change_class(0, 2, 10)
        watched, fetching = Watched("idle"), Raw()
        self.addCleanup(watched.raw.socket.close)
        self.addCleanup(fetching.socket.close)
        fetching.ask(b"a LOGIN fetching secret")
        fetching.send(b"c FETCH 1 BODY[]\r\n")
        fetching.line()  # it has begun
        began = time.monotonic()
        self.write_mail("renamed")
        self.assertEqual(watched.raw.rest(), BYE)
        self.assertLess(time.monotonic() - began, 2 + 3)
        with Raw() as again:
            self.assertTrue(again.ask(b"a LOGIN again secret")[-1].startswith(b"a OK"))
            again.send(b"b IDLE\r\n")
            self.assertEqual(again.line(), b"+ idling")
        self.go_on.set()
        self.assertTrue(fetching.rest().endswith(b"c OK done\r\n" + BYE))
        self.go_on.clear()
        self.write_mail("one")
        self.change_class(MINIMUM, SPREAD, DEADLINE)

    def test_a_thousand_in_idle_are_told_and_a_message_is_finished(self):
        clients = [Watched(number) for number in range(CLIENTS)]
        secure = Raw(993, tls=self.ca)
        self.addCleanup(secure.socket.close)
        secure.ask(b"a LOGIN secure secret")
        secure.send(b"b IDLE\r\n")
        self.assertEqual(secure.line(), b"+ idling")
        fetching = Raw()
        self.addCleanup(fetching.socket.close)
        fetching.ask(b"a LOGIN fetching secret")
        fetching.send(b"c FETCH 1 BODY[]\r\n")
        until(lambda: metric("postern_sessions_active", phase="relaying") == CLIENTS + 2,
              what="everybody relayed")
        listening = threading.Thread(target=self.listen, args=(clients,), daemon=True)
        listening.start()
        began = time.monotonic()
        self.gate.process.process.send_signal(signal.SIGTERM)
        until(self.is_not_ready, 2, "readyz")
        with Raw() as late:  # it is announced, and still accepts
            self.assertTrue(late.greeting.startswith(b"* OK"), late.greeting)
            self.assertTrue(late.rest().startswith(b"* BYE"), "at the end of the minimum")
        self.assertGreater(time.monotonic() - began, MINIMUM - 0.3)
        self.assertRaises(OSError, Raw)
        until(lambda: time.monotonic() > began + MINIMUM + SPREAD + 1, SPREAD + 5, "time")
        self.go_on.set()
        whole = fetching.rest()
        self.assertTrue(whole.startswith(b"* 1 FETCH (BODY[] {100000}\r\n" + LITERAL + b")\r\n"))
        self.assertEqual(whole[-len(BYE) - 11:], b"c OK done\r\n" + BYE)
        self.assertEqual(secure.rest(), BYE)
        self.assertEqual(self.gate.process.process.wait(DEADLINE), 0)
        took = time.monotonic() - began
        self.assertLess(took, DEADLINE)
        listening.join(5)
        self.assertEqual(collections.Counter(one.heard for one in clients), {BYE: CLIENTS})
        self.look_at_slope([one.over - began - MINIMUM for one in clients])
        print(f"{CLIENTS} in IDLE were told over {SPREAD} s; the process ended after {took:.1f} s")

    def is_not_ready(self):
        try:
            page("readyz")
        except urllib.error.HTTPError as error:
            return error.code == 503
        return False

    def look_at_slope(self, times):
        seconds = collections.Counter(int(one) for one in times)
        mean = CLIENTS / SPREAD
        print("a second: " + " ".join(str(seconds[one]) for one in range(SPREAD + 1)))
        self.assertLessEqual(max(seconds.values()), 2 * mean)
        self.assertGreater(max(times), SPREAD * 0.8)
        self.assertLess(max(times), SPREAD + 1)


if __name__ == "__main__":
    main()
