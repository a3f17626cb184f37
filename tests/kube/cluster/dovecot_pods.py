"""Dovecot in pods: an image of this machine's own, a StatefulSet with a volume a pod, the headless
Service that governs it. Each pod tells its name to clients that ask ID after login."""
import re

from lib.dovecot import PASSWORD, TEMPLATE

from .image import Image

IMAGE = "localhost/dovecot:1"
START = """set -e
mkdir -p /run/dovecot /run/state /srv/mail
chown nobody:nogroup /srv/mail
sed "s/POD_NAME/$HOSTNAME/" /etc/dovecot/template/dovecot.conf > /run/dovecot.conf
exec /usr/sbin/dovecot -F -c /run/dovecot.conf
"""


def image():
    made = Image(IMAGE).add_tree("/usr/lib/dovecot")
    made.add("/usr/sbin/dovecot").add("/usr/bin/doveconf")
    for program in ("sh", "sed", "mkdir", "chown"):
        made.add(f"/usr/bin/{program}", f"/bin/{program}")
    made.folders["srv"] = 0o755
    return made


def settings():
    words = {"DIR": "/run", "ADDRESS": "*", "NAME": "POD_NAME", "PASSWORD": PASSWORD,
             "CERTIFICATE": "/etc/dovecot/tls/tls.crt", "KEY": "/etc/dovecot/tls/tls.key",
             "IMAP": 143, "IMAPS": 993, "CHROOT": "", "INTERNAL_USER": "dovecot",
             "INTERNAL_GROUP": "dovecot", "LOGIN_USER": "dovenull", "MAIL_USER": "nobody",
             "MAIL_GROUP": "nogroup", "MORE": "default_vsz_limit = 128M"}
    text = re.sub("@([A-Z_]+)@", lambda word: str(words[word[1]]), TEMPLATE.read_text())
    text = text.replace("login_trusted_networks = 127.0.0.0/8",
                        "login_trusted_networks = 192.0.2.0/24 198.18.0.0/15")
    return text.replace("home=/run/mail/%u", "home=/srv/mail/%u")


def manifests(namespace="mail", replicas=2, volumes="/tmp"):
    meta = {"name": "dovecot", "namespace": namespace}
    labels = {"app": "dovecot"}
    container = {
        "name": "dovecot", "image": IMAGE, "imagePullPolicy": "Never",
        "command": ["/bin/sh", "-c", START],
        "ports": [{"name": "imap", "containerPort": 143}, {"name": "imaps", "containerPort": 993}],
        "env": [{"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
        "readinessProbe": {"tcpSocket": {"port": "imap"}, "periodSeconds": 1},
        "volumeMounts": [{"name": "settings", "mountPath": "/etc/dovecot/template"},
                         {"name": "tls", "mountPath": "/etc/dovecot/tls"},
                         {"name": "mail", "mountPath": "/srv/mail", "subPathExpr": "$(POD)"}]}
    pod = {"terminationGracePeriodSeconds": 2, "containers": [container], "volumes": [
        {"name": "settings", "configMap": {"name": "dovecot"}},
        {"name": "tls", "secret": {"secretName": "dovecot-tls"}},
        {"name": "mail", "hostPath": {"path": str(volumes), "type": "Directory"}}]}
    return [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta,
         "data": {"dovecot.conf": settings()}},
        {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {
            "clusterIP": "None", "selector": labels,
            "ports": [{"name": "imap", "port": 143}, {"name": "imaps", "port": 993}]}},
        {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": meta, "spec": {
            "serviceName": "dovecot", "replicas": replicas, "podManagementPolicy": "Parallel",
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod}}}]
