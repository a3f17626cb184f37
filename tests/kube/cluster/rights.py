"""What an account may do and what it did, by its roles and by the audit log."""
import itertools
import json

CLUSTER_ROLE = ("clusterrole", "postern-controller", "default")
OWN_ROLE = ("role", "postern-controller", "postern")


def granted(role):
    """Each single right, with where it stands: {(verb, group, resource): (rule, verb)}."""
    out = {}
    for number, rule in enumerate(role["rules"]):
        for group, resource, verb in itertools.product(rule["apiGroups"], rule["resources"],
                                                       rule["verbs"]):
            out[verb, group, resource] = (number, verb)
    return out


def without(role, right):
    """The role, less this one right, if any: its rule is split, so that nothing else goes."""
    rules = []
    for rule in role["rules"]:
        for one_group, one_resource in itertools.product(rule["apiGroups"], rule["resources"]):
            verbs = [one for one in rule["verbs"]
                     if (one, one_group, one_resource) != right]
            if verbs:
                rules.append({**rule, "apiGroups": [one_group], "resources": [one_resource],
                              "verbs": verbs})
    plain = {key: role["metadata"][key] for key in ("name", "namespace") if key in role["metadata"]}
    return {"apiVersion": role["apiVersion"], "kind": role["kind"], "metadata": plain,
            "rules": rules}


class Audit:
    """The API server's log of what one account asked for, from now on."""

    def __init__(self, path, account, namespace):
        self.path, self.user = path, f"system:serviceaccount:{namespace}:{account}"
        self.begin = 0

    def from_now(self):
        self.begin = self.path.stat().st_size
        return self

    def asked(self):
        """{(verb, group, resource): codes}; paths that are no resource are left out."""
        seen = {}
        with self.path.open("rb") as log:
            log.seek(self.begin)
            for line in log.read().splitlines():
                event = self.event(line)
                if event and "objectRef" in event:
                    place = event["objectRef"]
                    resource = "/".join(filter(None, [place["resource"], place.get("subresource")]))
                    key = event["verb"], place.get("apiGroup", ""), resource
                    seen.setdefault(key, set()).add(event.get("responseStatus", {}).get("code"))
        return seen

    def event(self, line):
        try:
            event = json.loads(line)
        except ValueError:  # being written
            return None
        return event if event["user"].get("username") == self.user else None

    def refused(self):
        return {right for right, codes in self.asked().items() if 403 in codes}
