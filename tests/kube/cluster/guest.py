"""A story inside a box that is up (tests/kube/box run): it asks kubectl, brings images, and starts
the controller and proxies as processes on the node."""
import os
import pathlib

from .image import Images
from .kubectl import Kubectl


class Guest(Kubectl, Images):
    def __init__(self):
        self.box = pathlib.Path(os.environ["POSTERN_BOX"])
        self.admin = self.box / "admin.kubeconfig"
        self.controller_kubeconfig = self.box / "controller.kubeconfig"
        self.authority_folder = self.box / "keys"
