"""A client that says exactly what it is told to, octet by octet, and hears all that is answered."""
import socket
import ssl

from .gate import ADDRESS
from .manifests import HOST

SECONDS = 20


class Raw:
    def __init__(self, port=143, host=HOST, tls=None, alpn=None, greeted=True, source=ADDRESS):
        self.socket = socket.create_connection((ADDRESS, port), SECONDS, (source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.host, self.heard = host, b""
        if tls:
            self.secure(tls, alpn)
        if greeted:
            self.greeting = self.line()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def secure(self, authority, alpn=None):
        context = ssl.create_default_context(cafile=authority)
        if alpn:
            context.set_alpn_protocols(alpn)
        self.socket = context.wrap_socket(self.socket, server_hostname=self.host)
        return self

    def starttls(self, authority):
        answer = self.ask(b"s1 STARTTLS")
        assert answer[-1].startswith(b"s1 OK"), answer
        return self.secure(authority)

    def send(self, *segments):
        for segment in segments:
            self.socket.sendall(segment)

    def line(self):
        while b"\n" not in self.heard:
            more = self.socket.recv(4096)
            if not more:
                raise EOFError(self.heard)
            self.heard += more
        line, _, self.heard = self.heard.partition(b"\n")
        return line.rstrip(b"\r")

    def ask(self, command):
        """All lines up to the tagged answer, that one included."""
        self.send(command + b"\r\n")
        return self.until(command.split(b" ")[0] + b" ")

    def until(self, start):
        lines = [self.line()]
        while not lines[-1].startswith(start):
            lines.append(self.line())
        return lines

    def rest(self):
        """Whatever still comes until the other side closes."""
        try:
            while more := self.socket.recv(65536):
                self.heard += more
        except (ConnectionResetError, ssl.SSLError):
            pass
        heard, self.heard = self.heard, b""
        return heard
