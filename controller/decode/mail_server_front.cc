// The side towards clients: protocols and TLS.
#include "controller/decode/fields.h"
#include "controller/decode/mail_server.h"

namespace postern::decode {

namespace {

constexpr std::uint16_t kImapPort = 143;
constexpr std::uint16_t kImapsPort = 993;

model::ListenerSpec listener_on(std::uint16_t port) {
  model::ListenerSpec out;
  out.port = port;
  out.tls = port == kImapsPort || port == 995 || port == 465 ? "Implicit" : "StartTLS";
  out.plaintext = "Refuse";
  return out;
}

model::ListenerSpec read_listener(const Node& listener, const std::string& own_namespace) {
  model::ListenerSpec out =
      listener_on(static_cast<std::uint16_t>(count_at(listener, "port").value_or(0)));
  if (const Node* tls = listener.find("tls")) out.tls = tls->text;
  if (const Node* plaintext = listener.find("plaintext")) out.plaintext = plaintext->text;
  out.max_connections = count_at(listener, "maxConnections").value_or(0);
  if (const Node* proxy = listener.find("proxyProtocol")) {
    out.proxy_protocol = read_proxy_protocol(*proxy, own_namespace);
  }
  return out;
}

model::CapabilitiesSpec read_capabilities(const Node& capabilities) {
  model::CapabilitiesSpec out;
  if (const Node* source = capabilities.find("source")) out.source = source->text;
  out.list = texts_at(capabilities, "list");
  out.hide = texts_at(capabilities, "hide");
  return out;
}

}  // namespace

model::ProxyProtocolSpec read_proxy_protocol(const Node& proxy, const std::string& own_namespace) {
  model::ProxyProtocolSpec out;
  for (const std::string& text : texts_at(proxy, "trustedCIDRs")) {
    if (const auto network = Network::parse(text)) out.trusted.push_back(*network);
  }
  for (const Node& ref : items_at(proxy, "trustedServiceRefs")) {
    out.trusted_services.push_back(read_object_ref(ref, own_namespace));
  }
  if (has(proxy, "otherPeers")) out.other_peers = text_at(proxy, "otherPeers");
  if (has(proxy, "tlsInfo")) out.tls_info = text_at(proxy, "tlsInfo");
  return out;
}

model::ProtocolSpec read_imap(const Node& imap, const std::string& own_namespace) {
  model::ProtocolSpec out;
  out.protocol = Protocol::Imap;
  for (const Node& listener : items_at(imap, "listeners")) {
    out.listeners.push_back(read_listener(listener, own_namespace));
  }
  if (out.listeners.empty()) out.listeners = {listener_on(kImapPort), listener_on(kImapsPort)};
  if (has(imap, "mechanisms")) out.mechanisms = texts_at(imap, "mechanisms");
  if (const Node* written = imap.find("capabilities")) {
    out.capabilities = read_capabilities(*written);
  }
  out.greeting = text_at(imap, "greeting");
  return out;
}

model::TlsSpec read_tls(const Node& tls, const std::string& own_namespace) {
  model::TlsSpec out;
  for (const Node& ref : items_at(tls, "certificateRefs")) {
    out.certificate_refs.push_back(read_object_ref(ref, own_namespace));
  }
  out.min_version = text_at(tls, "minVersion");
  out.max_version = text_at(tls, "maxVersion");
  out.cipher_suites = texts_at(tls, "cipherSuites");
  out.cipher_preference = text_at(tls, "cipherPreference");
  out.groups = texts_at(tls, "groups");
  out.unknown_names = text_at(tls, "unknownNames");
  if (const Node* resumption = tls.find("resumption")) {
    out.resumption_mode = text_at(*resumption, "mode");
    if (const auto lifetime = duration_at(*resumption, "lifetime")) {
      out.resumption_lifetime = std::chrono::duration_cast<std::chrono::seconds>(*lifetime);
    }
    if (const Node* ref = resumption->find("ticketKeysRef")) {
      out.ticket_keys_ref = read_object_ref(*ref, own_namespace);
    }
  }
  if (const Node* certificates = tls.find("clientCertificates")) {
    out.client_certificates = read_client_certificates(*certificates, own_namespace);
  }
  return out;
}

}  // namespace postern::decode
