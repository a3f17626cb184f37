"""One address in front of several, as a Service is: a connection goes to the first that takes it."""
import socket
import threading

from .serving import Listening, hang_up


class OneAddress(Listening):
    """`ports` are tried in their order; changing them ends no connection."""

    def __init__(self, address, port, ports):
        self.address, self.ports, self.turn = address, list(ports), 0
        super().__init__(address, port)

    def serve(self, connection):
        other = self._reach()
        if other is None:
            hang_up(connection)
            return
        self.open.add(other)
        for one, to in ((connection, other), (other, connection)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._carry, args=(one, to), daemon=True).start()

    def _reach(self):
        for port in list(self.ports):
            try:
                other = socket.create_connection((self.address, port), 5)
            except OSError:
                continue
            other.settimeout(None)
            return other
        return None

    @staticmethod
    def _carry(one, to):
        try:
            while octets := one.recv(65536):
                to.sendall(octets)
        except OSError:
            pass  # one of them has left
        hang_up(one)
        hang_up(to)
