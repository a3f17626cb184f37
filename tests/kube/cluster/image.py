"""Images made of programs that this machine has, with the libraries they are linked with: no
registry, no builder. A docker-archive, as `ctr images import` takes it."""
import hashlib
import io
import json
import pathlib
import re
import subprocess
import tarfile
import tempfile

from .node_programs import SOCKET

ACCOUNTS = """root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/bin/false
dovecot:x:901:901:dovecot:/nonexistent:/bin/false
dovenull:x:902:902:dovenull:/nonexistent:/bin/false
"""
GROUPS = "root:x:0:\nnogroup:x:65534:\nmail:x:8:\ndovecot:x:901:\ndovenull:x:902:\n"


def libraries(paths):
    done = subprocess.run(["ldd", *paths], capture_output=True, text=True, check=False)
    return set(re.findall(r"(/\S+) \(0x", done.stdout))


class Image:
    def __init__(self, name):
        self.name, self.files, self.folders = name, {}, {"tmp": 0o1777, "run": 0o755}
        self.texts = {"etc/passwd": ACCOUNTS, "etc/group": GROUPS}

    def add(self, source, target=None):
        """A program or library, at its own place unless another is given."""
        self.files[str(target or source).lstrip("/")] = pathlib.Path(source)
        return self

    def add_tree(self, folder):
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.is_file():
                self.add(path)
        return self

    def add_libraries(self):
        """What all of that is linked with."""
        for library in libraries(list(self.files.values())):
            self.files.setdefault(library.lstrip("/"), pathlib.Path(library))

    def layer(self):
        self.add_libraries()
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            for name, mode in self.folders.items():
                entry = tarfile.TarInfo(name)
                entry.type, entry.mode = tarfile.DIRTYPE, mode
                tar.addfile(entry)
            for name, text in self.texts.items():
                add_bytes(tar, name, text.encode(), 0o644)
            for name, source in sorted(self.files.items()):
                add_bytes(tar, name, source.read_bytes(), source.stat().st_mode & 0o777)
        return out.getvalue()

    def save(self, path, *command):
        layer = self.layer()
        digest = hashlib.sha256(layer).hexdigest()
        config = json.dumps({
            "architecture": "amd64", "os": "linux", "rootfs": {"type": "layers",
                                                               "diff_ids": [f"sha256:{digest}"]},
            "config": {"Entrypoint": list(command),
                       "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]}}).encode()
        name = hashlib.sha256(config).hexdigest() + ".json"
        manifest = [{"Config": name, "RepoTags": [self.name], "Layers": ["layer.tar"]}]
        with tarfile.open(path, "w") as tar:
            add_bytes(tar, "layer.tar", layer, 0o644)
            add_bytes(tar, name, config, 0o644)
            add_bytes(tar, "manifest.json", json.dumps(manifest).encode(), 0o644)
        return path


def add_bytes(tar, name, content, mode):
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    tar.addfile(entry, io.BytesIO(content))


class Images:
    """The images that containerd has. Pods say imagePullPolicy: Never."""

    @staticmethod
    def ctr(*words):
        done = subprocess.run(["ctr", "--address", SOCKET, "-n", "k8s.io", *words],
                              capture_output=True, text=True, check=False)
        return done.stdout if done.returncode == 0 else ""

    def take(self, image, *command):
        with tempfile.TemporaryDirectory(prefix="postern-image-") as folder:
            if not self.ctr("images", "import", image.save(pathlib.Path(folder) / "tar", *command)):
                raise AssertionError(f"{image.name} could not be imported")
