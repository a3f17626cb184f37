"""Whether a login met what it may have met, of a MailServer that changes: each of its states was
written at one moment and in force everywhere at a later one; between the two it may be either."""
import bisect
import collections

# `servers`: names of those that a login may come to; `certificate`: what it is shown.
State = collections.namedtuple("State", "written in_force servers certificate")


class Verdict:
    """`sure`: logins that only one state can explain."""

    def __init__(self, changes, logins):
        self.changes, self.logins, self.sure = changes, logins, 0
        self.failed, self.astray = [], []

    def __str__(self):
        return (f"{self.changes} changes, {self.logins} logins: {len(self.failed)} failed, "
                f"{len(self.astray)} misrouted; {self.sure} were between two changes of their "
                "MailServer")


class Judge:
    """`states`: of one MailServer, in their order, the first of them from the beginning on."""

    def __init__(self, states):
        self.states = states
        self.written, self.in_force = [s.written for s in states], [s.in_force for s in states]

    def judge(self, login, verdict):
        if login["failure"]:
            verdict.failed.append(f"{login['user']}: {login['failure']}")
            return
        last = bisect.bisect_right(self.in_force, login["began"]) - 1
        newest = bisect.bisect_right(self.written, login["ended"])
        possible = self.states[last:max(last + 1, newest)]
        verdict.sure += len(possible) == 1
        if not (any(login["server"] in state.servers for state in possible)
                and any(login["certificate"] == state.certificate for state in possible)):
            verdict.astray.append(f"{login['user']} came to {login['server']} with "
                                  f"{login['certificate']}, not to {possible}")
