"""Whoever was there before is known again: at the next login and the next, at the other proxy too.
Nobody else's ticket opens anything, and a controller that starts anew costs one full handshake."""
import socket
import ssl

from lib.admin import metric, page
from lib.fake_backend import FakeBackend, named
from lib.gate import ADDRESS
from lib.manifests import HOST, addresses, mail_server, tls_secret
from lib.split import CONTROLLER_ADMIN, Split
from lib.story import MEMBERS, Story, main
from lib.waiting import until

OTHER = "other.example.net"
OLD, NEW = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


def keys(admin):
    """What a program tells of the ticket keys that it has."""
    return next((line for line in page("config", admin).splitlines()
                 if line.startswith("TICKET_KEYS")), "")


class Guest:
    """A mail program on one device: it keeps the newest session of each server name."""

    def __init__(self, authority, version):
        self.context = ssl.create_default_context(cafile=authority)
        self.context.minimum_version = self.context.maximum_version = version
        self.session = None

    def login(self, port=993, host=HOST):
        """True when the login was a resumed one."""
        with socket.create_connection((ADDRESS, port), 20) as plain:
            if port % 1000 == 143:
                self.until(plain, b"OK")
                plain.sendall(b"s STARTTLS\r\n")
                self.until(plain, b"s OK")
            with self.context.wrap_socket(plain, server_hostname=host,
                                          session=self.session) as tls:
                if port % 1000 != 143:
                    self.until(tls, b"* OK")
                tls.sendall(b"a LOGIN user secret\r\n")
                self.until(tls, b"a OK")
                self.session = tls.session
                return tls.session_reused

    @staticmethod
    def until(stream, words):
        heard = b""
        while words not in heard or not heard.endswith(b"\r\n"):
            more = stream.recv(4096)
            assert more, heard
            heard += more


class Tickets(Story):
    @classmethod
    def set_up_story(cls):
        for name, address in MEMBERS.items():
            cls.addClassCleanup(FakeBackend(address, 143, named(name), remember=False).close)
        cls.usual_manifests()
        clear = addresses("mailbox", MEMBERS, tls={"mode": "Disabled"})
        other = cls.authority.issue("other", OTHER)
        cls.gate.write("mail.json", mail_server("mail", [clear]))
        cls.gate.write("other-secret.json", tls_secret("other-tls", other, cls.ca))
        cls.gate.write("other.json", mail_server("other", [clear], [OTHER], "other-tls"))
        cls.split = Split(cls.folder, cls.gate.folder)
        cls.addClassCleanup(cls.split.stop)
        cls.split.start_controller()
        cls.proxies = [cls.split.start_proxy(0), cls.split.start_proxy(1)]

    def guest(self, version):
        return Guest(self.ca, version)

    def test_1_every_login_after_the_first_is_a_resumed_one(self):
        for version in (OLD, NEW):
            for port in (993, 143):
                guest = self.guest(version)
                self.assertEqual([False, True, True, True, True],
                                 [guest.login(port) for _ in range(5)], (version, port))

    def test_2_one_proxy_opens_what_the_other_has_sealed(self):
        for version in (OLD, NEW):
            guest = self.guest(version)
            self.assertEqual([False, True, True, True],
                             [guest.login(port) for port in (993, 5993, 993, 5143)], version)

    def test_3_a_ticket_of_one_tenant_is_worth_nothing_at_another(self):
        for version in (OLD, NEW):
            for port in (993, 5993):
                guest = self.guest(version)
                self.assertFalse(guest.login(993))
                self.assertFalse(guest.login(port, OTHER), (version, port))

    def test_4_keys_are_shown_by_their_hash_alone_and_have_an_age(self):
        for admin in (9901, 9902, CONTROLLER_ADMIN):
            self.assertRegex(keys(admin), r"^TICKET_KEYS ticket-keys [0-9a-f]{32} since \S+$")
        self.assertLess(metric("postern_ticket_keys_age_seconds"), 3600)

    def test_5_without_a_controller_tickets_go_on_and_after_it_they_begin_anew(self):
        guests = {version: self.guest(version) for version in (OLD, NEW)}
        for guest in guests.values():
            self.assertFalse(guest.login())
        self.split.kill(self.split.controller)
        for proxy in self.proxies:
            proxy.wait_for("controller lost")
        for version, guest in guests.items():
            self.assertEqual([True, True], [guest.login(5993), guest.login()], version)
        before = keys(9901)
        self.split.start_controller()
        made = until(lambda: keys(CONTROLLER_ADMIN))
        self.assertNotEqual(before, made)
        until(lambda: keys(9901) == made == keys(9902), what="both proxies having the new keys")
        for version, guest in guests.items():
            self.assertEqual([False, True], [guest.login(), guest.login(5993)], version)


if __name__ == "__main__":
    main()
