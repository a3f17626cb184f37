"""The CRDs as people meet them: kubectl apply, get and explain."""
import json
import re

from cluster.programs import ROOT
from cluster.story import GroundStory, main

EXAMPLES = ROOT / "examples/kubernetes"
CRDS = ("mailservers.postern.dev", "mailclasses.postern.dev")
OF_KUBERNETES = {"apiVersion", "kind", "metadata"}  # it says itself what these are
NOW = "2026-11-22T06:00:00Z"
STATUS = {
    "observedGeneration": 1, "protocols": "IMAP",
    "earliestCertificateExpiryTime": "2126-11-22T06:00:00Z",
    "addresses": [{"type": "IPAddress", "value": "198.51.100.7"}], "configVersion": "v1",
    "proxies": {"attached": 2, "acknowledged": 2, "rejected": 0, "summary": "2/2"},
    "conditions": [
        {"type": "Ready", "status": "True", "reason": "Ready", "message": "it serves",
         "observedGeneration": 1, "lastTransitionTime": NOW},
        {"type": "InsecureSettings", "status": "True", "reason": "BackendPlaintext",
         "message": "spec.backends[0].tls", "observedGeneration": 1, "lastTransitionTime": NOW}]}


def fields(schema, path=""):
    """Every field below: (path, schema)."""
    inner = schema.get("items", schema)
    for name, field in inner.get("properties", {}).items():
        yield f"{path}.{name}", field
        yield from fields(field, f"{path}.{name}")


