"""What the guests of the soak do: each script once in clear and once inside TLS, sizes drawn from a seed. A pause in each
bounds the load."""
import os
import random
import re

from scripts import BY_LITERAL, LOGIN, LOGOUT, NOOP, STARTTLS, append, fetch, section

SIZES = [1, 77, 1024, 4095, 4096, 16384, 16385, 65535, 65536, 65537, 262144, 1 << 20]
VARIANTS = 6  # of each script that moves octets
PAUSE = ["pause 150"]
CUT_OFF = 4 << 20  # the most that a transfer has that is cut off
WORDS = 4096  # the most that the lines of a script need beside, both ways


class Kind:
    """`logins`: 1 or 0; `whole`: neither end is cut off, so each octet can be counted."""

    def __init__(self, name, steps, logins=1, whole=True):
        self.name, self.steps, self.logins, self.whole = name, steps, logins, whole


def size(chance):
    return chance.choice(SIZES + [chance.randrange(1, 4 << 20)] * 6)


def cut_off_down(chance):
    octets = CUT_OFF
    return [f"say f FETCH {octets} BODY[{{key}}]", "hear * 1 FETCH", f"take {chance.randrange(1, octets)}", "reset"]


def cut_off_up(chance):
    octets = 1 << 20
    return [f"say u APPEND INBOX.{{key}} {{{octets}}}", "hear +", f"give {chance.randrange(1, octets)}", "reset"]


def half_closed_up(chance):
    return append(size(chance))[:-1] + ["say z LOGOUT", "finish", "hear u OK", "hear * BYE", "hear z OK", "ended"]


def half_closed_down(chance):
    first, *rest = fetch(size(chance))
    return [first, "say z LOGOUT", "finish", *rest, "hear * BYE", "hear z OK", "ended"]


def slow(chance):
    octets = chance.randrange(256 << 10, 1 << 20)
    return fetch(octets, octets // 100) + LOGOUT  # two seconds of reading


def both_ways(chance):
    return [step for _ in range(4) for step in fetch(size(chance)) + append(size(chance))] + LOGOUT


def varied(name, make, chance, **more):
    return [Kind(f"{name} {number}", LOGIN + PAUSE + make(chance), **more) for number in range(VARIANTS)]


def inside_tls(kind):
    """Who never logged in need not be told by TLS that it is over: the end of the connection says so."""
    steps = kind.steps if kind.logins else [step for step in kind.steps if step != "ended"]
    return Kind(kind.name, ["tls", *steps], kind.logins, kind.whole)


def kinds(chance):
    moving = {"down": lambda c: fetch(size(c)) + LOGOUT, "up": lambda c: append(size(c)) + LOGOUT, "both": both_ways,
              "slow": slow, "half-closed up": half_closed_up, "half-closed down": half_closed_down}
    found = [Kind("login", LOGIN + PAUSE + LOGOUT), Kind("literal", BY_LITERAL + PAUSE + LOGOUT),
             Kind("chatter", LOGIN + PAUSE + NOOP * 20 + LOGOUT), Kind("gone", ["hear * OK", *PAUSE, "reset"], logins=0),
             Kind("silent", ["hear * OK", "finish", *PAUSE, "ended"], logins=0)]
    for name, make in moving.items():
        found += varied(name, make, chance)
    for name, make in {"cut off down": cut_off_down, "cut off up": cut_off_up}.items():
        found += varied(name, make, chance, whole=False)
    return found


def all_kinds(seed=1, only=os.environ.get("ONLY", "")):
    """{name of the script: its kind}, in an order that mixes them; `only`: those whose name has this."""
    chance = random.Random(seed)
    found = {"starttls": Kind("starttls", STARTTLS + PAUSE + LOGOUT)}
    for kind in kinds(chance):
        found[f"{kind.name}, clear"] = kind
    for kind in kinds(chance):
        found[f"{kind.name}, tls"] = inside_tls(kind)
    names = [name for name in found if re.search(only, name)]
    chance.shuffle(names)
    return {name: found[name] for name in names}


def octets_of(kind):
    """What the guest of a whole script takes and gives, compared."""
    return sum(int(step.split()[1]) for step in kind.steps if step.startswith(("take ", "give ")))


def script():
    return "".join(section(name, kind.steps) for name, kind in all_kinds().items())
