"""A port is added and taken away a hundred times while clients connect: who was let in is served or
told goodbye, nobody is reset."""
import socket
import threading

from lib.fake_backend import FakeBackend, named
from lib.gate import ADDRESS
from lib.manifests import addresses, mail_server
from lib.story import MEMBERS, Story, main

TIMES = 100
STANDING = {"port": 143, "tls": "StartTLS", "plaintext": "Allow"}
COMING = {"port": 1143, "tls": "StartTLS", "plaintext": "Allow"}


class Knocking(threading.Thread):
    """Connects all the time; a port that is closed is no fault, a connection that breaks is."""

    def __init__(self, port, over):
        super().__init__(daemon=True)
        self.port, self.over = port, over
        self.greeted = self.closed = self.goodbye = 0
        self.faults = []

    def run(self):
        while not self.over.is_set():
            try:
                guest = socket.create_connection((ADDRESS, self.port), 10)
            except (ConnectionRefusedError, TimeoutError):
                self.closed += 1
                self.over.wait(0.002)
                continue
            try:
                guest.settimeout(10)
                first = guest.recv(4096)
                if first.startswith(b"* OK"):
                    self.greeted += 1
                elif first.startswith(b"* BYE"):
                    self.goodbye += 1
                else:
                    self.faults.append(f"said {first!r}")
            except OSError as error:
                self.faults.append(f"{type(error).__name__}: {error}")
            finally:
                guest.close()


class PortsComeAndGo(Story):
    @classmethod
    def set_up_story(cls):
        for name, address in MEMBERS.items():
            cls.addClassCleanup(FakeBackend(address, 143, named(name), remember=False).close)
        cls.usual_manifests()
        cls.gate.write("mail.json", *cls.manifests([STANDING]))
        cls.gate.start("--workers", "2").settle()

    @classmethod
    def manifests(cls, listeners):
        backend = addresses("mailbox", MEMBERS, tls={"mode": "Disabled"})
        return [mail_server("mail", [backend], protocols={"imap": {"listeners": listeners}})]

    def test_a_hundred_times_and_not_one_reset(self):
        over = threading.Event()
        guests = [Knocking(port, over) for port in (143, 1143, 1143, 1143)]
        for guest in guests:
            guest.start()
        try:
            for _ in range(TIMES):
                self.gate.change("mail.json", *self.manifests([STANDING, COMING]), says="Ready (2")
                self.gate.change("mail.json", *self.manifests([STANDING]), says="Ready (1")
        finally:
            over.set()
            for guest in guests:
                guest.join(15)
        faults = [fault for guest in guests for fault in guest.faults]
        self.assertEqual([], faults[:5])
        self.assertEqual(0, guests[0].closed, "the port that stays is always open")
        greeted = sum(guest.greeted for guest in guests[1:])
        self.assertGreater(greeted, TIMES)
        print(f"{greeted} guests at the port that comes and goes, {guests[0].greeted} at the other; "
              f"{sum(guest.goodbye for guest in guests)} told goodbye; 0 reset")


if __name__ == "__main__":
    main()
