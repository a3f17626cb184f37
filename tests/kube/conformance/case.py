"""A case: a folder NN-name with 1.yaml, 1.expect.yaml, 2.yaml, … in turn. N.yaml is applied over
common.yaml; N.gone.yaml names objects that go; N.proxies.yaml says which proxies there are and what
they answer (lib/scripted_proxies.py); N.expect.yaml says what must be told in the end.
In case.yaml there may be
    about: a word about it
    without: [Secret/mail-tls]  # objects of common.yaml that are not made
    class: {…}                  # spec of the MailClass meanwhile: it runs alone; none: none yet
    proxies: none               # it runs before there are any; with an N.proxies.yaml too
    later: true                 # each step in a second of its own: creationTimestamp knows no less"""
import itertools
import pathlib
import threading
import time

import yaml

from .expectation import Expectation, told
from .objects import documents, path_to
from .pairs import Pairs

HERE = pathlib.Path(__file__).parent
SECONDS = 20


def all_cases():
    return sorted((Case(folder) for folder in HERE.glob("[0-9][0-9]*-*")), key=lambda it: it.name)


class Case:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.name = self.folder.name
        self.namespace = "c" + self.name.split("-")[0]
        self.other = self.namespace + "-other"
        self.what = yaml.safe_load(self.read(self.folder / "case.yaml")) or {}
        self.took, self.wrong, self.claims, self.writes = [], [], 0, 0

    @property
    def alone(self):
        return isinstance(self.what.get("class"), dict) or self.scripted

    @property
    def scripted(self):
        """Its proxies are its own."""
        return any(self.folder.glob("*.proxies.yaml"))

    @property
    def stage(self):
        """When it can run: before there is a class, before there are proxies, or with both."""
        if self.what.get("class") == "none":
            return "no class"
        if self.scripted:
            return "scripted proxies"
        return "no proxies" if self.what.get("proxies") == "none" else "proxies"

    def steps(self):
        for number in itertools.count(1):
            if not (self.folder / f"{number}.expect.yaml").exists():
                return
            yield number

    # --- what is in its files

    def read(self, file):
        text = file.read_text() if file.exists() else ""
        return text.replace("$OTHER", self.other).replace("$NS", self.namespace)

    def common(self):
        without = self.what.get("without", [])
        return [document for document in documents(self.read(HERE / "common.yaml"))
                if f"{document['kind']}/{document['metadata']['name']}" not in without]

    def manifests(self, number):
        given = [self.placed(document)
                 for document in documents(self.read(self.folder / f"{number}.yaml"))]
        paths = {path_to(document) for document in given}
        first = [self.placed(document) for document in (self.common() if number == 1 else [])]
        return [document for document in first if path_to(document) not in paths] + given

    def placed(self, document):
        if document["kind"] not in ("Namespace", "IngressClass", "MailClass"):
            document["metadata"].setdefault("namespace", self.namespace)
        return document

    def gone(self, number):
        for words in yaml.safe_load(self.read(self.folder / f"{number}.gone.yaml")) or []:
            kind, *rest = words.split("/")
            yield kind, rest[-1], rest[0] if len(rest) > 1 else self.namespace

    def scripts(self, number):
        """Nothing: they stay as they are."""
        return yaml.safe_load(self.read(self.folder / f"{number}.proxies.yaml"))

    def expectations(self, number):
        wanted = yaml.safe_load(self.read(self.folder / f"{number}.expect.yaml")) or {}
        return [Expectation(name, of_it) for name, of_it in wanted.items()]

    # --- how it is done

    def run(self, objects, statuses, authority, proxies=None):
        pairs = Pairs(authority, self.namespace)
        objects.namespace(self.namespace, suite="conformance").namespace(self.other)
        for number in self.steps():
            if number > 1 and self.what.get("later"):
                self.wait_for_another_second()
            before = {name: len(statuses.writes((self.namespace, name)))
                      for name in self.names(number)}
            if scripts := self.scripts(number):
                proxies.play(scripts)
            began = time.monotonic()
            objects.apply(*(pairs.filled(document) for document in self.manifests(number)))
            for thing in self.gone(number):
                objects.delete(*thing)
            self.judge(number, statuses)
            self.took.append(time.monotonic() - began)
            self.look_back(number, statuses, before)
        return self

    def judge(self, number, statuses):
        wanted = self.expectations(number)
        self.claims += len(wanted)

        def judge(held):
            return [sentence for expectation in wanted
                    for sentence in expectation.wrong(held.get(self.key(expectation.name)))]
        self.wrong += [f"{self.name}, step {number}: {sentence}"
                       for sentence in statuses.wait_for(judge, SECONDS)]

    def key(self, name):
        namespace, _, rest = name.rpartition("/")
        return namespace or self.namespace, rest

    def names(self, number):
        return [expectation.name for expectation in self.expectations(number)]

    def look_back(self, number, statuses, before):
        """No condition became what it had been before, on the way: nobody is told twice."""
        for name in self.names(number):
            if name.startswith("MailClass/"):
                continue  # it was another one a moment ago
            written = statuses.writes(self.key(name))[before.get(name, 0):]
            self.writes += len(written)
            seen = {}
            for _, status in written:
                for type_, condition in told(status.get("conditions")).items():
                    words = seen.setdefault(type_, [])
                    if not words or words[-1] != condition["status"]:
                        words.append(condition["status"])
            for type_, words in seen.items():
                decided = [truth for truth in words if truth != "Unknown"]
                if len(decided) > 2:
                    self.wrong.append(f"{self.name}, step {number}: {name}: {type_} flapped: "
                                      f"{' '.join(words)}")

    @staticmethod
    def wait_for_another_second():
        threading.Event().wait(1.05 - time.time() % 1)
