// Certificates that clients show: whether one is asked for, whom it must be from, and where in it a
// login name stands. Authorities and revocation lists are SECRET resources in PEM.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postern::config {

// Optional: one that is shown must verify. OptionalUnverified: errors of the chain are told to auth
// services; such a certificate never logs anybody in.
enum class ClientCertificateMode : std::uint8_t { None, Optional, Required, OptionalUnverified };

struct ClientCertificates {
  ClientCertificateMode mode = ClientCertificateMode::None;  // None: none is asked for
  std::vector<std::string> trust;                            // SECRET resources with authorities
  std::vector<std::string> revocations;  // SECRET resources with lists; then each issuer needs one
  std::uint32_t max_depth = 2;           // authorities between the client's and a trusted one
  bool sends_ca_names = true;            // who is trusted is told to clients
  friend bool operator==(const ClientCertificates&, const ClientCertificates&) = default;
};

// Where the name stands in a certificate: the first of its kind counts.
enum class CertificateName : std::uint8_t { SanEmail, SanDns, SanUri, SubjectCommonName };

// The client's verified certificate says who he is; nobody is asked.
struct CertificateProvider {
  CertificateName name_from = CertificateName::SanEmail;
  friend bool operator==(const CertificateProvider&, const CertificateProvider&) = default;
};

// A proxy that does not know of them would let in whoever shows none, or a revoked one.
inline constexpr std::string_view kClientCertificates = "client-certificates";

}  // namespace postern::config
