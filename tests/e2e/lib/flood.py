"""Many connections at once that say little and hear what they are told, by one thread: what an attacker
with a single machine brings. Nothing here waits longer than it was told to."""
import select
import socket
import time

from .gate import ADDRESS


class Guest:
    """One connection: what it still has to say, what it heard, and whether it was closed."""

    def __init__(self, connection, say):
        self.socket, self.say, self.heard, self.ended = connection, say, b"", False


class Flood:
    def __init__(self):
        self.guests, self.poll = {}, select.epoll()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def open(self, number, port=143, say=b"", source=ADDRESS):
        """So many more; what they say goes out as soon as they are connected."""
        for _ in range(number):
            connection = socket.socket()
            connection.setblocking(False)
            connection.bind((source, 0))
            connection.connect_ex((ADDRESS, port))
            self.guests[connection.fileno()] = Guest(connection, say)
            self.poll.register(connection.fileno(), select.EPOLLIN | select.EPOLLOUT | select.EPOLLET)
        return self

    def run(self, until, seconds=30):
        """Talks and listens until `until()` holds; false when it did not in that time."""
        deadline = time.monotonic() + seconds
        while not until():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            for fd, _ in self.poll.poll(min(left, 0.2), 4096):
                self._advance(self.guests[fd])
        return True

    def let_pass(self, seconds):
        """Time, in which whatever comes is heard."""
        self.run(lambda: False, seconds)

    def say(self, octets):
        for guest in self.guests.values():
            if not guest.ended:
                guest.say += octets
                self._advance(guest)

    def heard(self, words):
        return sum(words in guest.heard for guest in self.guests.values())

    def ended(self):
        return sum(guest.ended for guest in self.guests.values())

    def open_still(self):
        return len(self.guests) - self.ended()

    def close(self):
        for guest in self.guests.values():
            guest.socket.close()
        self.guests.clear()

    @staticmethod
    def _advance(guest):
        try:
            while guest.say and not guest.ended:
                guest.say = guest.say[guest.socket.send(guest.say):]
        except BlockingIOError:
            pass
        except OSError:
            guest.say = b""  # what it was told before is still there to be heard
        try:
            while not guest.ended:
                more = guest.socket.recv(65536)
                guest.heard += more
                guest.ended = not more
        except BlockingIOError:
            pass
        except OSError:
            guest.ended = True
