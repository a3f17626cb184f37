"""A backend with a script in place of a mail server, for what no real one does, and for counts that
a real one is too heavy for. A script is a function of the connection; it runs in a thread."""
import base64
import socket
import ssl

from .serving import Listening

CAPABILITY = b"IMAP4rev1 SASL-IR LITERAL+ ID IDLE AUTH=PLAIN"
SECONDS = 30  # nobody is waited for longer


class Peer:
    def __init__(self, connection, backend):
        self.socket, self.backend, self.waiting = connection, backend, b""

    def send(self, octets):
        self.socket.sendall(octets)

    def line(self):
        while b"\n" not in self.waiting:
            self.waiting += self._more()
        line, _, self.waiting = self.waiting.partition(b"\n")
        self.backend.note(line)
        return line.rstrip(b"\r")

    def exactly(self, count):
        while len(self.waiting) < count:
            self.waiting += self._more()
        octets, self.waiting = self.waiting[:count], self.waiting[count:]
        self.backend.note(octets)
        return octets

    def _more(self):
        more = self.socket.recv(65536)
        if not more:
            raise EOFError
        return more

    def idle(self):
        """Until the client is done, however long that takes."""
        self.send(b"+ idling\r\n")
        self.socket.settimeout(None)
        self.line()
        self.socket.settimeout(SECONDS)

    def secure(self):
        self.socket = self.backend.context.wrap_socket(self.socket, server_side=True)


class FakeBackend(Listening):
    """Listens from when it is made; `heard` is every line that came, of all connections."""

    def __init__(self, address, port, script, pair=None, implicit=False, remember=True):
        self.remember = remember
        self.script, self.implicit, self.heard, self.kept = script, implicit, [], []
        if pair:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*pair)
        super().__init__(address, port)

    def serve(self, connection):
        connection.settimeout(SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer = Peer(connection, self)
        try:
            if self.implicit:
                peer.secure()
            if self.script(peer) != "keep":
                peer.socket.close()
            else:
                self.kept.append(peer)
        except (EOFError, OSError):
            peer.socket.close()

    def note(self, octets):
        if self.remember:
            self.heard.append(octets)

    def said(self):
        return b"\n".join(self.heard)

    def close(self):
        super().close()
        for peer in self.kept:
            peer.socket.close()


def plain(user, password):
    return base64.b64encode(f"\0{user}\0{password}".encode())


def login_only(peer):
    """A well-behaved IMAP server up to the login; after it the connection is kept and idle."""
    peer.send(b"* OK [CAPABILITY " + CAPABILITY + b"] ready\r\n")
    while True:
        tag, _, command = peer.line().partition(b" ")
        word = command.upper()
        if word.startswith((b"AUTHENTICATE PLAIN", b"LOGIN")):
            peer.send(tag + b" OK [CAPABILITY " + CAPABILITY + b"] in\r\n")
            return "keep"
        if word == b"CAPABILITY":
            peer.send(b"* CAPABILITY " + CAPABILITY + b"\r\n")
        elif word.startswith(b"ID"):
            peer.send(b"* ID NIL\r\n")
        peer.send(tag + b" OK done\r\n")


def named(name):
    """A server that says its name to every NOOP."""
    def script(peer):
        peer.send(b"* OK [CAPABILITY " + CAPABILITY + b"] ready\r\n")
        while True:
            tag, _, command = peer.line().partition(b" ")
            word = command.upper().split(b" ")[0]
            if word == b"LOGOUT":
                peer.send(b"* BYE\r\n" + tag + b" OK bye\r\n")
                return "close"
            if word == b"CAPABILITY":
                peer.send(b"* CAPABILITY " + CAPABILITY + b"\r\n")
            elif word == b"ID":
                peer.send(b"* ID NIL\r\n")
            elif word == b"IDLE":
                peer.idle()
            peer.send(tag + b" OK " + (name.encode() if word == b"NOOP" else b"done") + b"\r\n")
    return script


def let_in(peer):
    """Everybody, by literals too, which is how nginx logs in."""
    peer.send(b"* OK [CAPABILITY " + CAPABILITY + b"] ready\r\n")
    while True:
        line = peer.line()
        tag = line.split(b" ")[0]
        asks_to_log_in = line.split(b" ")[1].upper() in (b"LOGIN", b"AUTHENTICATE")
        while line.endswith(b"}"):
            peer.send(b"+ go on\r\n")
            line = peer.line()
        if asks_to_log_in:
            peer.send(tag + b" OK in\r\n")
            return "keep"
        peer.send(tag + b" OK done\r\n")
