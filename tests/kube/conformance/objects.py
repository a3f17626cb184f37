"""Where objects are at an API server, and how they come there: by server-side apply, as from a
repository of manifests."""
import json

import yaml

PLACES = {
    "Namespace": ("/api/v1", "namespaces", False),
    "Secret": ("/api/v1", "secrets", True),
    "ConfigMap": ("/api/v1", "configmaps", True),
    "Service": ("/api/v1", "services", True),
    "EndpointSlice": ("/apis/discovery.k8s.io/v1", "endpointslices", True),
    "IngressClass": ("/apis/networking.k8s.io/v1", "ingressclasses", False),
    "Lease": ("/apis/coordination.k8s.io/v1", "leases", True),
    "MailServer": ("/apis/postern.dev/v1alpha1", "mailservers", True),
    "MailClass": ("/apis/postern.dev/v1alpha1", "mailclasses", False),
    "CustomResourceDefinition": ("/apis/apiextensions.k8s.io/v1", "customresourcedefinitions",
                                 False),
    "ReferenceGrant": ("/apis/gateway.networking.k8s.io/v1beta1", "referencegrants", True),
}


class Refused(AssertionError):
    pass


def path_of(kind, name="", namespace="default"):
    group, plural, namespaced = PLACES[kind]
    place = f"/namespaces/{namespace}" if namespaced and namespace else ""
    return f"{group}{place}/{plural}" + (f"/{name}" if name else "")


def path_to(document):
    metadata = document["metadata"]
    return path_of(document["kind"], metadata["name"], metadata.get("namespace", "default"))


def documents(text):
    """All of a YAML text that are not empty."""
    return [document for document in yaml.safe_load_all(text) if document]


class Objects:
    """What is at an API server, for whoever has an Api that may write there."""

    def __init__(self, api):
        self.api = api

    def apply(self, *manifests):
        for document in manifests:
            answer = self.api.ask("PATCH", path_to(document), json.dumps(document),
                                  "application/apply-patch+yaml", fieldManager="tests",
                                  force="true")
            if not answer.accepted:
                raise Refused(f"{path_to(document)}: {answer}")
        return self

    def namespace(self, name, **labels):
        return self.apply({"apiVersion": "v1", "kind": "Namespace",
                           "metadata": {"name": name, "labels": labels}})

    def get(self, kind, name, namespace="default"):
        """Nothing when it is not there."""
        answer = self.api.get(path_of(kind, name, namespace))
        return answer.body if answer.accepted else None

    def list(self, kind, namespace=""):
        answer = self.api.get(path_of(kind, namespace=namespace))
        return answer.body["items"], answer.body["metadata"]["resourceVersion"]

    def delete(self, kind, name, namespace="default"):
        return self.api.ask("DELETE", path_of(kind, name, namespace)).accepted
