"""What is measured, and the bars: at most so many times nginx's figure, or (absolute) so much."""
from figures import Bar
from scripts import (BY_LITERAL, DONE, IDLE, LOGIN, LOGOUT, NOOP, STARTTLS, append, fetch, section)

EC, RSA = "ECDSA+SHA256", "rsa_pss_rsae_sha256"
BULK = 8 << 20
TLS = ["tls"]


class Test:
    """`needs`: what a peer must have; `limits`: the bare peers that show what is possible; `scale`: CPU seconds of a unit
    of work into the figure's unit."""

    def __init__(self, name, title, unit, bar, **more):
        self.name, self.title, self.unit, self.bar = name, title, unit, bar
        self.needs, self.limit, self.port = more["needs"], more["limit"], more["port"]
        self.script, self.flags, self.key = more["script"], more["flags"], more.get("key", "cpu")


def login(name, title, bar, steps, needs="plain", **more):
    port = more.pop("port", 993 if needs == "tls" else 143)
    key = more.pop("key", "cpu")
    flags = {"manner": "sessions", "places": 64, "count": 8000 if needs == "plain" else 4000, **more}
    flags.setdefault("warmup", flags["count"] // 10)
    limit = "copy relay" if needs == "plain" else "bare tls"
    return Test(name, title, "ms" if key == "p50" else "CPU ms", bar, needs=needs, limit=limit, port=port, key=key,
                script=section("open", steps, LOGOUT), flags=flags)


def rounds(name, title, unit, bar, work, needs="plain", **more):
    limit = more.pop("limit")
    opened = TLS + LOGIN if needs == "tls" else LOGIN
    script = section("open", opened) + section("work", work) + section("close", LOGOUT)
    flags = {"manner": "rounds", "signatures": EC if needs == "tls" else None, **more}
    return Test(name, title, unit, bar, needs=needs, limit=limit, port=993 if needs == "tls" else 143,
                key="gib" if unit.endswith("GiB") else "cpu", script=script, flags=flags)


def idle(name, title, bar, needs, count=9000):
    opened = TLS + LOGIN if needs == "tls" else LOGIN
    script = section("warm", opened, LOGOUT) + section("open", opened, IDLE) + section("close", DONE, LOGOUT)
    return Test(name, title, "PSS KiB", Bar(bar, absolute=True), needs=needs, limit="bare tls", key="pss",
                port=993 if needs == "tls" else 143, script=script,
                flags={"manner": "hold", "places": 64, "count": count, "warmup": 256,
                       "signatures": EC if needs == "tls" else None})


TESTS = [
    login("login-plain", "login in clear", Bar(0.75), LOGIN),
    login("login-literal", "login by literals", Bar(0.75), BY_LITERAL),
    login("login-tls-ec", "TLS login, ECDSA", Bar(0.85), TLS + LOGIN, "tls", signatures=EC),
    login("login-tls-resumed", "TLS login, resumed", Bar(0.80), TLS + LOGIN, "tls", signatures=EC, resume="yes"),
    login("login-starttls", "STARTTLS login, ECDSA", Bar(0.85), STARTTLS, "starttls", signatures=EC),
    login("login-tls-rsa", "TLS login, RSA", Bar(0.95), TLS + LOGIN, "tls", signatures=RSA, port=994, count=3000),
    login("login-tls-alone", "TLS login, latency alone", Bar(1.3, absolute=True), TLS + LOGIN, "tls", signatures=EC,
          places=1, count=100, key="p50"),
    rounds("noop", "NOOP, 64 at once", "CPU µs", Bar(1.0), NOOP, places=64, count=100000, warmup=5000, limit="copy relay"),
    rounds("down-plain", "bulk down in clear", "CPU s/GiB", Bar(0.30), fetch(BULK), places=8, count=512, warmup=16,
           limit="splice relay"),
    rounds("up-plain", "bulk up in clear", "CPU s/GiB", Bar(0.30), append(BULK), places=8, count=512, warmup=16,
           limit="splice relay"),
    rounds("down-tls", "bulk down, TLS", "CPU s/GiB", Bar(0.55), fetch(BULK), "tls", places=8, count=256, warmup=16,
           limit="bare tls"),
    rounds("up-tls", "bulk up, TLS", "CPU s/GiB", Bar(0.55), append(BULK), "tls", places=8, count=256, warmup=16,
           limit="bare tls"),
    idle("idle-plain", "idle connection in clear", 0.75, "plain"),
    idle("idle-tls", "idle connection, TLS", 15.5, "tls"),
]
