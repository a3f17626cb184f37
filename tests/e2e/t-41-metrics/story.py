"""What a proxy counts and logs: the text of /metrics is Prometheus', its numbers are those of what
really happened, and no secret is in any of it."""
import base64
import collections
import contextlib
import json
import math
import os
import re
import subprocess

from lib.admin import metric, page
from lib.client import Client
from lib.fake_backend import FakeBackend, named, plain
from lib.gate import ADDRESS, PROGRAM
from lib.manifests import HOST, addresses, mail_server
from lib.raw import Raw
from lib.story import Story, main
from lib.waiting import until

LOGINS, REFUSED = 200, 7
PASSWORD = "hunter2-in-clear"
NAME, LABEL = r"[a-zA-Z_:][a-zA-Z0-9_:]*", r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)?\}})? (\S+)")


def families(text):
    """{name: (kind, {(sample, labels): value})}; fails where the text is not of version 0.0.4."""
    found, current = {}, None
    for line in text.splitlines():
        if match := re.fullmatch(rf"# (HELP|TYPE) ({NAME}) (.+)", line):
            if match[1] == "TYPE":
                assert match[2] not in found, f"{match[2]} comes twice"
                current, found[match[2]] = match[2], (match[3], {})
            continue
        match = SAMPLE.fullmatch(line)
        assert match, line
        kind, samples = found[current]
        suffixes = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
        assert match[1] in {current + suffix for suffix in suffixes}, line
        key = match[1], match[2] or ""
        assert key not in samples, f"{key} comes twice"
        samples[key] = float(match[3])
    return found


def buckets(samples):
    """{labels without le: [(bound, count), ...]}"""
    out = collections.defaultdict(list)
    for (name, labels), value in samples.items():
        if name.endswith("_bucket"):
            bound = re.search(r'le="([^"]*)"', labels)[1]
            rest = ",".join(part for part in labels.split(",") if not part.startswith("le="))
            out[name.removesuffix("_bucket"), rest].append((float(bound), value))
    return out


