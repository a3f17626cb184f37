"""Which certificate a handshake is shown, at an API server: one of another namespace as long as a
grant there lends it and no longer, and the last good one of a Secret that is broken."""
import ssl
import time

from lib import beside
from lib.admin import resources
from lib.cluster_story import ClusterStory
from lib.cluster_world import World, tls_secret
from lib.manifests import HOST
from lib.raw import Raw
from lib.story import main
from lib.waiting import until

LENT, KEYS = "mail.lent.test", "keys"


def print_of(pair):
    return beside.fingerprint(ssl.PEM_cert_to_DER_cert(pair[0].read_text()))


def grant(namespace):
    return {"apiVersion": "gateway.networking.k8s.io/v1beta1", "kind": "ReferenceGrant",
            "metadata": {"name": "to-mail", "namespace": namespace},
            "spec": {"from": [{"group": "postern.dev", "kind": "MailServer",
                               "namespace": "default"}],
                     "to": [{"group": "", "kind": "Secret", "name": "lent-tls"}]}}


def shown(host):
    """The fingerprint of what somebody who asks for this name is shown, whoever signed it."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with Raw(993, host, greeted=False) as client:
        client.socket = context.wrap_socket(client.socket, server_hostname=host)
        return beside.shown(client.socket)


class LentCertificates(ClusterStory):
    @classmethod
    def set_up_story(cls):
        objects = cls.prepare().objects
        cls.world = World(objects, cls.pair, servers=1)
        cls.addClassCleanup(cls.world.close)
        cls.install_class()
        cls.lent = cls.authority.issue("lent", LENT)
        secret = tls_secret("lent-tls", cls.lent)
        secret["metadata"]["namespace"] = KEYS
        objects.namespace(KEYS).apply(secret, grant(KEYS))
        tls = {"certificateRefs": [{"name": "lent-tls", "namespace": KEYS}]}
        objects.apply(cls.world.server("lent", hostnames=[LENT], tls=tls))
        cls.programs.start_controller("a", cls.api.kubeconfig("a"))
        cls.programs.start_proxy()
        until(lambda: "SERVER default/lent" in resources(), what="both MailServers at the proxy")

    def reason(self, name):
        status = self.api.objects.get("MailServer", name).get("status", {})
        return {one["type"]: one["reason"]
                for one in status.get("conditions", [])}.get("ResolvedRefs")

    def test_KC1_a_certificate_is_lent_until_its_grant_is_deleted(self):
        objects, lent, own = self.api.objects, print_of(self.lent), shown(HOST)
        self.assertEqual(lent, shown(LENT))
        began = time.monotonic()
        self.assertTrue(objects.delete("ReferenceGrant", "to-mail", KEYS))
        until(lambda: shown(LENT) != lent, 10, "a handshake without the lent certificate")
        print(f"not shown any more {time.monotonic() - began:.2f} s after its grant was deleted")
        self.assertNotIn(f"SECRET {KEYS}/lent-tls", resources())
        self.assertEqual(own, shown(HOST), "nobody else's is touched")
        until(lambda: self.reason("lent") == "RefNotPermitted", what="the status that says so")

        objects.apply(grant("default"))
        self.settled()
        self.assertNotEqual(lent, shown(LENT), "a grant in the wrong namespace lends nothing")
        objects.apply(grant(KEYS))
        until(lambda: shown(LENT) == lent, 10, "the lent certificate, granted again")

    def test_KC11_a_key_that_does_not_fit_leaves_the_certificate_before_it(self):
        self.assertEqual(print_of(self.pair), shown(HOST))
        renewed = self.authority.issue("renewed", HOST)
        self.api.objects.apply(tls_secret("mail-tls", (renewed[0], self.pair[1])))
        until(lambda: self.reason("mail") == "KeyMismatch", what="the status that says so")
        self.settled()
        self.assertEqual(print_of(self.pair), shown(HOST))
        self.api.objects.apply(tls_secret("mail-tls", renewed))
        until(lambda: shown(HOST) == print_of(renewed), 10, "the renewed certificate")

    def settled(self):
        """Until a change that was written after all others is in force."""
        before = resources().get("SERVER default/mail")
        type(self).changes = getattr(self, "changes", 0) + 1
        self.api.objects.apply(self.world.server(limits={"maxErrors": 5 + self.changes}))
        until(lambda: resources().get("SERVER default/mail") != before, what="a later change")


if __name__ == "__main__":
    main()
