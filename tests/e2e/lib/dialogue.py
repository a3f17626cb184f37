"""Dialogue scripts against the real program: the same .dlg files that are played in memory. Their
`<<` lines tell a fake backend what to answer, their `>>` lines what it must have been asked."""
import base64
import re
import shlex
import threading

from .fake_backend import FakeBackend
from .raw import Raw

OUTAGE = {"AuthUnavailable", "BackendUnreachable", "BackendTimeout", "BackendBusy"}
WRONG = {"CredentialsRefused", "BackendRefusedLogin"}
SECONDS = 20
ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\", '"': '"'}
GREETING = b"* OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ AUTH=PLAIN] ready\r\n"


def unescape(text):
    return re.sub(r"\\(x..|.)", lambda m: ESCAPES.get(m[1]) or chr(int(m[1][1:], 16)), text)


def phrase(text):
    """Words in order, and key=value, where a value with blanks stands in quotes."""
    words, keys = [], {}
    for word, key, quoted, bare in re.findall(
            r'((?:([a-z_]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*)))|\S+)', text):
        if key:
            keys[key] = unescape(quoted or bare)
        else:
            words.append(word)
    return words, keys


class Script:
    def __init__(self, file):
        self.name, self.setup, self.lines = file.stem, {}, []
        for number, line in enumerate(file.read_text("latin-1").splitlines(), 1):
            mark, _, text = line.partition(" ")
            if mark == "C:":
                self.lines.append((number, "C", text + "\r\n"))
            elif mark == "C+:":
                self.lines.append((number, "C", unescape(text)))
            elif mark == "S:":
                self.lines.append((number, "S", text))
            elif mark == "@":
                self.setup.update(phrase(text)[1])
            elif mark in (">>", "<<"):
                self.lines.append((number, mark, phrase(text)))

    def told(self):
        return [what for _, mark, what in self.lines if mark == "<<"]

    def only_in_memory(self):
        """Why the real program cannot play it; empty when it can."""
        if set(self.setup.get("mechanisms", "PLAIN").split()) - {"PLAIN", "LOGIN"}:
            return "its mechanisms need a provider that is not built"
        if "unannounced" in self.setup:
            return "only a provider in nginx's manner takes what it does not announce"
        if self.setup.get("listener") == "plain-refused":
            return "such a listener is refused in a manifest"
        if int(self.setup.get("commands", "100")) < 4:
            return "so few commands are refused in a manifest"
        if any(mark == ">>" and not what[1].get("user", "").isascii()
               for _, mark, what in self.lines):
            return "names with such octets have no home yet"
        for words, keys in self.told():
            if words[0] in ("expired", "draining"):
                return "time or an operator decides"
            if words[0] == "refused" and words[1] not in OUTAGE | WRONG:
                return "not the backend but the proxy decides"
            if any(re.search(r"[\r\n]|^\[|\]", text) for text in keys.values()):
                return "no backend's answer is read so"
        return ""

    def passes_texts_through(self):
        return any(words[0] == "refused" and "text" in keys for words, keys in self.told())