def explained(text):
    """Paths out of what `kubectl explain --recursive` prints, by their indentation."""
    trail, out = [], set()
    for line in text[text.index("FIELDS:"):].splitlines()[1:]:
        found = re.match(r"( +)(\S+)\t<", line)
        if found:
            trail[len(found[1]) // 2 - 1:] = [found[2]]
            out.add("." + ".".join(trail))
    return out


class Kubectl(GroundStory):
    @classmethod
    def set_up_story(cls):
        cls.kubectl = cls.ground.kubectl
        cls.crds = [json.loads(cls.kubectl("get", "crd", name, "-o", "json")) for name in CRDS]
        cls.applied = cls.kubectl("apply", "-f", EXAMPLES)

    def test_the_crds_are_established_and_structural(self):
        for crd in self.crds:
            told = {one["type"]: one["status"] for one in crd["status"]["conditions"]}
            self.assertEqual({"NamesAccepted": "True", "Established": "True"}, told)

    def test_the_crds_can_be_applied_by_the_server_too(self):
        said = self.kubectl("apply", "--server-side", "--force-conflicts", "-f",
                            ROOT / "deploy/crds")
        self.assertEqual(2, said.count("serverside-applied"))

    def test_every_field_has_a_description(self):
        for crd in self.crds:
            schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
            bare = [path for path, field in fields(schema)
                    if not re.fullmatch(r".{8,}[.?]", field.get("description", ""), re.S)
                    and path.strip(".") not in OF_KUBERNETES]
            self.assertEqual([], bare)

    def test_explain_shows_every_field(self):
        for crd, kind, least in zip(self.crds, ("mailserver", "mailclass"), (500, 60)):
            schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
            for part in ("spec", "status"):
                shown = explained(self.kubectl("explain", f"{kind}.{part}", "--recursive"))
                self.assertEqual({path for path, _ in fields(schema[part])}, shown)
                if part == "spec":
                    self.assertGreater(len(shown), least)

    def test_everything_has_an_upper_bound(self):
        def unbounded(path, field):
            kind = field.get("type")
            return ((kind == "array" and "maxItems" not in field)
                    or (kind == "integer" and "maximum" not in field)
                    or ("additionalProperties" in field and "maxProperties" not in field)
                    or (kind == "string" and not {"maxLength", "enum", "format"} & set(field)))
        for crd in self.crds:
            schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
            for part in ("spec", "status"):
                self.assertEqual([], [path for path, field in fields(schema[part])
                                      if unbounded(path, field)])

    def test_the_example_is_taken_in_one_go_and_again_without_a_change(self):
        for words in ("ingressclass.networking.k8s.io/postern created",
                      "mailclass.postern.dev/postern created", "namespace/mail created",
                      "service/dovecot created", "mailserver.postern.dev/example created"):
            self.assertIn(words, self.applied)
        before = self.ground.get("msrv", "example", "mail")["metadata"]
        self.kubectl("apply", "-f", EXAMPLES)
        self.assertEqual(before, self.ground.get("msrv", "example", "mail")["metadata"])

    def status(self, kind, name, **patch):
        self.kubectl("patch", kind, name, "-n", "mail", "--subresource=status", "--type=merge",
                     "-p", json.dumps({"status": patch}))

    def test_columns_say_what_people_ask_first(self):
        self.status("msrv", "example", **STATUS)
        shown = self.ground.columns("msrv", "-n", "mail")
        self.assertRegex(shown.pop("AGE"), r"\d+[sm]")
        self.assertEqual({"NAME": "example", "HOSTNAME": "mail.example.com", "PROTOCOLS": "IMAP",
                          "ADDRESS": "198.51.100.7", "READY": "True", "REASON": "Ready",
                          "PROXIES": "2/2"}, shown)
        wide = self.ground.columns("msrv", "-n", "mail", "-o", "wide")
        self.assertEqual("BackendPlaintext", wide["INSECURE"])
        self.assertEqual("it serves", wide["MESSAGE"])
        self.assertEqual("2126-11-22T06:00:00Z", wide["CERT-EXPIRY"])  # no age: it is to come
        self.assertEqual("", wide["CLASS"])

    def test_columns_of_the_class(self):
        accepted = {"type": "Accepted", "status": "True", "reason": "Accepted", "message": "",
                    "observedGeneration": 1, "lastTransitionTime": NOW}
        self.status("mcls", "postern", ingressClassName="postern", mailServers=3,
                    proxies={"attached": 2, "acknowledged": 1, "rejected": 0, "summary": "1/2"},
                    conditions=[accepted])
        shown = self.ground.columns("mcls")
        shown.pop("AGE")
        self.assertEqual({"NAME": "postern", "CLASS": "postern", "ACCEPTED": "True",
                          "MAILSERVERS": "3", "PROXIES": "1/2"}, shown)
        wide = self.ground.columns("mcls", "-o", "wide")
        self.assertLessEqual({"REASON", "PROGRAMMED", "INSECURE", "MESSAGE"}, set(wide))

    def test_the_category_has_both_kinds(self):
        both = self.kubectl("get", "postern", "-A", "-o", "name").split()
        self.assertEqual({"mailserver.postern.dev/example", "mailclass.postern.dev/postern"},
                         set(both))

    def test_a_status_is_written_only_as_one_and_is_no_new_generation(self):
        before = self.ground.get("msrv", "example", "mail")
        self.kubectl("patch", "msrv", "example", "-n", "mail", "--type=merge", "-p",
                     '{"status": {"configVersion": "forged"}}')
        self.status("msrv", "example", configVersion="v2")
        after = self.ground.get("msrv", "example", "mail")
        self.assertEqual("v2", after["status"]["configVersion"])
        self.assertEqual(before["metadata"]["generation"], after["metadata"]["generation"])
        self.kubectl("patch", "msrv", "example", "-n", "mail", "--type=merge", "-p",
                     '{"spec": {"serverName": "mail.example.com"}}')
        changed = self.ground.get("msrv", "example", "mail")
        self.assertEqual(after["metadata"]["generation"] + 1, changed["metadata"]["generation"])

    def test_an_unknown_field_is_refused_by_name(self):
        wrong = {"apiVersion": "postern.dev/v1alpha1", "kind": "MailServer",
                 "metadata": {"name": "typo", "namespace": "mail"},
                 "spec": {"hostname": "a.example",
                          "backends": [{"name": "a", "service": {"name": "s"}}]}}
        done = self.kubectl("apply", "-f", "-", stdin=json.dumps(wrong), check=False)
        self.assertEqual(1, done.returncode)
        self.assertIn('unknown field "spec.hostname"', done.stderr)


if __name__ == "__main__":
    main()
