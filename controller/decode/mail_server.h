// A checked MailServer document → model::MailServer, with what the reference says holds when a
// field is absent. Structure, rules and honoured fields were checked before (decoder.cc).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/decode/document.h"
#include "controller/model/mail_server.h"

namespace postern::decode {

[[nodiscard]] model::MailServer read_mail_server(const Node& document, model::Meta meta);

// The parts, one file each.
[[nodiscard]] model::ProtocolSpec read_imap(const Node& imap, const std::string& own_namespace);
[[nodiscard]] model::ProxyProtocolSpec read_proxy_protocol(const Node& proxy,
                                                           const std::string& own_namespace);
[[nodiscard]] model::LimitsSpec read_limits(const Node& limits);
[[nodiscard]] model::TlsSpec read_tls(const Node& tls, const std::string& own_namespace);
[[nodiscard]] model::UsersSpec read_users(const Node& users);
[[nodiscard]] std::vector<model::ProviderSpec> read_providers(const Node& spec,
                                                              const std::string& own_namespace);
[[nodiscard]] model::ClientCertificatesSpec read_client_certificates(
    const Node& certificates, const std::string& own_namespace);
[[nodiscard]] model::CertificateProviderSpec read_certificate_provider(const Node& certificate);
[[nodiscard]] model::MembersSpec read_members(const Node& backend);
[[nodiscard]] model::BackendSpec read_backend(const Node& backend,
                                              const std::string& own_namespace);
[[nodiscard]] model::LoginSpec read_login(const Node& login, const std::string& own_namespace);
[[nodiscard]] std::optional<model::MasterUsersSpec> read_master_users(const Node& spec);
[[nodiscard]] model::RoutingSpec read_routing(const Node& spec, const std::string& own_namespace);
[[nodiscard]] model::ObjectRef read_object_ref(const Node& ref, const std::string& own_namespace);
[[nodiscard]] model::BundleRef read_bundle_ref(const Node& ref, const std::string& own_namespace);
// `key`: where none is written.
[[nodiscard]] model::ConfigMapKeyRef read_config_map_key_ref(const Node& ref,
                                                             const std::string& own_namespace,
                                                             std::string_view key);

}  // namespace postern::decode
