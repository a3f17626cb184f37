"""The API ground: a real API server with our CRDs and roles, and no nodes."""
from lib.waiting import until

from . import kubeconfig
from .api import MAIL
from .control_plane import SERVER, ControlPlane
from .kubectl import Kubectl
from .programs import ROOT

NAMESPACE, ACCOUNT = "postern", "postern-controller"
ROLES = ROOT / "deploy/rbac"
WHOLE_CLUSTER = ("base.yaml", "cluster.yaml")
ONE_NAMESPACE = ("base.yaml", "classes.yaml", "namespaced.yaml")  # `mail`
ROLES_ALONE = ("base.yaml", "namespaced.yaml")  # the same, and nothing of the whole cluster


class Ground(ControlPlane, Kubectl):
    def install(self, roles=WHOLE_CLUSTER):
        """Our CRDs, and the roles that ship."""
        self.kubectl("apply", "-f", ROOT / "deploy/crds")
        for kind in ("mailservers", "mailclasses"):
            until(lambda kind=kind: self.api.get(f"{MAIL}/{kind}").accepted, 30, f"{kind}: served")
        if roles != WHOLE_CLUSTER:
            self.namespace("mail")
        for file in roles:
            self.kubectl("apply", "-f", ROLES / file)
        return self

    def token_of(self, account=ACCOUNT, namespace=NAMESPACE, seconds=86400):
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
        answer = until(lambda: self._token(path, seconds), 20, f"the token of {account}")
        return answer.body["status"]["token"]

    def _token(self, path, seconds):
        answer = self.api.ask("POST", path, {"apiVersion": "authentication.k8s.io/v1",
                                             "kind": "TokenRequest",
                                             "spec": {"expirationSeconds": seconds}})
        return answer if answer.accepted else None

    def controller_kubeconfig(self):
        """Of the controller as it ships: an account with the roles of deploy/rbac, no more."""
        return kubeconfig.by_token(self.folder / "controller.kubeconfig", SERVER,
                                   self.authority.certificate, ACCOUNT, self.token_of(), NAMESPACE)
