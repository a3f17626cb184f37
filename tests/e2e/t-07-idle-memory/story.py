"""What an idle session costs; tools/idle_memory prints it for as many as you like."""
import os
import resource

from lib.fake_backend import FakeBackend, login_only
from lib.manifests import addresses, mail_server
from lib.raw import Raw
from lib.story import Story, main

SESSIONS = int(os.environ.get("SESSIONS", "400"))
WARM = 40
BOUND_KIB = 64  # for one session inside TLS on both sides, all of it ours and libssl's


class IdleMemory(Story):
    @classmethod
    def set_up_story(cls):
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        cls.usual_manifests()
        clear = addresses("clear", {"one": "127.0.0.21"}, tls={"mode": "Disabled"})
        secure = addresses("secure", {"two": "127.0.0.22"})
        cls.gate.write("mail.json", mail_server("mail", [clear]),
                       mail_server("other", [secure], hostnames=["other.example.test"]))
        for backend in (FakeBackend("127.0.0.21", 143, login_only),
                        FakeBackend("127.0.0.22", 993, login_only, cls.pair, implicit=True)):
            cls.addClassCleanup(backend.close)
        cls.gate.start()

    def pss_kib(self):
        with open(f"/proc/{self.gate.pid}/smaps_rollup", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))

    def logged_in(self, number, host):
        client = Raw(993, host=host, tls=self.ca)
        answer = client.ask(f"a LOGIN user{number} secret".encode())[-1]
        self.assertTrue(answer.startswith(b"a OK"), answer)
        return client

    def cost(self, host):
        for client in [self.logged_in(number, host) for number in range(WARM)]:
            client.socket.close()
        before = self.pss_kib()
        clients = [self.logged_in(number, host) for number in range(SESSIONS)]
        after = self.pss_kib()
        for client in clients:
            client.socket.close()
        return (after - before) / SESSIONS

    def test_an_idle_session_costs_less_than_the_bound(self):
        for way, host in {"TLS to clear text": "mail.example.test",
                          "TLS to TLS": "other.example.test"}.items():
            kib = self.cost(host)
            print(f"idle, {way}: {kib:.1f} KiB a session ({SESSIONS} sessions)")
            self.assertLess(kib, BOUND_KIB)


if __name__ == "__main__":
    main()
