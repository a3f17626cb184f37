"""Descriptors, ports and memory that run out: who comes then is refused in words, who is in stays,
and when there is room again everything is as before."""
import os
import pathlib
import resource
import socket

from lib.admin import metric
from lib.fake_backend import FakeBackend, login_only
from lib.manifests import addresses, mail_server
from lib.raw import Raw
from lib.story import Story, main
from lib.waiting import until

IP_BIND_ADDRESS_NO_PORT = 24
RANGE = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")
FIRST, PORTS = 20000, 32  # where no connection of another test lingers
UNLIMITED = {"maxConnections": 20000, "maxConnectionsPerSource": 20000,
             "maxConnectionsBeforeLogin": 20000, "newConnectionsPerMinutePerSource": 100000}


def echo(peer):
    """After the login it answers each NOOP: who is in can tell that he is."""
    if login_only(peer) != "keep":
        return "close"
    peer.socket.settimeout(None)
    while True:
        tag = peer.line().partition(b" ")[0]
        peer.send(tag + b" OK still here\r\n")


def greeting_of(client):
    """The first line, or why there is none."""
    try:
        return client.line()
    except (EOFError, ConnectionResetError) as error:
        return type(error).__name__.encode()


class Exhausted(Story):
    @classmethod
    def set_up_story(cls):
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        for address in ("127.0.0.21", "127.0.0.22"):
            cls.addClassCleanup(FakeBackend(address, 143, echo, remember=False).close)
        cls.usual_manifests()
        plain = {"port": 143, "tls": "StartTLS", "plaintext": "Allow"}
        both = addresses("mailbox", {"one": "127.0.0.21", "two": "127.0.0.22"},
                         tls={"mode": "Disabled"},
                         balancing={"onUnavailable": "NextMember"})
        cls.gate.write("mail.json", mail_server(
            "mail", [both], protocols={"imap": {"listeners": [plain]}}, limits=UNLIMITED))

    def begin(self, *flags, under=()):
        self.gate.start("--workers", "1", *flags, under=under)
        self.addCleanup(self.gate.stop)
        self.descriptors = self.open_descriptors()

    def open_descriptors(self):
        return len(os.listdir(f"/proc/{self.gate.pid}/fd"))

    def guest(self, greeted=False):
        raw = Raw(greeted=greeted)
        self.addCleanup(raw.socket.close)
        return raw

    def log_in(self, number, client=None):
        client = client or self.guest(greeted=True)
        answer = client.ask(f"a LOGIN user{number} secret".encode())[-1]
        return client, answer

    def still_here(self, client):
        self.assertEqual(client.ask(b"n NOOP")[-1], b"n OK still here")

    def nothing_is_left(self):
        until(lambda: metric("postern_sessions_active") == 0 and metric("postern_visits") == 0,
              what="no session left")
        # Half a minute of keep-alive to the admin page and the like is not ours to count.
        until(lambda: self.open_descriptors() <= self.descriptors + 4, what="descriptors returned")

    def test_descriptors_for_both_sides_are_there_before_a_guest_is_let_in(self):
        self.begin(under=("prlimit", "--nofile=400:400"))
        clients = [self.guest() for _ in range(150)]
        greetings = [greeting_of(client) for client in clients]
        let_in = [one for one, said in zip(clients, greetings) if said.startswith(b"* OK")]
        refused = [said for said in greetings if not said.startswith(b"* OK")]
        self.assertEqual(len(let_in), 100)  # (400 - what is kept for the process) / 2
        self.assertEqual({said.split(b"]")[0] for said in refused}, {b"* BYE [UNAVAILABLE"})
        self.assertEqual(metric("postern_connections_refused_total", reason="process"), 50)
        for number, client in enumerate(let_in):
            self.assertTrue(self.log_in(number, client)[1].startswith(b"a OK"))
        for client in let_in:
            self.still_here(client)
        for client in clients:
            client.socket.close()
        self.nothing_is_left()
        self.assertTrue(self.log_in("after")[1].startswith(b"a OK"))

    def test_where_others_have_taken_them_guests_are_told_and_the_door_rests(self):
        self.begin()
        inside = [self.log_in(number)[0] for number in range(5)]
        limit = self.open_descriptors() + 6
        hard = resource.prlimit(self.gate.pid, resource.RLIMIT_NOFILE)[1]
        resource.prlimit(self.gate.pid, resource.RLIMIT_NOFILE, (limit, hard))
        clients = [self.guest() for _ in range(40)]
        before = self.cpu_seconds()
        greetings = [greeting_of(client) for client in clients[6:20]]
        self.assertIn(b"* BYE [UNAVAILABLE", {said.split(b"]")[0] for said in greetings})
        self.assertLess(self.cpu_seconds() - before, 0.5)  # no busy loop: more than a second passed
        for client in inside:
            self.still_here(client)
        for client in clients + inside:
            client.socket.close()
        resource.prlimit(self.gate.pid, resource.RLIMIT_NOFILE, (hard, hard))
        self.assertGreater(metric("postern_connections_refused_total", reason="no_descriptors"), 0)
        self.nothing_is_left()
        self.assertTrue(self.log_in("after")[1].startswith(b"a OK"))

    def cpu_seconds(self):
        text = pathlib.Path(f"/proc/{self.gate.pid}/stat").read_text(encoding="ascii")
        user, system = text.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def without_a_port(self, source):
        """A connection whose port is chosen for where it goes to, so that it takes nobody's."""
        raw = Raw.__new__(Raw)
        raw.socket, raw.heard = socket.socket(), b""
        self.addCleanup(raw.socket.close)
        raw.socket.settimeout(20)
        raw.socket.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        raw.socket.bind((source, 0))
        raw.socket.connect(("127.0.0.1", 143))
        raw.greeting = raw.line()
        return raw

    def test_ports_to_one_member_run_out_then_the_next_is_tried_then_it_is_a_temporary_failure(self):
        self.begin()
        usual = RANGE.read_text(encoding="ascii")
        self.addCleanup(RANGE.write_text, usual)
        RANGE.write_text(f"{FIRST} {FIRST + PORTS - 1}")
        clients, answers = [], []
        for number in range(2 * PORTS + 10):
            client = self.without_a_port(f"127.0.1.{1 + number // 20}")
            clients.append(client)
            answers.append(self.log_in(number, client)[1])
        let_in = [answer.startswith(b"a OK") for answer in answers]
        self.assertEqual(sum(let_in), 2 * PORTS)  # all there are to both members
        self.assertEqual({answer.split(b"]")[0] for answer, well in zip(answers, let_in)
                          if not well}, {b"a NO [UNAVAILABLE"})
        for client, well in zip(clients, let_in):
            if well:
                self.still_here(client)
        self.assertEqual(metric("postern_connections_refused_total"), 0)
        for client, well in zip(clients, let_in):
            if well:
                client.socket.close()
        again = next(one for one, well in zip(clients, let_in) if not well)
        until(lambda: self.log_in("again", again)[1].startswith(b"a OK"), what="a port is free",
              every=0.5)
        for client in clients:
            client.socket.close()
        self.nothing_is_left()

    def test_memory_that_guests_could_take_is_bounded(self):
        self.begin("--memory-limit", "256")
        inside = self.log_in("inside")[0]
        clients = [self.guest() for _ in range(1100)]
        greetings = [greeting_of(client).split(b"]")[0] for client in clients]
        let_in = sum(said.startswith(b"* OK") for said in greetings)
        self.assertEqual(let_in, 1024)  # a quarter of it, at 64 KiB
        self.assertEqual(greetings.count(b"* BYE [UNAVAILABLE"), len(clients) - let_in)
        self.assertEqual(metric("postern_connections_refused_total", reason="memory"),
                         len(clients) - let_in)
        self.still_here(inside)
        for client in clients:
            client.socket.close()
        until(lambda: metric("postern_visits") == 0, what="visits are over")
        self.assertTrue(self.log_in("after")[1].startswith(b"a OK"))
        inside.socket.close()


if __name__ == "__main__":
    main()
