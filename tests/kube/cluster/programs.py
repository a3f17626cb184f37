"""Where the programs are that tests/kube/build_ground builds or finds."""
import functools
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent
API_GROUND = ("etcd", "kube-apiserver", "kube-controller-manager", "kubectl")


@functools.cache
def folder(names=API_GROUND):
    """The folder that has these; builds what is missing, which takes minutes the first time."""
    done = subprocess.run([HERE / "build_ground", *names], stdout=subprocess.PIPE, text=True,
                          check=True)
    return pathlib.Path(done.stdout.strip())


def program(name, names=API_GROUND):
    """Its path: of KUBEBUILDER_ASSETS or ours."""
    return str(folder(names) / name)