class ScriptedBackend:
    """Answers one login a connection, as the script at play has it."""

    def __init__(self, address):
        self.answers, self.asked, self.relayed = [], [], b""
        self.changed = threading.Condition()
        self.fake = FakeBackend(address, 143, self._serve)

    def begin(self, answers):
        with self.changed:
            self.answers, self.asked, self.relayed = answers, [], b""

    def wait_until(self, condition):
        with self.changed:
            return self.changed.wait_for(condition, SECONDS)

    def _serve(self, peer):
        peer.send(GREETING)
        tag, command = peer.line().split(b" ", 1)
        while not command.upper().startswith((b"AUTHENTICATE PLAIN", b"LOGIN")):
            peer.send(tag + b" OK done\r\n")
            tag, command = peer.line().split(b" ", 1)
        with self.changed:
            self.asked.append(self._credentials(peer, command))
            answer = self.answers.pop(0) if self.answers else (["ended"], {})
            self.changed.notify_all()
        self._answer(peer, tag, *answer)

    def _credentials(self, peer, command):
        if command.upper().startswith(b"AUTHENTICATE"):
            authzid, user, password = base64.b64decode(command.split(b" ")[2]).split(b"\0")
            return {"authzid": authzid, "user": user, "password": password}
        user, password = shlex.split(command.decode("latin-1"))[1:3]
        return {"user": user.encode("latin-1"), "password": password.encode("latin-1")}

    def _answer(self, peer, tag, words, keys):
        text = keys.get("text", "done").encode("latin-1")
        if words[0] == "admitted":
            shown = keys.get("capabilities", "").encode("latin-1")
            code = b"[CAPABILITY " + shown + b"] " if shown else b""
            peer.send(tag + b" OK " + code + text + b"\r\n")
            self._hear_the_relay(peer)
        elif words[0] == "refused":
            code = b"[UNAVAILABLE] " if words[1] in OUTAGE else b"[AUTHENTICATIONFAILED] "
            peer.send(tag + b" NO " + code + text + b"\r\n")
        else:
            peer.line()

    def _hear_the_relay(self, peer):
        while more := peer.waiting or peer.socket.recv(65536):
            peer.waiting = b""
            with self.changed:
                self.relayed += more
                self.changed.notify_all()


class Play:
    """One script, once, the client's octets cut into pieces of one size."""

    def __init__(self, script, at, authority, backend, fragment):
        self.script, self.fragment, self.backend, self.ca = script, fragment, backend, authority
        inside = script.setup.get("listener", "tls") == "tls"
        self.client = Raw(*at, tls=authority if inside else None, greeted=False)
        self.attempts = 0
        backend.begin([answer for answer in script.told() if answer[0][0] != "tls"])

    def run(self):
        with self.client:
            pending = b""
            for number, mark, what in self.script.lines:
                if mark == "C":
                    pending += what.encode("latin-1")
                    continue
                self.send(pending)
                pending = b""
                try:
                    self.check(mark, what)
                except (AssertionError, EOFError, OSError) as error:
                    raise AssertionError(f"{self.script.name}.dlg:{number}: in pieces of "
                                         f"{self.fragment or 'all'}: {error!r}") from error
            self.send(pending)

    def send(self, octets):
        size = self.fragment or len(octets) or 1
        try:
            self.client.send(*(octets[at:at + size] for at in range(0, len(octets), size)))
        except OSError:
            pass  # it was said goodbye in the middle; what it said is read next

    def check(self, mark, what):
        if mark == "S":
            line = self.client.line()
            assert line.startswith(what.encode("latin-1")), f"expected S: {what}, got S: {line}"
            return
        words, keys = what
        if mark == "<<":
            if words[0] == "tls":
                self.client.secure(self.ca)
            elif words[0] == "ended":
                self.client.socket.close()
        elif words[0] == "attempt":
            self.check_attempt(keys)
        elif words[0] == "relay" and keys.get("rest"):
            rest = keys["rest"].encode("latin-1")
            self.backend.wait_until(lambda: len(self.backend.relayed) >= len(rest))
            assert self.backend.relayed == rest, f"relayed: {self.backend.relayed}"
        elif words[0] == "close" and self.client.socket.fileno() >= 0:
            rest = self.client.rest()
            assert not rest, f"the server also said: {rest}"

    def check_attempt(self, keys):
        at, self.attempts = self.attempts, self.attempts + 1
        asked = self.backend.asked
        assert self.backend.wait_until(lambda: len(asked) > at), "the backend was not asked"
        for key in ("user", "password", "authzid"):
            if key in keys:
                got = asked[at].get(key, b"")
                assert got == keys[key].encode("latin-1"), f"the backend got {key}={got}"
