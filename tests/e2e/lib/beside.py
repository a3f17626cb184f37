"""Mail servers and clients in processes of their own, for stories that do much themselves:
    python3 -m lib.beside servers NAME=ADDRESS...        says "serving"
    python3 -m lib.beside crowd CA PORT MEMBERS USER...  a line of JSON for each login
Users are USER@HOST and ask in TLS for their host. Both end when they are asked to."""
import hashlib
import json
import signal
import sys
import threading

from .crowd import Crowd, trusting
from .fake_backend import FakeBackend, named
from .process import Process


def fingerprint(der):
    return hashlib.sha256(der).hexdigest()[:16]


def shown(connection):
    return fingerprint(connection.getpeercert(binary_form=True))


class ManyHosts(Crowd):
    """Each to the host of his own; what becomes of a login is told at once and not kept."""

    def host_of(self, user):
        return user.partition("@")[2]

    def tell(self):
        with self.lock:
            told, self.logins = self.logins, []
        for login in told:
            print(json.dumps(vars(login)))
        sys.stdout.flush()


def serve(words, over):
    servers = [FakeBackend(address, 143, named(name), remember=False)
               for name, address in (word.split("=") for word in words)]
    print("serving", flush=True)
    over.wait()
    for server in servers:
        server.close()


def come(words, over):
    authority, port, members, *users = words
    with ManyHosts(int(members), users, int(port), trusting(authority), look=shown) as crowd:
        while not over.wait(0.05):
            crowd.tell()
    crowd.tell()


def main():
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    {"servers": serve, "crowd": come}[sys.argv[1]](sys.argv[2:], over)


def start(name, *words):
    return Process(name, [sys.executable, "-m", "lib.beside", *(str(word) for word in words)])


if __name__ == "__main__":
    main()
