"""What the soak has counted, held against what the proxy has, and its memory against itself."""
import collections

import mix
from figures import columns

FLAT_KIB = 64.0  # a minute, over the second half
LONG = 10.0  # minutes from which memory has to be flat: before that it is still warming up


def slope(samples):
    """KiB a minute of (seconds, KiB), by least squares."""
    if len(samples) < 2:
        return 0.0
    at = sum(second for second, _ in samples) / len(samples)
    weight = sum(kib for _, kib in samples) / len(samples)
    spread = sum((second - at) ** 2 for second, _ in samples)
    return 60 * sum((second - at) * (kib - weight) for second, kib in samples) / spread


def counts(told):
    """What the guests have counted, and what the proxy should therefore have."""
    kinds = mix.all_kinds()
    done = told["completed"]
    return {"connections": sum(done.values()), "logins": sum(done.get(name, 0) * kind.logins for name, kind in kinds.items()),
            "handshakes": told["handshakes"]}


def octet_bounds(told):
    """Between what did the proxy relay: all of the scripts that ran to their end, the rest at most."""
    least = most = 0
    for name, kind in mix.all_kinds().items():
        times = told["completed"].get(name, 0)
        least += times * mix.octets_of(kind) if kind.whole else 0
        most += times * ((mix.octets_of(kind) if kind.whole else mix.CUT_OFF) + mix.WORDS)
    return least, most


def rows_of(told, counted, served, by_proxy):
    groups = collections.Counter()
    for name, count in told["completed"].items():
        groups[name.partition(",")[0].rstrip(" 0123456789")] += count
    rows = [["", "guests", "proxy", "mail servers"]]
    rows += [[name, str(counted[name]), f"{by_proxy[name]:.0f}", str(served["logins"]) if name == "logins" else "–"]
             for name in counted]
    return rows, columns([["script", "times"]] + [[name, str(count)] for name, count in sorted(groups.items())])


def verdicts(told, served, by_proxy, samples, minutes):
    """{what is asked: whether it is so}"""
    counted = counts(told)
    least, most = octet_bounds(told)
    grown = slope(samples[len(samples) // 2:])
    flat = abs(grown) <= FLAT_KIB or minutes < LONG
    return {f"octets that differ: {told['corrupted'] + served['corrupted']}": told["corrupted"] + served["corrupted"] == 0,
            f"guests that met what they did not expect: {told['errors']} {told['first_error'] or ''}": told["errors"] == 0,
            "counters are the guests' own counts": all(counted[name] == by_proxy[name] for name in counted)
            and counted["logins"] == served["logins"],
            f"octets relayed: {by_proxy['octets']:.0f}, of {least} to {most}": least <= by_proxy["octets"] <= most,
            f"memory in the second half: {grown:+.1f} KiB a minute"
            + ("" if minutes >= LONG else " (too short to be held against it)"): flat}
