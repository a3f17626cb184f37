"""The tables of wrong objects that the controller's own checks are tried with, as an API server is
asked about them: tests/golden/rules (a rule each) and tests/golden/refused (manifests)."""
import pathlib
import re

from .api import MAIL
from .programs import ROOT

REFUSED = ROOT / "tests/golden/refused"
RULES = ROOT / "tests/golden/rules"
USUAL = {"hostnames": "[mail.example.com]", "tls": "{certificateRefs: [{name: mail-tls}]}",
         "backends": "[{name: pods, service: {name: dovecot}}]"}
SERVERS, CLASSES = f"{MAIL}/namespaces/mail/mailservers", f"{MAIL}/mailclasses"
PATHS = {"MailServer": SERVERS, "MailClass": CLASSES,
         "Secret": "/api/v1/namespaces/mail/secrets", "Service": "/api/v1/namespaces/mail/services",
         "EndpointSlice": "/apis/discovery.k8s.io/v1/namespaces/mail/endpointslices"}


def rules(file):
    """(words, broken, kept) of each row."""
    for block in (RULES / file).read_text().split("\n\n")[1:]:
        row = dict(re.split(r": +", line, maxsplit=1) for line in block.strip().split("\n"))
        yield row["words"], row["broken"], row["kept"]


def mail_server(fields):
    written = set(re.findall(r"(?:^|, )(?:no-)?(hostnames|tls|backends): ", outermost(fields)))
    fields = re.sub(r"no-\w+: \{\}(, )?", "", fields)
    more = [f"{key}: {value}" for key, value in USUAL.items() if key not in written]
    return document("MailServer", "{" + ", ".join([*filter(None, [fields]), *more]) + "}")


def mail_class(fields):
    return document("MailClass", "{" + fields + "}")


def document(kind, spec):
    return (f"apiVersion: postern.dev/v1alpha1\nkind: {kind}\nmetadata: {{name: tried}}\n"
            f"spec: {spec}\n")


def outermost(fields):
    """The fields themselves, without what stands in brackets."""
    out, depth = [], 0
    for letter in fields:
        depth -= letter in "]}"
        out.append(letter if depth == 0 else "")
        depth += letter in "[{"
    return "".join(out)


def words_alone(words):
    """What the rule says, without the value that our own checks name before it."""
    return re.sub(r"^`[^`]*` ", "", words)


class Manifest:
    """One of tests/golden/refused, with what our own checks say of it."""

    def __init__(self, path):
        self.name = path.name.removesuffix(".in.yaml")
        parts = re.split(r"^---\n", path.read_text(), flags=re.M)
        self.documents = [text for text in parts if text]
        self.said = path.with_name(self.name + ".out").read_text().splitlines()

    def path_of(self, text):
        kind = re.search(r"^kind: (\w+)", text, re.M)
        path = PATHS.get(kind[1] if kind else "", SERVERS)
        space = re.search(r"\bnamespace: ([a-z0-9-]+)", text)
        return path.replace("/mail/", f"/{space[1]}/") if space else path

    def ours(self):
        """Its documents of our own kinds."""
        return [text for text in self.documents
                if re.search(r"^kind: Mail(Server|Class)$", text, re.M)]

    @property
    def hard(self):
        """Refusals, without what is only not built yet."""
        return [line for line in self.said
                if not line.startswith("warning: ") and "not supported yet" not in line]


def manifests():
    return [Manifest(path) for path in sorted(pathlib.Path(REFUSED).glob("*.in.yaml"))]
