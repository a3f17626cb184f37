"""CHANGES (10 000) changes at a real API server, each as soon as the last is in force at all proxies, while users log
in: how many of them fail, or meet a server or a certificate that was not theirs at that moment."""
import contextlib
import os
import pathlib
import time

from cluster.ground import Ground
from figures import columns
from lib.under_logins import UnderLogins
from outcome import Outcome, row
from room import room_for_many

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHANGES = int(os.environ.get("CHANGES") or "10000")
PROXIES = int(os.environ.get("PROXIES") or "2")
RESULTS = os.environ.get("RESULTS") or ROOT / ("bench/results" if CHANGES >= 10000 else "build/bench")


def tell(verdict, took, seconds, outcome):
    rows = [row(kind, [one * 1000 for one in times]) for kind, times in took.items() if times]
    titles = ["change, from its write on", "changes", "p50 ms", "p90 ms", "p99 ms", "max ms"]
    outcome.say("\n" + columns([titles, *rows]) + "\n")
    outcome.say(f"{verdict} (in {seconds:.0f} s)")
    for wrong in verdict.failed[:20] + verdict.astray[:20]:
        outcome.say(f"wrong: {wrong}")
    outcome.hold("logins that failed", "", len(verdict.failed), 0)
    outcome.hold("logins that were misrouted", "", len(verdict.astray), 0)


def run(folder):
    outcome = Outcome(f"changes under logins: {CHANGES} changes of 4 MailServers, {PROXIES} proxies")
    with contextlib.ExitStack() as stack:
        ground = Ground(folder / "ground")
        stack.callback(ground.stop)
        ground.start().install()
        rig = UnderLogins(folder, ground, stack, PROXIES)
        began = time.monotonic()

        def done(number):
            if number % 500 == 0:
                print(f"{number} changes after {time.monotonic() - began:.0f} s", flush=True)
        verdict = rig.run(CHANGES, done)
        tell(verdict, rig.world.took, time.monotonic() - began, outcome)
    outcome.tell_bars()
    outcome.write(pathlib.Path(RESULTS), f"control-under-logins-{CHANGES}")


if __name__ == "__main__":
    with room_for_many() as room:
        run(room)
