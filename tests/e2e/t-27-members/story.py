"""Members of backends: one is killed, one hangs, one is full, one sends its users elsewhere. Real mail
servers, and a proxy that asks them whether they are there."""
import os
import pathlib
import signal
import time

from lib import placement
from lib.admin import metric
from lib.client import login, refusal, where
from lib.dovecot import Dovecot
from lib.manifests import addresses, mail_server
from lib.story import MEMBERS, Story, main

USERS = [f"user{number}@example.test" for number in range(12)]
REFERRER = ("server-3", "127.0.0.13")
CHECK = {"interval": "1s", "timeout": "500ms", "failureThreshold": 2}


def host(name):
    return f"{name}.example.test"


def family(pid):
    """The process and all that it has started."""
    parents = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        parents.setdefault(int(words[1]), []).append(int(stat.parent.name))
    found, rest = [], [pid]
    while rest:
        found.append(rest.pop())
        rest += parents.get(found[-1], [])
    return found


class Members(Story):
    @classmethod
    def set_up_story(cls):
        for name in MEMBERS:
            cls.dovecot(name)
        cls.referrer()
        cls.usual_manifests()
        cls.gate.write("mail.json", *cls.manifests())
        cls.gate.start().settle("mail", "even", "full", "moved", "astray", "stays")

    @classmethod
    def referrer(cls):
        """A mail server that knows its users, and says that their mail is at server-2."""
        server = Dovecot(cls.folder, *REFERRER, cls.pair)
        conf = server.folder / "dovecot.conf"
        before = conf.read_text()
        text = before.replace("args = password=secret",
                              f"args = password=secret nologin=yes host={MEMBERS['server-2']} port=143")
        assert text != before
        conf.write_text(text)
        cls.addClassCleanup(server.stop)
        server.start()

    @classmethod
    def manifests(cls):
        old = addresses("old", dict([REFERRER]))
        new = addresses("new", {"server-2": MEMBERS["server-2"]})
        refuses = addresses("old", dict([REFERRER]), redirects="Refuse")

        def server(name, *backends):
            return mail_server(name, list(backends), hostnames=[host(name)])

        return [
            mail_server("mail", [addresses("mailbox", MEMBERS, healthCheck=CHECK)]),
            server("even", addresses("mailbox", MEMBERS, balancing={"policy": "LeastConnections"})),
            server("full", addresses("mailbox", MEMBERS, maxSessionsPerMember=1)),
            server("moved", old, new), server("stays", refuses, new), server("astray", old),
        ]

    @staticmethod
    def out():
        return metric("postern_backend_members_out", mailserver="default/mail")

    def wait_until(self, holds, what, seconds=30):
        deadline = time.monotonic() + seconds
        while not holds():
            self.assertLess(time.monotonic(), deadline, f"never: {what}")

    def at_home(self):
        return all(where(self.ca, user) == self.home(user) for user in USERS[:6])

    @staticmethod
    def home(user):
        """What docs/placement.md says, computed by another program."""
        return placement.order(placement.seed("postern", "default", "mail"), list(MEMBERS), user)[0]

    def test_users_are_where_the_page_says(self):
        self.wait_until(lambda: self.out() == 0, "all members answer")
        self.assertEqual([self.home(user) for user in USERS],
                         [where(self.ca, user) for user in USERS])

    def test_killed_member_is_passed_over_and_has_its_users_again_when_it_is_back(self):
        self.servers[1].stop()
        try:
            self.wait_until(lambda: self.out() == 1, "its checks fail")
            for user in USERS[:6]:
                self.assertEqual("server-1", where(self.ca, user))
        finally:
            self.servers[1].start()
        self.wait_until(lambda: self.out() == 0, "its checks succeed")
        self.assertTrue(self.at_home())

    def test_member_that_hangs_holds_nobody_up_once_its_checks_have_failed(self):
        hanging = family(self.servers[1].process.pid)
        for pid in hanging:
            os.kill(pid, signal.SIGSTOP)
        try:
            self.wait_until(lambda: self.out() == 1, "its checks fail")
            began = time.monotonic()
            for user in USERS[:6]:
                self.assertEqual("server-1", where(self.ca, user))
            self.assertLess(time.monotonic() - began, 4, "nobody waits for a connection that hangs")
        finally:
            for pid in reversed(hanging):
                os.kill(pid, signal.SIGCONT)
        self.wait_until(lambda: self.out() == 0, "its checks succeed")
        self.assertTrue(self.at_home())

    def test_sessions_go_where_the_fewest_are(self):
        clients = [login(self.ca, "anna", host=host("even")) for _ in range(6)]
        try:
            names = [client.server_name() for client in clients]
        finally:
            for client in clients:
                client.logout()
        self.assertEqual({"server-1": 3, "server-2": 3}, {one: names.count(one) for one in MEMBERS})

    def test_full_members_are_told_as_an_outage_and_have_room_when_somebody_leaves(self):
        first, second = (login(self.ca, "anna", host=host("full")) for _ in range(2))
        self.assertEqual(set(MEMBERS), {first.server_name(), second.server_name()})
        self.assertIn("[UNAVAILABLE]", refusal(self.ca, "anna", host=host("full")))
        self.assertGreater(metric("postern_members_full_total", mailserver="default/full"), 0)
        name = first.server_name()
        first.logout()

        def comes_in():
            try:
                return where(self.ca, "anna", host=host("full")) == name
            except Exception:  # the end of the session before is on its way
                return False
        self.wait_until(comes_in, "its place is given to somebody else")
        second.logout()

    def test_redirect_to_a_member_of_ours_is_followed(self):
        self.assertEqual("server-2", where(self.ca, "anna", host=host("moved")))
        self.assertEqual(1, metric("postern_redirects_total", mailserver="default/moved",
                                   result="followed"))

    def test_redirect_to_whoever_is_none_of_ours_is_an_outage_and_one_warning(self):
        self.assertIn("[UNAVAILABLE]", refusal(self.ca, "berta", host=host("astray")))
        warning = self.gate.process.wait_for("not followed")
        self.assertNotIn("secret", warning)
        self.assertEqual(1, metric("postern_redirects_total", mailserver="default/astray",
                                   result="refused"))

    def test_redirect_is_not_followed_where_that_is_written(self):
        self.assertIn("[UNAVAILABLE]", refusal(self.ca, "carla", host=host("stays")))

    def test_wrong_password_stays_a_wrong_password(self):
        self.assertIn("[AUTHENTICATIONFAILED]",
                      refusal(self.ca, "dora", "wrong", host=host("moved")))


if __name__ == "__main__":
    main()
