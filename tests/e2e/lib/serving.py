"""What the servers that stories play have in common: who listens, a thread a connection, and an end that
closes what is open too."""
import socket
import threading
from http.server import ThreadingHTTPServer


def hang_up(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # closed before
    connection.close()


class Listening:
    """From when it is made; each connection is given to `serve`, in a thread of its own."""

    def __init__(self, address, port):
        self.open, self.connections = set(), 0
        self.listener = socket.create_server((address, port), backlog=1024)
        threading.Thread(target=self._accept, daemon=True).start()

    def serve(self, connection):
        raise NotImplementedError

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            self.serve(connection)
        except (EOFError, OSError):
            pass  # the other side has left
        if connection.fileno() < 0:
            self.open.discard(connection)

    def close(self):
        hang_up(self.listener)
        for connection in list(self.open):
            hang_up(connection)


class Requests:
    """The same for HTTP: `handler` answers, in a thread of each connection's own."""

    def __init__(self, handler, address, port):
        opened = self.open = []

        class Answer(handler):
            def setup(self):
                super().setup()
                opened.append(self.connection)

            def log_message(self, *_):
                pass

        ThreadingHTTPServer.allow_reuse_address = True
        self.server = ThreadingHTTPServer((address, port), Answer)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        """All of it, connections that are kept open too."""
        self.server.shutdown()
        self.server.server_close()
        for connection in self.open:
            hang_up(connection)
