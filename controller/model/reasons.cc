#include "controller/model/reasons.h"

#include <array>

namespace postern::model {
namespace {

using enum Teller;

constexpr std::string_view kNoFilters = "`spec.filters` is not built: `NotSupportedYet` says so";
constexpr std::string_view kNoSharedState =
    "`spec.sharedState` is not built: `UnsupportedValue` says so";
constexpr std::string_view kCountsAlone =
    "proxies report counts of connections and of failures, not what went wrong with whom";
constexpr std::string_view kAtOnce =
    "what is there is looked at before anything is told of it: milliseconds";

constexpr std::array kRows = std::to_array<ReasonRow>({
    {MailServer, "Accepted", "True", "Accepted"},
    {MailServer, "Accepted", "True", "PartiallyAccepted"},
    {MailServer, "Accepted", "False", "Invalid"},
    {MailServer, "Accepted", "False", "HostnameConflict"},
    {MailServer, "Accepted", "False", "HostnameNotAllowed"},
    {MailServer, "Accepted", "False", "DomainNotAllowed"},
    {MailServer, "Accepted", "False", "NoListeners"},
    {MailServer, "Accepted", "False", "UnsupportedValue"},
    {MailServer, "Accepted", "False", "MechanismUnavailable"},
    {MailServer, "Accepted", "False", "FilterNotAllowed", kNoFilters},
    {MailServer, "Accepted", "False", "ClassNotFound"},
    {MailServer, "Accepted", "False", "NamespaceNotAllowed"},
    {MailServer, "Accepted", "False", "TooManyMailServers"},
    {MailServer, "Accepted", "False", "NotSupportedYet"},
    {MailServer, "Accepted", "Unknown", "Pending", {}, kAtOnce},
    {MailServer, "ResolvedRefs", "True", "ResolvedRefs"},
    {MailServer, "ResolvedRefs", "False", "SecretNotFound"},
    {MailServer, "ResolvedRefs", "False", "ConfigMapNotFound"},
    {MailServer, "ResolvedRefs", "False", "ServiceNotFound"},
    {MailServer, "ResolvedRefs", "False", "PortNotFound"},
    {MailServer, "ResolvedRefs", "False", "InvalidCertificate"},
    {MailServer, "ResolvedRefs", "False", "KeyMismatch"},
    {MailServer, "ResolvedRefs", "False", "CertificateExpired"},
    {MailServer, "ResolvedRefs", "False", "HostnameNotCovered"},
    {MailServer, "ResolvedRefs", "False", "InvalidTable"},
    {MailServer, "ResolvedRefs", "False", "InvalidSecret"},
    {MailServer, "ResolvedRefs", "False", "RefNotPermitted"},
    {MailServer, "ResolvedRefs", "False", "EgressNotAllowed"},
    {MailServer, "ResolvedRefs", "False", "NameNotResolved"},
    {MailServer, "ResolvedRefs", "Unknown", "Pending"},
    {MailServer, "Programmed", "True", "Programmed"},
    {MailServer, "Programmed", "False", "Pending"},
    {MailServer, "Programmed", "False", "NoProxies"},
    {MailServer, "Programmed", "False", "ProxyRejected"},
    {MailServer, "Programmed", "False", "PartiallyProgrammed"},
    {MailServer, "Programmed", "False", "ProxyTooOld"},
    {MailServer, "Ready", "True", "Ready"},
    {MailServer, "Ready", "False", "NoReadyEndpoints"},
    {MailServer, "Ready", "False", {}},
    {MailServer, "Ready", "Unknown", {}, {}, kAtOnce},
    {MailServer, "InsecureSettings", "True", "PlaintextLogin"},
    {MailServer, "InsecureSettings", "True", "BackendPlaintext"},
    {MailServer, "InsecureSettings", "True", "BackendUnverified"},
    {MailServer, "InsecureSettings", "True", "ObsoleteTLS"},
    {MailServer, "InsecureSettings", "True", "ProviderPlaintext"},
    {MailServer, "InsecureSettings", "True", "ProviderUnverified"},
    {MailServer, "InsecureSettings", "True", "TrustsEverybody"},
    {MailServer, "InsecureSettings", "True", "LenientProvider"},
    {MailServer, "InsecureSettings", "True", "Several"},
    {MailServer, "ClientAddressLost", "True", "OneAddress", kCountsAlone},
    {MailServer, "ClientAddressLost", "True", "UntrustedProxyHeader", kCountsAlone},
    {MailServer, "CertificateExpiringSoon", "True", "Expiring"},
    {Listener, "Programmed", "True", "Programmed"},
    {Listener, "Programmed", "False", "Pending"},
    {Listener, "Programmed", "False", "BindFailed"},
    {Listener, "Programmed", "False", "ProxyRejected"},
    {Listener, "Programmed", "False", "PortNotServed"},
    {Listener, "Programmed", "False", {}},
    {Listener, "Conflicted", "True", "ProtocolConflict"},
    {Listener, "Conflicted", "True", "ProxyProtocolConflict"},
    {Listener, "Conflicted", "True", "SetByClass"},
    {Listener, "Conflicted", "True", "HostnameConflict"},
    {Listener, "Conflicted", "True", "DomainConflict"},
    {Backend, "Available", "True", "Available"},
    {Backend, "Available", "True", "UnstableMembers"},
    {Backend, "Available", "False", "NoReadyEndpoints"},
    {Backend, "Available", "False", "ServiceNotFound"},
    {Backend, "Available", "False", "NoPorts"},
    {Backend, "Available", "False", {}},
    {Backend, "Available", "False", "TLSFailed", kCountsAlone},
    {Backend, "Available", "False", "STARTTLSMissing", kCountsAlone},
    {Backend, "Available", "False", "LoginRefused", kCountsAlone},
    {MailClass, "Accepted", "True", "Accepted"},
    {MailClass, "Accepted", "False", "UnsupportedValue"},
    {MailClass, "Accepted", "Unknown", "Pending", "it is told when it has been looked at"},
    {MailClass, "ResolvedRefs", "True", "ResolvedRefs"},
    {MailClass, "ResolvedRefs", "False", "ServiceNotFound"},
    {MailClass, "ResolvedRefs", "False", "SecretNotFound", kNoSharedState},
    {MailClass, "ResolvedRefs", "False", "ConfigMapNotFound", kNoSharedState},
    {MailClass, "ResolvedRefs", "False", "InvalidSecret", kNoSharedState},
    {MailClass, "ResolvedRefs", "False", "InvalidCertificate", kNoSharedState},
    {MailClass, "Programmed", "True", "Programmed"},
    {MailClass, "Programmed", "False", "Pending"},
    {MailClass, "Programmed", "False", "NoProxies"},
    {MailClass, "Programmed", "False", "ProxyRejected"},
    {MailClass, "Programmed", "False", "PartiallyProgrammed"},
    {MailClass, "InsecureSettings", "True", "TrustsEverybody"},
    {MailClass, "InsecureSettings", "True", "ProtectedEgress"},
    {MailClass, "InsecureSettings", "True", "SharedStatePlaintext", kNoSharedState},
    {MailClass, "InsecureSettings", "True", "SharedStateUnverified", kNoSharedState},
    {MailClass, "InsecureSettings", "True", "Several"},
});

}  // namespace

std::span<const ReasonRow> reason_rows() { return kRows; }

std::string_view word_of(Teller of) {
  switch (of) {
    case MailServer: return "MailServer";
    case Listener: return "listener";
    case Backend: return "backend";
    case MailClass: return "MailClass";
  }
  return "";
}

}  // namespace postern::model
