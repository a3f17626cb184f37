// The table of honoured fields: it grows with every part that is built.
#include "controller/decode/honoured.h"

namespace postern::decode {

namespace {

using enum Honour;

constexpr HonouredField kOfMailServer[] = {
    {"spec.ingressClassName"},
    {"spec.hostnames"},
    {"spec.serverName"},
    {"spec.protocols.imap.listeners[].port"},
    {"spec.protocols.imap.listeners[].tls"},
    {"spec.protocols.imap.listeners[].plaintext"},
    {"spec.protocols.imap.listeners[].proxyProtocol.trustedCIDRs"},
    {"spec.protocols.imap.listeners[].proxyProtocol.trustedServiceRefs[].name"},
    {"spec.protocols.imap.listeners[].proxyProtocol.trustedServiceRefs[].namespace", OwnNamespace},
    {"spec.protocols.imap.listeners[].proxyProtocol.otherPeers"},
    {"spec.protocols.imap.listeners[].proxyProtocol.tlsInfo"},
    {"spec.protocols.imap.listeners[].maxConnections"},
    {"spec.protocols.imap.mechanisms", SomeValues,
     "PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER EXTERNAL"},
    {"spec.protocols.imap.capabilities.source"},
    {"spec.protocols.imap.capabilities.list"},
    {"spec.protocols.imap.capabilities.hide"},
    {"spec.protocols.imap.greeting"},
    {"spec.proxyProtocol.trustedCIDRs"},
    {"spec.proxyProtocol.trustedServiceRefs[].name"},
    {"spec.proxyProtocol.trustedServiceRefs[].namespace", OwnNamespace},
    {"spec.proxyProtocol.otherPeers"},
    {"spec.proxyProtocol.tlsInfo"},

    {"spec.tls.certificateRefs[].name"},
    {"spec.tls.certificateRefs[].namespace", OwnNamespace},
    {"spec.tls.minVersion"},
    {"spec.tls.maxVersion"},
    {"spec.tls.cipherSuites"},
    {"spec.tls.cipherPreference"},
    // OpenSSL 3.0 knows no hybrid group.
    {"spec.tls.groups", SomeValues, "X25519 X448 P-256 P-384 P-521 ffdhe2048 ffdhe3072 ffdhe4096"},
    {"spec.tls.unknownNames"},
    {"spec.tls.resumption.mode"},
    {"spec.tls.resumption.lifetime"},

    {"spec.authentication.providers[].name"},
    {"spec.authentication.providers[].domains"},
    {"spec.authentication.providers[].timeout"},
    {"spec.authentication.providers[].onUnavailable"},
    {"spec.authentication.providers[].onReject"},
    {"spec.authentication.providers[].backend.mechanisms", SomeValues, "PLAIN LOGIN"},
    {"spec.authentication.providers[].http.url"},
    {"spec.authentication.providers[].http.serviceRef.name"},
    {"spec.authentication.providers[].http.serviceRef.namespace", OwnNamespace},
    {"spec.authentication.providers[].http.serviceRef.port"},
    {"spec.authentication.providers[].http.scheme"},
    {"spec.authentication.providers[].http.path"},
    {"spec.authentication.providers[].http.tls.caCertificateRefs[].kind"},
    {"spec.authentication.providers[].http.tls.caCertificateRefs[].name"},
    {"spec.authentication.providers[].http.tls.caCertificateRefs[].namespace", OwnNamespace},
    {"spec.authentication.providers[].http.tls.caCertificateRefs[].key"},
    {"spec.authentication.providers[].http.tls.clientCertificateRef.name"},
    {"spec.authentication.providers[].http.tls.clientCertificateRef.namespace", OwnNamespace},
    {"spec.authentication.providers[].http.tls.serverName"},
    {"spec.authentication.providers[].http.tls.verification"},
    {"spec.authentication.providers[].http.headers[].name"},
    {"spec.authentication.providers[].http.headers[].value"},
    {"spec.authentication.providers[].http.headers[].secretKeyRef.name"},
    {"spec.authentication.providers[].http.headers[].secretKeyRef.namespace", OwnNamespace},
    {"spec.authentication.providers[].http.headers[].secretKeyRef.key"},
    {"spec.authentication.providers[].http.style", SomeValues, "AuthHTTP"},
    {"spec.authentication.providers[].http.strictness"},
    {"spec.authentication.providers[].http.clientCertificate", SomeValues, "Omit"},
    {"spec.authentication.providers[].http.refusalText"},

    {"spec.backends[].name"},
    {"spec.backends[].service.name"},
    {"spec.backends[].service.namespace", OwnNamespace},
    {"spec.backends[].statefulSet.name"},
    {"spec.backends[].statefulSet.namespace", OwnNamespace},
    {"spec.backends[].statefulSet.serviceName"},
    {"spec.backends[].statefulSet.members"},
    {"spec.backends[].addresses[].name"},
    {"spec.backends[].addresses[].address"},
    {"spec.backends[].dynamic.allowedCIDRs"},
    {"spec.backends[].ports[].protocol", SomeValues, "IMAP"},
    {"spec.backends[].ports[].port"},
    {"spec.backends[].ports[].tls"},
    {"spec.backends[].ports[].login.method", SomeValues, "Password"},
    {"spec.backends[].ports[].login.mechanism", SomeValues, "PLAIN LOGIN"},
    {"spec.backends[].ports[].clientInfo", SomeValues, "Native ProxyV1 ProxyV2 None"},
    {"spec.backends[].tls.mode"},
    {"spec.backends[].tls.caCertificateRefs[].kind"},
    {"spec.backends[].tls.caCertificateRefs[].name"},
    {"spec.backends[].tls.caCertificateRefs[].namespace", OwnNamespace},
    {"spec.backends[].tls.caCertificateRefs[].key"},
    {"spec.backends[].tls.serverNames"},
    {"spec.backends[].tls.clientCertificateRef.name"},
    {"spec.backends[].tls.clientCertificateRef.namespace", OwnNamespace},
    {"spec.backends[].tls.verification"},
    {"spec.backends[].login.method", SomeValues, "Password"},
    {"spec.backends[].login.mechanism", SomeValues, "PLAIN LOGIN"},
    {"spec.backends[].clientInfo", SomeValues, "Native ProxyV1 ProxyV2 None"},
    {"spec.backends[].balancing.policy", SomeValues, "ConsistentHash"},
    {"spec.backends[].balancing.hashKey", SomeValues, "User"},
    {"spec.backends[].balancing.onUnavailable"},
    {"spec.backends[].balancing.zones", SomeValues, "Ignore"},
    {"spec.backends[].retries"},
    {"spec.backends[].pipelining"},
    {"spec.backends[].redirects", SomeValues, "Refuse"},
    {"spec.backends[].loginErrors"},

    {"spec.limits.maxConnections"},
    {"spec.limits.maxConnectionsPerSource"},
    {"spec.limits.maxConnectionsBeforeLogin"},
    {"spec.limits.maxCommandBytes"},
    {"spec.limits.maxErrors"},
    {"spec.limits.maxCommands"},
    {"spec.limits.maxReplyBytes"},
    {"spec.timeouts.tlsHandshake"},
    {"spec.timeouts.login"},
    {"spec.timeouts.backendConnect"},
    {"spec.timeouts.backendLogin"},
    {"spec.timeouts.idle"},
    {"spec.loginProtection.failureDelay"},
    {"spec.loginProtection.maxFailuresPerSession"},
    {"spec.logging.level"},
    {"spec.logging.sessions"},
};

constexpr HonouredField kOfMailClass[] = {
    {"spec.ports[].port"},
    {"spec.ports[].addresses", IpAddresses},
    {"spec.ports[].socket.backlog"},
    {"spec.ports[].socket.receiveBufferBytes"},
    {"spec.ports[].socket.sendBufferBytes"},
    {"spec.ports[].socket.ipv6Only"},
    {"spec.ports[].socket.multipath"},
    {"spec.ports[].socket.keepAlive.mode"},
    {"spec.ports[].socket.keepAlive.idle"},
    {"spec.ports[].socket.keepAlive.interval"},
    {"spec.ports[].socket.keepAlive.probes"},

    {"spec.namespaces[].name"},
    {"spec.namespaces[].selector.matchLabels"},
    {"spec.namespaces[].selector.matchExpressions[].key"},
    {"spec.namespaces[].selector.matchExpressions[].operator"},
    {"spec.namespaces[].selector.matchExpressions[].values"},
    {"spec.namespaces[].hostnames"},
    {"spec.namespaces[].domains"},
    {"spec.namespaces[].maxMailServers"},
    // Those that a MailServer's own `limits` has.
    {"spec.namespaces[].limits.maxConnections"},
    {"spec.namespaces[].limits.maxConnectionsPerSource"},
    {"spec.namespaces[].limits.maxConnectionsBeforeLogin"},
    {"spec.namespaces[].limits.maxCommandBytes"},
    {"spec.namespaces[].limits.maxErrors"},
    {"spec.namespaces[].limits.maxCommands"},
    {"spec.namespaces[].limits.maxReplyBytes"},

    {"spec.egress.allowedCIDRs"},
};

constexpr DefaultNotBuilt kDefaults[] = {
    {"spec.protocols",
     "without it IMAP alone is offered: POP3, Submission and ManageSieve are not "
     "built"},
    {"spec.loginProtection",
     "failures are delayed and counted in a session, not by source or "
     "user: penalty, samePassword, perSource and perUser are not built"},
    {"spec.tls.resumption.mode",
     "tickets are resumed by the proxy that gave them: their keys are "
     "not shared between proxies"},
    {"spec.authentication.providers[].http.style",
     "it has to be written, as AuthHTTP: JSON is not built"},
    {"spec.backends[].redirects", "a redirect at login is a failed login, as with Refuse"},
    {"spec.backends[].healthCheck", "whether a member can be used is learnt by trying it"},
    {"spec.users.normalization", "names go to the backend as they were typed"},
};

constexpr DefaultNotBuilt kClassDefaults[] = {
    {"spec.dns",
     "proxies look up no names; the controller does for `postern.dev/addresses` of a Service"},
    {"spec.drain",
     "a proxy that is told to stop takes no new client, says goodbye to all sessions at once, and "
     "ends"},
    {"spec.placement",
     "users change members at once: nothing waits between two sessions of one user"},
};

}  // namespace

HonourTable honoured_by_mail_server() { return kOfMailServer; }
HonourTable honoured_by_mail_class() { return kOfMailClass; }
std::span<const DefaultNotBuilt> class_defaults_not_built() { return kClassDefaults; }
std::span<const DefaultNotBuilt> defaults_not_built() { return kDefaults; }

}  // namespace postern::decode
