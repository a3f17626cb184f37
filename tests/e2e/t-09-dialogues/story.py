"""Every dialogue script that a real backend can play, against the real program, in pieces."""
import json
import os
import pathlib

from lib.dialogue import Play, Script, ScriptedBackend
from lib.manifests import addresses, mail_server
from lib.story import Story, main

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "dialogue/imap"
PIECES = [int(size) for size in os.environ.get("PIECES", "1 2 3 4 5 6 7 8 16 31 0").split()]  # 0: all at once
LISTENERS = {
    "tls": {"tls": "Implicit"},
    "starttls": {"tls": "StartTLS"},
    "starttls-optional": {"tls": "StartTLS", "plaintext": "Allow"},
    "plain": {"tls": "Disabled", "plaintext": "Allow"},
}


def server_of(script, number, address):
    """A MailServer that behaves as the script's @ lines say, on a port of its own."""
    setup = script.setup
    imap = {
        "listeners": [{"port": 10000 + number, **LISTENERS[setup.get("listener", "tls")]}],
        "mechanisms": setup.get("mechanisms", "PLAIN LOGIN").split(),
        "greeting": setup.get("greeting", "ready"),
        "capabilities": {"source": "List", "list": setup.get(
            "capabilities", "IMAP4rev1 ID LITERAL+").split()},
    }
    limits = {name: int(setup[key]) for name, key in (
        ("maxCommandBytes", "command_octets"), ("maxErrors", "errors"),
        ("maxCommands", "commands")) if key in setup}
    errors = "PassThrough" if script.passes_texts_through() else "Replace"
    backend = addresses("fake", {"one": address}, tls={"mode": "Disabled"}, retries=0,
                        clientInfo="None", loginErrors=errors)
    spec = {"limits": limits} if limits else {}
    protection = {"failureDelay": "0s", "maxFailuresPerSession": int(setup.get("failures", "3"))}
    server = mail_server(f"setup-{number}", [backend], [f"setup-{number}.example.test"],
                         loginProtection=protection, **spec)
    server["spec"]["protocols"] = {"imap": imap}
    return server


class Dialogues(Story):
    @classmethod
    def set_up_story(cls):
        cls.usual_manifests()
        scripts = [Script(file) for file in sorted(FOLDER.glob("*.dlg"))]
        cls.scripts = [script for script in scripts if not script.only_in_memory()]
        cls.left_out = [script for script in scripts if script.only_in_memory()]
        cls.servers_by_setup, cls.backends = {}, {}
        for script in cls.scripts:
            key = cls.key(script)
            if key not in cls.servers_by_setup:
                number = len(cls.servers_by_setup)
                address = f"127.0.1.{number + 1}"
                cls.servers_by_setup[key] = server_of(script, number, address)
                cls.backends[key] = ScriptedBackend(address)
                cls.addClassCleanup(cls.backends[key].fake.close)
        cls.gate.write("mail.json", *cls.servers_by_setup.values())
        cls.gate.start()

    @staticmethod
    def key(script):
        setup = {name: value for name, value in script.setup.items() if name != "only"}
        return json.dumps([setup, script.passes_texts_through()], sort_keys=True)

    def test_every_script_plays_as_in_memory_in_pieces_of_every_size(self):
        for script in self.scripts:
            key = self.key(script)
            spec = self.servers_by_setup[key]["spec"]
            at = spec["protocols"]["imap"]["listeners"][0]["port"], spec["hostnames"][0]
            for size in [0] if "only" in script.setup else PIECES:
                with self.subTest(script=script.name, pieces=size or "all"):
                    Play(script, at, self.ca, self.backends[key], size).run()
        print(f"{len(self.scripts)} scripts in pieces of {PIECES} (0: all at once); "
              f"{len(self.left_out)} are played in memory only")

    def test_the_larger_half_of_the_scripts_is_played(self):
        self.assertGreater(len(self.scripts), len(self.left_out))


if __name__ == "__main__":
    main()
