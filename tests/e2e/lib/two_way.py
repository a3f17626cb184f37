"""TLS for a client that reads in one thread while it writes in another. An `SSLSocket` is for one at a
time: Python 3.11 has no lock around its state, and `recv` then tells of ends that never were."""
import ssl
import threading

PIECE = 65536


class TwoWayTls:
    """As much of a socket as a session needs; one thread may read, another write."""

    def __init__(self, connection, context, host):
        self.connection = connection
        self.coming, self.going = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.inside = context.wrap_bio(self.coming, self.going, server_hostname=host)
        self.engine, self.order = threading.Lock(), threading.Lock()
        self._until_done(self.inside.do_handshake, after=self._send_waiting)

    def recv(self, most):
        try:
            return self._until_done(lambda: self.inside.read(most))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def sendall(self, octets):
        for start in range(0, len(octets), PIECE):
            with self.order:
                with self.engine:
                    self.inside.write(octets[start:start + PIECE])
                self._send_waiting()

    def close(self):
        self.connection.close()

    def _until_done(self, step, after=lambda: None):
        while True:
            try:
                with self.engine:
                    result = step()
                after()
                return result
            except ssl.SSLWantReadError:
                after()
                self._hear()

    def _hear(self):
        more = self.connection.recv(PIECE)
        with self.engine:
            if more:
                self.coming.write(more)
            else:
                self.coming.write_eof()

    def _send_waiting(self):
        # Not with the engine held: who waits for room must not stop who makes it.
        with self.engine:
            octets = self.going.read()
        self.connection.sendall(octets)
