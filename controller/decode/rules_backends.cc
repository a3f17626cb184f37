// Rules at backends.
#include "common/base/ascii.h"
#include "controller/decode/rule_words.h"
#include "controller/decode/rules.h"

namespace postern::decode {

namespace {

bool one_place(const Node& backend) {
  return exactly_one(backend, {"service", "statefulSet", "addresses", "dynamic"});
}

bool users_stay_on_their_volume(const Node& backend) {
  const Node* balancing = backend.find("balancing");
  return !has(backend, "statefulSet") || balancing == nullptr ||
         (is(*balancing, "policy", "ConsistentHash") && !is(*balancing, "hashKey", "Source") &&
          !is(*balancing, "onUnavailable", "NextMember"));
}

bool dynamic_stands_alone(const Node& backend) {
  return !has(backend, "dynamic") || (!has(backend, "balancing") && !has(backend, "healthCheck") &&
                                      !has(backend, "maxSessionsPerMember"));
}

std::string method_of(const Node& holder) {
  const Node* login = holder.find("login");
  return login == nullptr ? std::string() : text_at(*login, "method");
}

bool certificate_for_login(const Node& backend) {
  const auto no_certificate = [](const Node& holder) {
    return method_of(holder) != "ClientCertificate";
  };
  return (no_certificate(backend) && all_of(backend, "ports", no_certificate)) ||
         at(backend, "tls.clientCertificateRef") != nullptr;
}

bool is_of_submission(std::string_view method) { return is_one_of(method, {"XClient", "None"}); }

bool smtp_methods_at_smtp_ports(const Node& backend) {
  return all_of(backend, "ports", [](const Node& port) {
    return !is_of_submission(method_of(port)) || is(port, "protocol", "Submission");
  });
}
bool smtp_methods_in_ports_only(const Node& backend) {
  return !is_of_submission(method_of(backend));
}

// One label: letters, digits and -, no - at its ends, at most 63.
bool is_host_label(std::string_view label) {
  constexpr std::size_t kLongestLabel = 63;
  return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
           return is_letter(c) || is_digit(c) || c == '-';
         });
}

// The last label begins with a letter, so that 999.1.1.1 is no host name.
bool is_host(std::string_view name) {
  for (;;) {
    const auto dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    if (!is_host_label(label)) return false;
    if (dot == std::string_view::npos) return is_letter(label.front());
    name.remove_prefix(dot + 1);
  }
}

bool is_address(const Node& address) { return is_ip(address.text) || is_host(address.text); }

bool deliveries_do_not_log_in(const Node& port) {
  return !has(port, "login") || !(is(port, "protocol", "MX") || is(port, "protocol", "LMTP"));
}

bool secret_with_master(const Node& login) {
  return is(login, "method", "MasterUser") == has(login, "secretRef");
}
bool form_with_master(const Node& login) {
  return !has(login, "form") || is(login, "method", "MasterUser");
}
bool separator_with_form(const Node& login) {
  return !has(login, "separator") || (has(login, "form") && !is(login, "form", "AuthzID"));
}

bool hash_key_with_hash(const Node& balancing) {
  return !has(balancing, "hashKey") || is(balancing, "policy", "ConsistentHash");
}
bool zones_keep_the_hash(const Node& balancing) {
  return is(balancing, "zones", "Ignore") || !is(balancing, "policy", "ConsistentHash");
}

constexpr NamedRule kBackendRules[] = {
    {"a backend is exactly one of service, statefulSet, addresses, dynamic", one_place},
    {"the pods of a statefulSet have a volume each: policy ConsistentHash by User or Domain, and "
     "never NextMember",
     users_stay_on_their_volume},
    {"the auth provider chooses the address of a dynamic backend: balancing, healthCheck and "
     "maxSessionsPerMember do not apply",
     dynamic_stands_alone},
    {"method ClientCertificate needs tls.clientCertificateRef", certificate_for_login},
    {"methods XClient and None are for Submission", smtp_methods_at_smtp_ports},
    {"methods XClient and None are for Submission: set them in ports", smtp_methods_in_ports_only},
    {"must be an IP address or a host name", is_address},
    {"MX and LMTP do not log in", deliveries_do_not_log_in},
    {"secretRef belongs to method MasterUser, and MasterUser needs it", secret_with_master},
    {"form belongs to method MasterUser", form_with_master},
    {"separator belongs to form NameThenMaster or MasterThenName", separator_with_form},
    {"hashKey belongs to policy ConsistentHash", hash_key_with_hash},
    {"zones: Prefer would break the hash: the same user on two members", zones_keep_the_hash},
};

}  // namespace

std::span<const NamedRule> backend_rules() { return kBackendRules; }

}  // namespace postern::decode
