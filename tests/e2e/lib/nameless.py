"""A client that asks for no name in TLS, or for one that nobody has: its domain alone leads it."""
import socket
import ssl

from .gate import ADDRESS
from .raw import SECONDS, Raw


class Nameless(Raw):
    def __init__(self, authority, port=993, name=None, at_most=None):
        self.context = ssl.create_default_context(cafile=authority)
        self.context.check_hostname = False
        if at_most:
            self.context.maximum_version = at_most
        self.name, self.heard = name, b""
        self.socket = socket.create_connection((ADDRESS, port), SECONDS)
        if port == 993:
            self.wrap()
        self.greeting = self.line()

    def wrap(self):
        self.socket = self.context.wrap_socket(self.socket, server_hostname=self.name)
        return self

    def starttls(self):
        assert self.ask(b"s1 STARTTLS")[-1].startswith(b"s1 OK")
        return self.wrap()

    def log_in(self, user, password="secret"):
        return self.ask(f"a LOGIN {user} {password}".encode())[-1]

    def server_name(self):
        told = self.ask(b'i ID ("name" "story")')
        return next(line for line in told if b"* ID" in line).split(b'"name" "')[1].split(b'"')[0]
