// Rules at spec: what one block needs of another.
#include "controller/decode/rule_words.h"
#include "controller/decode/rules.h"

namespace postern::decode {

namespace {

bool says_disabled(const Node& listener) { return is(listener, "tls", "Disabled"); }

bool tls_where_needed(const Node& spec) {
  if (has(spec, "tls")) return true;
  const Node* protocols = spec.find("protocols");
  return protocols != nullptr &&
         std::all_of(kProtocolKeys.begin(), kProtocolKeys.end(), [&](std::string_view key) {
           const Node* protocol = protocols->find(key);
           return protocol == nullptr ||
                  (has(*protocol, "listeners") && all_of(*protocol, "listeners", says_disabled));
         });
}

bool server_name_where_needed(const Node& spec) {
  return has(spec, "serverName") || items_at(spec, "hostnames").empty() ||
         any_of(spec, "hostnames", [](const Node& name) { return !name.text.starts_with("*."); });
}

bool has_domains(const Node& spec) { return has(spec, "domains") || has(spec, "domainsFrom"); }

bool mx_has_domains(const Node& spec) {
  const Node* mx = at(spec, "protocols.mx");
  return mx == nullptr || is(*mx, "recipientPolicy", "Provider") || has_domains(spec);
}

bool lmtp_has_domains(const Node& spec) {
  const Node* lmtp = at(spec, "protocols.lmtp");
  return lmtp == nullptr || !has(*lmtp, "recipientPolicy") ||
         is(*lmtp, "recipientPolicy", "Provider") || has_domains(spec);
}

bool recipient_provider(const Node& spec) {
  const Node* mx = at(spec, "protocols.mx");
  const Node* lmtp = at(spec, "protocols.lmtp");
  const bool mx_is_content = mx == nullptr || is(*mx, "recipientPolicy", "Domains");
  const bool lmtp_is_content =
      lmtp == nullptr || !has(*lmtp, "recipientPolicy") || is(*lmtp, "recipientPolicy", "Domains");
  return (mx_is_content && lmtp_is_content) ||
         any_of(spec, "authentication.providers",
                [](const Node& p) { return has(p, "http") || has(p, "grpc"); });
}

bool certificates_are_verified(const Node& spec) {
  const Node* certificates = at(spec, "tls.clientCertificates");
  return (certificates != nullptr && !is(*certificates, "mode", "OptionalUnverified")) ||
         !any_of(spec, "authentication.providers",
                 [](const Node& p) { return has(p, "clientCertificate"); });
}

bool login_is_the_users(const Node& holder) {
  const Node* login = holder.find("login");
  return login == nullptr || is(*login, "method", "Password") || is(*login, "method", "OAuthToken");
}

// Every other method opens mailboxes for a user whom somebody must have verified.
bool somebody_verifies(const Node& spec) {
  return any_of(spec, "authentication.providers",
                [](const Node& p) { return !has(p, "backend"); }) ||
         all_of(spec, "backends", [](const Node& backend) {
           return login_is_the_users(backend) && all_of(backend, "ports", login_is_the_users);
         });
}

bool dynamic_has_an_address(const Node& spec) {
  return !any_of(spec, "backends", [](const Node& b) { return has(b, "dynamic"); }) ||
         any_of(spec, "authentication.providers", [](const Node& p) {
           return has(p, "http") || has(p, "grpc") || has(p, "dovecot");
         });
}

bool filters_have_mail(const Node& spec) {
  return !has(spec, "filters") || at(spec, "protocols.mx") != nullptr ||
         at(spec, "protocols.lmtp") != nullptr;
}

constexpr NamedRule kSpecRules[] = {
    {"tls.certificateRefs is required unless every listener says tls: Disabled", tls_where_needed},
    {"serverName is required when every hostname is a wildcard", server_name_where_needed},
    {"MX needs domains or domainsFrom: without them it would be an open relay", mx_has_domains},
    {"this recipientPolicy of LMTP needs domains or domainsFrom", lmtp_has_domains},
    {"recipientPolicy Provider needs an http or grpc provider", recipient_provider},
    {"a clientCertificate provider needs tls.clientCertificates that are verified",
     certificates_are_verified},
    {"this login method needs a provider that verifies users: the backend would let everybody in",
     somebody_verifies},
    {"a dynamic backend needs an http, grpc or dovecot provider that returns the address",
     dynamic_has_an_address},
    {"filters need MX or LMTP", filters_have_mail},
};

}  // namespace

std::span<const NamedRule> spec_rules() { return kSpecRules; }

}  // namespace postern::decode
