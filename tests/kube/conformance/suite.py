"""Runs cases against an API server: those that can, side by side; those that change the class, in
turn afterwards."""
import statistics
from concurrent.futures import ThreadPoolExecutor

from lib.waiting import until

from .case import HERE
from .objects import Objects, documents, path_of
from .reasons import unknown
from .statuses import Statuses

CLASS = {"apiVersion": "postern.dev/v1alpha1", "kind": "MailClass", "metadata": {"name": "postern"}}
# As the chart renders it; and MailServers that name no class are ours.
PORTS = [{"port": port} for port in (143, 993, 110, 995, 587, 465, 4190, 25, 24)]
INGRESS_CLASS = {
    "apiVersion": "networking.k8s.io/v1", "kind": "IngressClass",
    "metadata": {"name": "postern",
                 "annotations": {"ingressclass.kubernetes.io/is-default-class": "true"}},
    "spec": {"controller": "postern.dev/controller",
             "parameters": {"apiGroup": "postern.dev", "kind": "MailClass", "name": "postern"}}}


class Suite:
    def __init__(self, connect, authority):
        """`connect` makes an Api for whoever needs one; `authority` signs certificates of cases."""
        self.connect, self.authority = connect, authority
        self.proxies = None  # ScriptedProxies, for cases that bring proxies of their own
        self.objects = Objects(connect())
        self.statuses = Statuses(connect)

    def name_class(self):
        """The IngressClass names a MailClass, which need not be there."""
        self.objects.apply(INGRESS_CLASS)

    def install_class(self, **spec):
        self.objects.apply(INGRESS_CLASS, {**CLASS, "spec": {"ports": PORTS, **spec}})

    def install_grants(self):
        """ReferenceGrants, where the cluster does not know them."""
        if not self.objects.api.get(path_of("ReferenceGrant")).accepted:
            self.objects.apply(*documents((HERE / "referencegrants.crd.yaml").read_text()))
            until(lambda: self.objects.api.get(path_of("ReferenceGrant")).accepted, 20,
                  "the API server's knowledge of ReferenceGrants")

    def run(self, cases):
        cases = list(cases)
        beside = [case for case in cases if not case.alone]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(self.run_one, beside))
        for case in cases:
            if case.alone:
                self.run_alone(case)
        return cases

    def run_alone(self, case):
        of_class = isinstance(case.what.get("class"), dict)
        if of_class:
            self.install_class(**case.what["class"])
        self.run_one(case)
        if of_class:
            self.install_class()
        if case.scripted:
            self.proxies.play({})

    def run_one(self, case):
        objects = Objects(self.connect())
        try:
            case.run(objects, self.statuses, self.authority, self.proxies)
        except Exception as error:  # one case must not take the others with it
            case.wrong.append(f"{case.name}: {type(error).__name__}: {error}")
        finally:
            self.clean_up(case, objects)

    def clean_up(self, case, objects):
        if not case.wrong:
            for namespace, name in list(self.statuses.held):
                if namespace in (case.namespace, case.other):
                    objects.delete("MailServer", name, namespace)
        objects.api.close()

    def unknown(self):
        """What any status said so far that the page of reasons does not have."""
        return unknown(self.statuses.everything())

    def stop(self):
        self.statuses.stop()
        self.objects.api.close()


def report(cases):
    """One line of figures, and a line for each thing that is wrong."""
    wrong = [sentence for case in cases for sentence in case.wrong]
    took = [seconds for case in cases for seconds in case.took]
    claims, writes = sum(case.claims for case in cases), sum(case.writes for case in cases)
    if took:
        print(f"{len(cases)} cases, {claims} statuses as they must be, {writes} writes for them, "
              f"median {statistics.median(took) * 1000:.0f} ms, longest {max(took) * 1000:.0f} ms, "
              f"{len(wrong)} wrong")
    print("\n".join(wrong), end="\n" if wrong else "")
    return wrong
