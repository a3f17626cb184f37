"""Python's imaplib as a mail client, with the little it lacks: a name that is not in any DNS, ID,
and IDLE."""
import imaplib
import re
import socket
import ssl

from .manifests import HOST

imaplib.Commands["ID"] = ("NONAUTH", "AUTH", "SELECTED")
SECONDS = 20


def trust(authority):
    return ssl.create_default_context(cafile=authority)


class _Named:
    """Connects to an address and checks the certificate for a name."""

    def _create_socket(self, timeout=SECONDS):
        raw = socket.create_connection((self.address, self.port), SECONDS)
        return self.context.wrap_socket(raw, server_hostname=HOST) if self.implicit else raw


class Client(_Named, imaplib.IMAP4):
    def __init__(self, authority, implicit=True, address="127.0.0.1", port=None):
        self.address, self.implicit, self.context = address, implicit, trust(authority)
        super().__init__(HOST, port or (993 if implicit else 143))
        if not implicit:
            self.starttls(self.context)

    def starttls(self, ssl_context=None):
        self._tls_established, self.host = False, HOST
        return super().starttls(ssl_context)

    def server_name(self):
        """Whose mail server this is: what it says to ID."""
        _, answer = self._simple_command("ID", '("name" "story")')
        _, data = self._untagged_response(_, answer, "ID")
        return re.search(rb'"name" "([^"]*)"', data[-1])[1].decode()

    def idle(self):
        """Begins IDLE; returns the function that ends it and gives what was told meanwhile."""
        tag = self._new_tag()
        self.send(tag + b" IDLE\r\n")
        first = self.readline()
        assert first.startswith(b"+"), first
        return lambda: self._done(tag)

    def _done(self, tag):
        self.send(b"DONE\r\n")
        told = []
        while not (line := self.readline()).startswith(tag):
            told.append(line)
        assert b"OK" in line, line
        return told


def login(authority, user, password="secret", **how):
    client = Client(authority, **how)
    client.login(user, password)
    return client
