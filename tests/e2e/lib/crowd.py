"""Clients that log in all the time, while something else happens: what each met is kept."""
import random
import socket
import ssl
import threading
import time

from .gate import ADDRESS
from .manifests import HOST

SECONDS = 15


class Login:
    """One login: when it began and ended, as whom, where it came to; or what went wrong."""

    def __init__(self, user):
        self.user, self.began, self.ended = user, time.monotonic(), None
        self.server, self.failure, self.certificate = None, None, None


class Crowd:
    """`members` threads; each logs in, asks whose server it is (NOOP), logs out, and begins again
    after a `pause` (s): other tests want a core as well."""

    def __init__(self, members, users, port=143, tls=None, host=HOST, look=None, pause=0):
        self.users, self.port, self.tls, self.host, self.look = users, port, tls, host, look
        self.logins, self.lock, self.over = [], threading.Lock(), threading.Event()
        self.pause = pause
        self.threads = [threading.Thread(target=self._work, args=(number,), daemon=True)
                        for number in range(members)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join(SECONDS + 5)

    def count(self):
        with self.lock:
            return len(self.logins)

    def wait_for_more(self, number, seconds=60):
        """Until so many more logins were made."""
        goal, deadline = self.count() + number, time.monotonic() + seconds
        while self.count() < goal:
            if self.over.wait(0.01) or time.monotonic() > deadline:
                raise AssertionError(f"{goal - self.count()} logins are missing after {seconds} s")

    def failures(self):
        with self.lock:
            return [f"{login.user}: {login.failure}" for login in self.logins if login.failure]

    def _work(self, number):
        chance = random.Random(number)
        while not self.over.is_set():
            login = Login(chance.choice(self.users))
            try:
                self._log_in(login)
            except Exception as error:  # whatever it is: it must not happen
                login.failure = f"{type(error).__name__}: {error}"
            login.ended = time.monotonic()
            with self.lock:
                self.logins.append(login)
            if self.pause:
                self.over.wait(self.pause)

    def _log_in(self, login):
        connection = socket.create_connection((ADDRESS, self.port), SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection,
                                                  server_hostname=self.host_of(login.user))
                if self.look:
                    login.certificate = self.look(connection)
            self._talk(connection, login)
        finally:
            connection.close()

    def host_of(self, _user):
        return self.host

    @staticmethod
    def _talk(connection, login):
        stream = connection.makefile("rwb")
        stream.readline()
        stream.write(f"a LOGIN {login.user} secret\r\n".encode())
        stream.flush()
        answer = stream.readline()
        if not answer.startswith(b"a OK"):
            raise AssertionError(f"login: {answer!r}")
        stream.write(b"b NOOP\r\n")
        stream.flush()
        login.server = stream.readline().decode().rsplit(None, 1)[-1]
        stream.write(b"c LOGOUT\r\n")
        stream.flush()
        while (line := stream.readline()) and not line.startswith(b"c "):
            pass


def trusting(authority):
    context = ssl.create_default_context(cafile=authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
