"""The roles that ship: nothing is asked that they do not grant, and each right is needed. The
server takes no streaming lists here, so that lists are asked for too."""
import json

from cluster.ground import ACCOUNT, NAMESPACE, ONE_NAMESPACE, ROLES_ALONE
from cluster.programs import HERE
from cluster.rights import CLUSTER_ROLE, OWN_ROLE, Audit, granted, without
from cluster.story import GroundStory, main
from conformance.objects import Objects, documents
from conformance.pairs import Pairs
from conformance.suite import CLASS, INGRESS_CLASS, PORTS
from lib.certificates import Authority
from lib.cluster_story import InCluster
from lib.manifests import API
from lib.waiting import until

GRANTS = HERE / "conformance/referencegrants.crd.yaml"
LEASE = "postern-controller-postern"
TAKEN = "mail.example.test"
USER = f"system:serviceaccount:{NAMESPACE}:{ACCOUNT}"


def secret(name):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "mail"},
            "certificate": {"names": [TAKEN, "*.free.test"]}}


def mail_server(name, secret_name, *hostnames):
    backend = {"name": "a", "addresses": [{"name": "b", "address": "192.0.2.21"}]}
    return {"apiVersion": API, "kind": "MailServer",
            "metadata": {"name": name, "namespace": "mail"},
            "spec": {"hostnames": list(hostnames), "protocols": {"imap": {}},
                     "tls": {"certificateRefs": [{"name": secret_name}]}, "backends": [backend],
                     "domainsFrom": [{"name": f"{name}-domains"}]}}


def domains(name):
    return {"apiVersion": "v1", "kind": "ConfigMap", "data": {"domains": f"{name}.test\n"},
            "metadata": {"name": f"{name}-domains", "namespace": "mail"}}


class Roles(GroundStory):
    api_flags = ("--feature-gates=WatchList=false,WatchListClient=false",)

    @classmethod
    def set_up_story(cls):
        cls.objects = Objects(cls.ground.api)
        cls.objects.apply(*documents(GRANTS.read_text()), INGRESS_CLASS,
                          {**CLASS, "spec": {"ports": PORTS}})
        cls.objects.namespace("mail")
        cls.pairs = Pairs(Authority(cls.folder / "keys"), "roles")
        cls.objects.apply(cls.pairs.filled(secret("first-tls")), domains("first"),
                          mail_server("first", "first-tls", TAKEN))
        cls.kubeconfig = cls.ground.controller_kubeconfig()
        cls.audit = Audit(cls.ground.audit_log, ACCOUNT, NAMESPACE)
        cls.roles = {place: cls.ground.get(*place) for place in (CLUSTER_ROLE, OWN_ROLE)}
        cls.granted = {right: place for place, role in cls.roles.items() for right in granted(role)}
        cls.programs = InCluster(cls.folder)
        cls.addClassCleanup(cls.programs.stop)
        cls.number = 0

    def work(self, enough):
        """A controller begins and meets everything that it asks the API server for: a Lease that is
        not there, a class that has changed, a Secret and a ConfigMap that become named, a name that
        is taken twice. Until it is enough."""
        self.programs.stop()
        type(self).number += 1
        fresh = f"fresh-{self.number}"
        self.objects.delete("Lease", LEASE, NAMESPACE)
        self.objects.apply({**CLASS, "spec": {"ports": [*PORTS, {"port": 20000 + self.number}]}})
        self.objects.apply(self.pairs.filled(secret(f"{fresh}-tls")), domains(fresh))
        self.audit.from_now()
        controller = self.programs.start_controller("a", self.kubeconfig, wait=False)
        until(lambda: enough() or any(line.startswith("ready:") for line in controller.lines),
              20, "its readiness")
        try:
            for hostname in (TAKEN, f"{fresh}.free.test", TAKEN):
                self.objects.apply(mail_server(fresh, f"{fresh}-tls", hostname))
                until(lambda wanted=hostname: enough() or self.is_told(fresh, wanted != TAKEN), 20,
                      f"{fresh}: {hostname} being told")
            until(enough, 20, "all that is asked")
        finally:
            self.objects.delete("MailServer", fresh, "mail")

    def is_told(self, name, accepted):
        status = self.objects.get("MailServer", name, "mail").get("status", {})
        generation = self.objects.get("MailServer", name, "mail")["metadata"]["generation"]
        told = [one["status"] == "True" for one in status.get("conditions", [])
                if one["type"] == "Accepted" and one["observedGeneration"] == generation]
        return told == [accepted]

    def may(self, right):
        verb, group, resource = right
        resource, _, part = resource.partition("/")
        names = {"name": LEASE} if resource == "leases" and verb != "create" else {}
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
                  "spec": {"user": USER, "resourceAttributes": {
                      "verb": verb, "group": group, "resource": resource, "subresource": part,
                      "namespace": NAMESPACE, **names}}}
        answer = self.ground.api.ask("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews",
                                     review)
        return answer.body["status"]["allowed"]

    def give(self, role, right, wanted):
        self.ground.kubectl("replace", "-f", "-", stdin=json.dumps(role))
        until(lambda: self.may(right) == wanted, 10, f"{right} being {wanted}")

    def test_1_what_is_asked_is_what_is_granted(self):
        try:
            self.work(lambda: set(self.granted) <= set(self.audit.asked()))
        except AssertionError:
            pass  # told better by what was not asked
        self.assertEqual(set(self.granted), set(self.audit.asked()))
        self.assertEqual(set(), self.audit.refused())

    def test_2_without_one_right_something_is_refused(self):
        for right, place in sorted(self.granted.items()):
            with self.subTest(right):
                whole = self.roles[place]
                self.give(without(whole, right), right, False)
                try:
                    self.work(lambda right=right: right in self.audit.refused())
                    self.assertEqual({right}, self.audit.refused())
                finally:
                    self.give(without(whole, None), right, True)


