"""How a program finds an API server and says who it is."""
import base64
import pathlib
import string

TEXT = string.Template("""apiVersion: v1
kind: Config
current-context: ground
clusters:
- name: ground
  cluster:
    server: $server
    certificate-authority-data: $ca
contexts:
- name: ground
  context: {cluster: ground, user: $user, namespace: $namespace}
users:
- name: $user
  user:
$credentials
""")


def inline(path):
    return base64.b64encode(pathlib.Path(path).read_bytes()).decode()


def write(path, server, ca, user, credentials, namespace="default"):
    lines = "\n".join(f"    {key}: {value}" for key, value in credentials.items())
    path = pathlib.Path(path)
    path.touch(mode=0o600)
    path.write_text(TEXT.substitute(server=server, ca=inline(ca), user=user, credentials=lines,
                                    namespace=namespace))
    return path


def by_certificate(path, server, ca, user, pair):
    return write(path, server, ca, user, {"client-certificate-data": inline(pair[0]),
                                          "client-key-data": inline(pair[1])})


def by_token(path, server, ca, user, token, namespace="default"):
    return write(path, server, ca, user, {"token": token}, namespace)
