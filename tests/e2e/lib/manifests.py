"""Manifests as values. Each function shows what it makes by default and takes what matters."""

API = "postern.dev/v1alpha1"
HOST = "mail.example.test"


def tls_secret(name, pair, authority):
    files = f"tls.crt={pair[0]},tls.key={pair[1]},ca.crt={authority}"
    return {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
            "metadata": {"name": name, "annotations": {"postern.dev/data-from-files": files}},
            "data": {"tls.crt": "", "tls.key": ""}}


# All clients come from here: without this the stories would wait for what others failed.
LOOPBACK = ["127.0.0.0/8", "::1/128"]


def mail_server(name, backends, hostnames=(HOST,), secret="mail-tls", loginProtection=None,
                **spec):
    protection = {"exemptCIDRs": LOOPBACK, **(loginProtection or {})}
    return {"apiVersion": API, "kind": "MailServer", "metadata": {"name": name},
            "spec": {"hostnames": list(hostnames), "protocols": {"imap": {}},
                     "tls": {"certificateRefs": [{"name": secret}]},
                     "backends": backends, "loginProtection": protection, **spec}}


def addresses(name, members, **backend):
    """A backend of named members: {"server-1": "127.0.0.11"}."""
    return {"name": name, "addresses": [{"name": member, "address": address}
                                        for member, address in members.items()], **backend}


def service(name, *members, ports=(("imap", 143), ("imaps", 993))):
    return {"apiVersion": "v1", "kind": "Service",
            "metadata": {"name": name, "annotations": {"postern.dev/addresses": ",".join(members)}},
            "spec": {"ports": [{"name": word, "port": port} for word, port in ports]}}


def endpoint_slice(name, service_name, members, ports=(("imap", 143), ("imaps", 993))):
    """The slice of a governing Service: {"dovecot-0": "127.0.0.11"}, all ready."""
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": {"name": name, "labels": {"kubernetes.io/service-name": service_name}},
            "ports": [{"name": word, "port": port, "protocol": "TCP"} for word, port in ports],
            "endpoints": [{"addresses": [address], "hostname": pod, "conditions": {"ready": True},
                           "targetRef": {"kind": "Pod", "name": pod}}
                          for pod, address in members.items()]}