class OneNamespace(GroundStory):
    roles_that_ship = ONE_NAMESPACE

    @classmethod
    def set_up_story(cls):
        cls.objects = Objects(cls.ground.api)
        cls.objects.apply(*documents(GRANTS.read_text()), INGRESS_CLASS,
                          {**CLASS, "spec": {"ports": PORTS}})
        cls.objects.namespace("other")
        pairs = Pairs(Authority(cls.folder / "keys"), "one")
        for space in ("mail", "other"):
            for document in (pairs.filled(secret("first-tls")), domains("first"),
                             mail_server("first", "first-tls", f"{space}.free.test")):
                document["metadata"]["namespace"] = space
                cls.objects.apply(document)
        cls.audit = Audit(cls.ground.audit_log, ACCOUNT, NAMESPACE)
        cls.programs = InCluster(cls.folder)
        cls.addClassCleanup(cls.programs.stop)
        cls.programs.start_controller("a", cls.ground.controller_kubeconfig(),
                                      "--namespaces", "mail")

    def accepted(self, space):
        status = self.objects.get("MailServer", "first", space).get("status", {})
        return [one["status"] for one in status.get("conditions", []) if one["type"] == "Accepted"]

    def test_it_serves_its_namespace_and_asks_for_no_other(self):
        until(lambda: self.accepted("mail") == ["True"], 20, "the MailServer being told")
        self.assertEqual([], self.accepted("other"))
        self.assertEqual(set(), self.audit.refused())

    def test_secrets_of_other_namespaces_are_closed_to_it(self):
        config = self.ground.controller_kubeconfig()
        for space, code in (("mail", 0), ("other", 1)):
            done = self.ground.kubectl("get", "secret", "-n", space, "--kubeconfig", config,
                                       check=False)
            self.assertEqual(code, done.returncode, done)


class RolesAlone(GroundStory):
    """There is no IngressClass, no MailClass, and no right outside of two namespaces."""
    roles_that_ship = ROLES_ALONE

    @classmethod
    def set_up_story(cls):
        cls.objects = Objects(cls.ground.api)
        cls.objects.apply(*documents(GRANTS.read_text()))
        cls.pairs = Pairs(Authority(cls.folder / "keys"), "alone")
        cls.objects.apply(cls.pairs.filled(secret("first-tls")), domains("first"),
                          mail_server("first", "first-tls", TAKEN))
        cls.audit = Audit(cls.ground.audit_log, ACCOUNT, NAMESPACE)
        cls.config = cls.ground.controller_kubeconfig()
        cls.programs = InCluster(cls.folder)
        cls.addClassCleanup(cls.programs.stop)

    def told(self, name):
        status = self.objects.get("MailServer", name, "mail").get("status", {})
        return {one["type"]: one["status"] for one in status.get("conditions", [])}

    def test_1_it_waits_and_says_what_helps(self):
        controller = self.programs.start_controller("a", self.config, "--namespaces", "mail",
                                                    wait=False)
        controller.wait_for("--cluster-objects off")
        self.assertEqual({}, self.told("first"), "what it may not read may forbid things")
        self.programs.stop()

    def test_2_told_to_do_without_a_class_it_serves_by_its_roles(self):
        self.audit.from_now()
        self.programs.start_controller("a", self.config, "--namespaces", "mail",
                                       "--cluster-objects", "off")
        self.programs.start_proxy()
        of_class = mail_server("second", "second-tls", "second.free.test")
        of_class["spec"]["ingressClassName"] = "postern"
        foreign = mail_server("third", "second-tls", "third.free.test")
        foreign["spec"]["ingressClassName"] = "other"
        taken = mail_server("fourth", "second-tls", TAKEN)
        self.objects.apply(self.pairs.filled(secret("second-tls")), domains("second"),
                           of_class, foreign, taken)
        for name in ("first", "second"):
            until(lambda name=name: self.told(name).get("Programmed") == "True", 60,
                  f"{name} at the proxy")
            self.assertEqual("True", self.told(name)["Accepted"])
        until(lambda: self.told("fourth").get("Accepted") == "False", 20, "the conflict")
        self.assertEqual({}, self.told("third"))
        granted_there = set(granted(self.ground.get("role", "postern-controller", "mail")))
        granted_here = set(granted(self.ground.get(*OWN_ROLE)))
        self.assertLessEqual(set(self.audit.asked()), granted_there | granted_here)
        self.assertEqual(set(), self.audit.refused())


if __name__ == "__main__":
    main()
