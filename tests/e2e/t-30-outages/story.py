"""Auth services and mail servers that are away, silent, slow, garbled, huge or gone early: nobody is told
that his password is wrong, everybody else is served, and all is well again when they are back."""
import imaplib
import threading
import time

from lib.admin import metric
from lib.client import Client, login, refusal, where
from lib.fake_backend import FakeBackend
from lib.gate import ADDRESS
from lib.json_service import JsonService, document
from lib.manifests import addresses, mail_server
from lib.serving import Listening
from lib.story import MEMBERS, Story, main

ANNA = "anna@example.test"
YES = '{"version":1,"result":"accept"}'
HOSTS = {name: f"{name}.example.test" for name in ("mail", "other", "nopod", "mutepod", "both", "held")}


class BadService(Listening):
    """Each connection is given to `act` when it was asked something."""

    def __init__(self, act, port=9000):
        self.act, self.asked = act, threading.Semaphore(0)
        super().__init__(ADDRESS, port)

    def serve(self, connection):
        if connection.recv(65536):
            self.asked.release()
            self.act(connection)


def silent(connection):
    connection.recv(1)


def slow(connection):
    """An octet now, the next one when the proxy has gone: its deadline is absolute."""
    connection.sendall(b"H")
    connection.recv(1)


def garbled(connection):
    connection.sendall(b"* OK this is IMAP\r\n" * 3)
    connection.close()


def other_document(connection):
    connection.sendall(document('{"status":"ok"}'))
    connection.close()


def failing(connection):
    connection.sendall(document(YES, status="500 Internal Server Error"))
    connection.close()


def huge(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                       b"Content-Length: 33554432\r\n\r\n{\"x\":\"")
    for _ in range(512):
        connection.sendall(b"x" * 65536)


def early(connection):
    connection.sendall(document(YES)[:-5])
    connection.close()


def at_once(connection):
    connection.close()


AWAY = {"silent": silent, "slow": slow, "garbled": garbled, "another document": other_document,
        "an error": failing, "huge": huge, "closing early": early, "closing at once": at_once}


def server(name, port, members=None, timeout="500ms", **more):
    provider = {"name": "accounts", "timeout": timeout,
                "http": {"url": f"http://{ADDRESS}:{port}/auth"}}
    return mail_server(name, [addresses("mailbox", members or MEMBERS)], hostnames=(HOSTS[name],),
                       authentication={"providers": [provider]},
                       timeouts={"backendConnect": "500ms", "backendLogin": "1s"}, **more)


class Outages(Story):
    @classmethod
    def set_up_story(cls):
        for name in MEMBERS:
            cls.dovecot(name)
        cls.well = JsonService(9001, decide=lambda asked: {"result": "accept"})
        cls.addClassCleanup(cls.well.stop)
        cls.mute = FakeBackend("127.0.0.18", 993, lambda peer: peer.line())
        cls.addClassCleanup(cls.mute.close)
        cls.usual_manifests()
        nowhere, mute = {"server-9": "127.0.0.19"}, {"server-8": "127.0.0.18"}
        cls.gate.write(
            "mail.json", server("mail", 9000), server("other", 9001), server("nopod", 9001, nowhere),
            server("mutepod", 9001, mute), server("both", 9000, nowhere),
            server("held", 9003, timeout="60s"))
        cls.gate.start("--workers", "1")

    def told(self, host, user=ANNA):
        """What a login ends with; a wrong password is never the answer."""
        said = refusal(self.ca, user, host=HOSTS[host])
        self.assertIn("[UNAVAILABLE]", said)
        self.assertNotIn("AUTHENTICATIONFAILED", said)
        return said

    def comes_back(self, host):
        """Within a while; what is said until then is that he may come again."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                where(self.ca, ANNA, host=HOSTS[host])
                break
            except imaplib.IMAP4.error as error:
                self.assertIn("[UNAVAILABLE]", str(error))
        else:
            self.fail("it is back, and nobody is let in")
        self.assertEqual(0, metric("postern_auth_breaker_open"))

    def test_whatever_is_wrong_with_the_service_no_password_is_wrong(self):
        words = set()
        for name, act in AWAY.items():
            service = BadService(act)
            try:
                with self.subTest(service=name):
                    words.add(self.told("mail"))
                    where(self.ca, ANNA, host=HOSTS["other"])
            finally:
                service.close()
        words.add(self.told("mail"))  # nobody listens
        self.assertEqual(1, len(words), "nobody can tell one outage from another")
        well = JsonService(9000, decide=lambda asked: {"result": "accept"})
        self.addCleanup(well.stop)
        self.comes_back("mail")

    def test_a_service_that_is_away_is_left_alone_until_it_is_back(self):
        for _ in range(12):
            self.told("mail")
        self.assertEqual(1, metric("postern_auth_breaker_open"))
        where(self.ca, ANNA, host=HOSTS["other"])
        well = JsonService(9000, decide=lambda asked: {"result": "accept"})
        self.addCleanup(well.stop)
        self.comes_back("mail")

    def test_who_waits_for_a_service_holds_up_nobody_else(self):
        answer = threading.Event()

        def held(connection):
            answer.wait(50)
            connection.sendall(document(YES))

        service = BadService(held, 9003)
        self.addCleanup(service.close)
        ended = []
        guests = [Client(self.ca, host=HOSTS["held"]) for _ in range(20)]
        threads = [threading.Thread(target=lambda g=guest, n=number: ended.append(
            g.login(f"user{n}@example.test", "secret")[0])) for number, guest in enumerate(guests)]
        for thread in threads:
            thread.start()
        for _ in guests:
            self.assertTrue(service.asked.acquire(timeout=20), "a question for each of them")
        for _ in range(5):
            where(self.ca, ANNA, host=HOSTS["other"])
        self.assertEqual([], ended, "and they wait still")
        answer.set()
        for thread in threads:
            thread.join(20)
        self.assertEqual(["OK"] * 20, ended)
        for guest in guests:
            guest.logout()

    def test_a_mail_server_that_is_away_or_silent_is_no_wrong_password(self):
        self.told("nopod")
        self.told("mutepod")
        where(self.ca, ANNA, host=HOSTS["other"])

    def test_both_are_away(self):
        self.told("both")

    def test_nothing_is_held_when_the_guests_have_gone(self):
        for host in ("mail", "nopod", "mutepod", "both"):
            self.told(host)
        guest = login(self.ca, ANNA, host=HOSTS["other"])
        guest.logout()
        deadline = time.monotonic() + 20
        while metric("postern_sessions_active") > 0:
            self.assertLess(time.monotonic(), deadline, "sessions are left")


if __name__ == "__main__":
    main()
