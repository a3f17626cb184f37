"""A controller on a directory: a file a MailServer, with its Secret and its Service."""
import json

from lib.manifests import service, tls_secret
from lib.split import Split

NETWORK = 127


class Directory:
    writes_status = False

    def __init__(self, folder, servers):
        self.folder, self.servers = folder / "manifests", servers
        self.folder.mkdir()
        self.programs = Split(folder, self.folder)

    def make(self):
        for number in range(len(self.servers)):
            self.write(number)

    def documents(self, number):
        name, pair = self.servers.name(number), self.servers.pair(number)
        return [tls_secret(f"{name}-tls", pair, pair[0]), service(f"{name}-svc", *self.servers.members(number)),
                self.servers.mail_server(number)]

    def write(self, number, part=None):
        """Of a file all parts are written."""
        text = "\n---\n".join(json.dumps(document) for document in self.documents(number))
        fresh = self.folder / f".{number}.new"
        fresh.write_text(text + "\n")
        fresh.rename(self.folder / f"{number}.json")

    def start_controller(self):
        return self.programs.start_controller("--log-level", "warning", "--status-dir", "none")

    def stop_controller(self):
        self.programs.controller.stop()

    def stop(self):
        self.programs.stop()
