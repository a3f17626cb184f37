"""Python's imaplib as a mail client, with the little it lacks: a source address, ID and IDLE."""
import imaplib
import re
import socket
import ssl

from .gate import ADDRESS
from .manifests import HOST

imaplib.Commands["ID"] = ("NONAUTH", "AUTH", "SELECTED")
SECONDS = 20


def trust(authority):
    return ssl.create_default_context(cafile=authority)


class Client(imaplib.IMAP4):
    """Connected and secured, by IMAPS or by STARTTLS; not logged in yet."""

    def __init__(self, authority, implicit=True, host=HOST, address=None, source="127.0.0.1"):
        self.address, self.source, self.implicit = address or ADDRESS, source, implicit
        self.context = trust(authority)
        super().__init__(host, 993 if implicit else 143, SECONDS)
        if not implicit:
            self.starttls(self.context)

    def _create_socket(self, timeout):
        raw = socket.create_connection((self.address, self.port), timeout, (self.source, 0))
        if not self.implicit:
            return raw
        return self.context.wrap_socket(raw, server_hostname=self.host)

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


def where(authority, user, **how):
    """The name of the mail server on which the user lands."""
    client = login(authority, user, **how)
    name = client.server_name()
    client.logout()
    return name


def refusal(authority, user, password="secret", **how):
    """What is said to a login that is not let in."""
    client = Client(authority, **how)
    try:
        client.login(user, password)
    except imaplib.IMAP4.error as error:
        client.logout()
        return error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
    raise AssertionError(f"{user} was let in")
