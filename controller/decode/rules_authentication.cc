// Rules at providers.
#include "common/base/ascii.h"
#include "controller/decode/rule_words.h"
#include "controller/decode/rules.h"

namespace postern::decode {

namespace {

bool one_provider(const Node& provider) {
  return exactly_one(provider, {"backend", "http", "grpc", "oauth2", "ldap", "passwords", "dovecot",
                                "clientCertificate"});
}

bool cache_keeps_something(const Node& cache) {
  return has(cache, "accepted") || has(cache, "rejected");
}

bool strictness_with_style(const Node& http) {
  return !has(http, "strictness") || is(http, "style", "AuthHTTP");
}

// What auth_http says by header must come from us, or a header could name another user's address.
bool auth_http_headers_are_free(const Node& http) {
  return !is(http, "style", "AuthHTTP") || all_of(http, "headers", [](const Node& header) {
    const std::string name = lower(text_at(header, "name"));
    return !name.starts_with("auth-") && name != "client-ip" && name != "client-host";
  });
}

bool token_is_for_us(const Node& oauth2) {
  return has(oauth2, "audiences") || has(oauth2, "scopes") || has(oauth2, "requiredClaims");
}

bool names_the_user(std::string_view text) {
  return text.find("{user}") != std::string_view::npos ||
         text.find("{localPart}") != std::string_view::npos;
}
bool one_way_to_the_entry(const Node& ldap) {
  return exactly_one(ldap, {"userDNTemplate", "search"});
}
bool template_names_the_user(const Node& ldap) {
  return !has(ldap, "userDNTemplate") || names_the_user(text_at(ldap, "userDNTemplate"));
}
bool filter_names_the_user(const Node& search) { return names_the_user(text_at(search, "filter")); }

constexpr NamedRule kAuthenticationRules[] = {
    {"a provider is exactly one of backend, http, grpc, oauth2, ldap, passwords, dovecot, "
     "clientCertificate",
     one_provider},
    {"cache needs accepted or rejected: what is absent is not kept", cache_keeps_something},
    {"strictness belongs to style AuthHTTP", strictness_with_style},
    {"headers Auth-... and Client-... are written by Postern", auth_http_headers_are_free},
    {"without audiences, scopes or requiredClaims any token of the issuer, made for any other "
     "service, would open the mailbox",
     token_is_for_us},
    {"exactly one of userDNTemplate and search", one_way_to_the_entry},
    {"userDNTemplate must contain {user} or {localPart}", template_names_the_user},
    {"filter must contain {user} or {localPart}", filter_names_the_user},
};

}  // namespace

std::span<const NamedRule> authentication_rules() { return kAuthenticationRules; }

}  // namespace postern::decode
