"""What a controller says of itself while it is measured: its counters, and what it weighs."""
import re
import time

from lib.admin import page
from lib.split import CONTROLLER_ADMIN
from proc import kib_of, read

SENT = ("written", "gone", "error")  # statuses that the API server was asked to keep


def counters(port=CONTROLLER_ADMIN):
    """{name with labels: value}"""
    return {name: float(value) for name, value in re.findall(r"^(\w+(?:{.*})?) (\S+)$", page("metrics", port), re.M)}


def total(of, name):
    """The series of this name together, whatever their labels."""
    return sum(value for series, value in of.items() if series.partition("{")[0] == name)


def converged():
    """Changes that are in force everywhere, and the seconds that they took together."""
    now = counters()
    return total(now, "postern_convergence_seconds_count"), total(now, "postern_convergence_seconds_sum")


def active_proxies(port=CONTROLLER_ADMIN):
    return counters(port).get('postern_proxies{state="active"}', 0)


def served():
    """MailServers, and endpoints' resources: one of each is in a proxy's configuration."""
    now = counters()
    return int(now.get("postern_mailservers_served", 0)), int(now.get('postern_resources{type="ENDPOINTS"}', 0))


def statuses_sent(now=None):
    now = now or counters()
    return int(sum(now.get(f'postern_status_writes_total{{result="{result}"}}', 0) for result in SENT))


def statuses_settled(seconds=120):
    """Nothing waits to be written, and for two seconds nothing was. Returns what was sent so far, and when the last
    one was seen to be."""
    deadline, sent, since = time.monotonic() + seconds, -1, 0.0
    while time.monotonic() < deadline:
        now = counters()
        if statuses_sent(now) != sent:
            sent, since = statuses_sent(now), time.monotonic()
        if time.monotonic() - since > 2 and not now.get('workqueue_depth{name="status"}', 0):
            break
        time.sleep(0.1)
    return sent, since


def weight(pid):
    """MiB: proportional share, and of it what is no file's."""
    text = read(f"/proc/{pid}/smaps_rollup")
    return kib_of(text, "Pss") / 1024, kib_of(text, "Pss_Anon") / 1024


def wait_for(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not in {seconds} s: {what}")
        time.sleep(0.05)
