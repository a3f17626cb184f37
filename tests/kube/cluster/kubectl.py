"""What a story asks kubectl for. `admin` is the path of the kubeconfig that it is asked with."""
import json
import re
import subprocess

from .programs import program


class Kubectl:
    admin = None

    def kubectl(self, *words, stdin=None, check=True):
        """What kubectl printed; a refusal is an error with its words."""
        done = subprocess.run([program("kubectl"), "--kubeconfig", self.admin, *map(str, words)],
                              input=stdin, text=True, capture_output=True, timeout=120, check=False)
        if check and done.returncode:
            said = done.stderr or done.stdout
            raise AssertionError(f"kubectl {' '.join(map(str, words))}: {said}")
        return done.stdout if check else done

    def apply(self, *documents):
        text = "\n---\n".join(json.dumps(document) for document in documents)
        return self.kubectl("apply", "-f", "-", stdin=text)

    def get(self, kind, name, namespace="default"):
        return json.loads(self.kubectl("get", kind, name, "-n", namespace, "-o", "json"))

    def columns(self, *words):
        """The first row of what `get` prints, by the names of its columns."""
        header, row = self.kubectl("get", *words).splitlines()[:2]
        starts = [found.start() for found in re.finditer(r"\S+", header)] + [None]
        return {header[a:b].strip(): row[a:b].strip() for a, b in zip(starts, starts[1:])}

    def condition(self, kind, name, what, namespace="default"):
        """Its status: True, False, Unknown; nothing while it has none."""
        done = self.kubectl("get", kind, name, "-n", namespace, "-o",
                            f"jsonpath={{.status.conditions[?(@.type=='{what}')].status}}",
                            check=False)
        return done.stdout if done.returncode == 0 else ""

    def namespace(self, name, **labels):
        self.apply({"apiVersion": "v1", "kind": "Namespace",
                    "metadata": {"name": name, "labels": labels}})