class Told(Story):
    @classmethod
    def set_up_story(cls):
        cls.usual_manifests()
        backend = addresses("clear", {"one": "127.0.0.21"}, tls={"mode": "Disabled"})
        cls.gate.write("mail.json", mail_server("mail", [backend], limits={"maxCommands": 100000}))
        cls.backend = FakeBackend("127.0.0.21", 143, named("one"), remember=False)
        cls.addClassCleanup(cls.backend.close)

    def setUp(self):
        self.gate.start("--log-level", "debug")
        self.addCleanup(self.gate.stop)

    def session_lines(self):
        return [json.loads(line) for line in self.gate.process.lines
                if '"message":"session ended"' in line]

    def test_counts_and_lines_are_what_two_hundred_logins_were(self):
        for number in range(LOGINS):
            client = Client(self.ca)
            client.login(f"user{number}", PASSWORD)
            client.noop()
            client.logout()
        for _ in range(REFUSED):
            with Raw(993, tls=self.ca) as client:
                client.ask(b"a AUTHENTICATE CRAM-MD5")
        until(lambda: metric("postern_places_used") == 0)
        until(lambda: len(self.session_lines()) >= LOGINS)
        mail = {"mailserver": "default/mail", "protocol": "IMAP"}
        self.assertEqual(LOGINS, metric("postern_logins_total", result="ok", **mail))
        self.assertEqual(LOGINS, metric("postern_logins_total"))
        self.assertEqual(LOGINS, metric("postern_login_mechanisms_total", result="ok"))
        self.assertEqual(LOGINS + REFUSED, metric("postern_connections_total", listener="993"))
        self.assertEqual(LOGINS + REFUSED, metric("postern_tls_handshakes_total", result="ok"))
        self.assertEqual(LOGINS + REFUSED, metric("postern_tls_handshake_seconds_count"))
        for step in ("connect", "login"):
            self.assertEqual(LOGINS, metric(f"postern_backend_{step}_seconds_count"))
        for gone in ("sessions_active", "visits", "penalty_waiting", "run_queue_length",
                     "log_dropped_total", "series_refused_total", "connections_refused_total"):
            self.assertEqual(0, metric(f"postern_{gone}"), gone)
        self.assertEqual(1, metric("postern_backend_endpoints", state="ready"))
        self.assertEqual(1, metric("postern_config_version_info"))
        self.assertEqual(1, metric("postern_certificate_expiry_timestamp_seconds") > 0)
        lines = [line for line in self.session_lines() if line["end"] == "none"]
        self.assertEqual(LOGINS, len(lines))
        self.assertEqual(LOGINS, len({line["session"] for line in lines}))
        for direction in ("in", "out"):
            self.assertEqual(sum(line[f"bytes_{direction}"] for line in lines),
                             metric("postern_relay_bytes_total", direction=direction))
        for line in lines:
            self.assertRegex(line["session"], "^[a-z2-7]{20}$")
            self.assertEqual(("default/mail", "one", HOST), tuple(
                line[field] for field in ("mailserver", "endpoint", "sni")))

    def test_the_text_is_prometheus_text(self):
        Client(self.ca).logout()
        text = page("metrics")
        for name, (kind, samples) in families(text).items():
            self.assertIn(kind, ("counter", "gauge", "histogram"), name)
            self.assertEqual(kind == "counter", name.endswith("_total"), name)
            for (of, labels), bounds in buckets(samples).items():
                counts = [count for _, count in bounds]
                self.assertEqual(sorted(bounds), bounds, name)
                self.assertEqual(sorted(counts), counts, name)
                self.assertEqual(math.inf, bounds[-1][0], name)
                self.assertEqual(samples[of + "_count", labels], counts[-1], name)

    def test_F18_a_reader_of_the_log_who_stops_holds_nobody_up(self):
        self.gate.stop()
        unread, log = os.pipe()
        self.addCleanup(os.close, unread)
        process = subprocess.Popen(
            [PROGRAM, "run", str(self.gate.folder), "--listen-address", ADDRESS, "--log-format",
             "json"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        os.close(log)
        self.assertTrue(process.stdout.readline().startswith("ready:"))
        for number in range(LOGINS):  # twice as many octets of log as a pipe takes
            client = Client(self.ca)
            client.login(f"user{number}", PASSWORD)
            client.logout()
        self.assertEqual(LOGINS, metric("postern_logins_total", result="ok"))
        self.assertEqual(0, metric("postern_log_dropped_total"))
        process.terminate()
        self.assertEqual(0, process.wait(20))
        self.assertIn(b'"message":"session ended"', os.read(unread, 65536))

    def test_a_secret_is_nowhere_wherever_it_was_said(self):
        said = PASSWORD.encode()
        sasl, alone = plain("alice", PASSWORD), base64.b64encode(said)
        for commands in (
                (b"a LOGIN alice " + said,),
                (b'a LOGIN "alice" "' + said + b'"',),
                (b"a LOGIN " + said + b" " + said + b" " + said, b"b LOGOUT"),
                (b"a LOGINN alice " + said, b"b LOGOUT"),
                (b"a " + said, said + b" NOOP", b"b LOGOUT"),
                (b"a AUTHENTICATE PLAIN " + sasl,),
                (b"a AUTHENTICATE PLAIN " + sasl + b"=", b"b LOGOUT"),
                (b"a AUTHENTICATE " + said + b" " + sasl, b"b LOGOUT"),
                (b"a AUTHENTICATE XOAUTH2 " + sasl, b"b LOGOUT"),
                (b'a ID ("' + said + b'" "x")', b"b LOGOUT"),
                (b"a STATUS " + said, b"b LOGOUT")):
            with Raw(993, tls=self.ca) as client, contextlib.suppress(EOFError):
                for command in commands:
                    client.ask(command)
        for opening, answers in ((b"a AUTHENTICATE PLAIN\r\n", (sasl,)),
                                 (b"a AUTHENTICATE LOGIN\r\n", (b"YWxpY2U=", alone)),
                                 (b"a AUTHENTICATE PLAIN\r\n", (alone,)),
                                 (b"a LOGIN alice {%d}\r\n" % len(said), (said,)),
                                 (b"a LOGIN {5}\r\n", (b"alice " + said,))):
            with Raw(993, tls=self.ca) as client:
                client.send(opening)
                for answer in answers:
                    client.until(b"+")
                    client.send(answer + b"\r\n")
                client.until(b"a ")
        with Raw() as client:  # before TLS, where it is refused
            client.ask(b"a LOGIN alice " + said)
            client.ask(b"a AUTHENTICATE PLAIN " + sasl)
        pages = "\n".join(page(name) for name in ("metrics", "config"))
        process = self.gate.process
        self.gate.stop()
        told = pages + "\n".join(process.lines)
        self.assertIn('"user":"alice"', told)
        for secret in (said, sasl, alone):
            self.assertNotIn(secret.decode().rstrip("="), told)


if __name__ == "__main__":
    main()
