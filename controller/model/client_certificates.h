// Certificates of clients, as a MailServer writes it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/model/references.h"

namespace postern::model {

struct ClientCertificatesSpec {
  std::string mode = "Optional";
  std::vector<BundleRef> ca_certificate_refs;
  std::vector<BundleRef> crl_refs;
  std::uint32_t max_depth = 2;
  std::string ca_names = "Send";
  friend bool operator==(const ClientCertificatesSpec&, const ClientCertificatesSpec&) = default;
};

struct CertificateProviderSpec {
  std::string username_from = "SANEmail";
  friend bool operator==(const CertificateProviderSpec&, const CertificateProviderSpec&) = default;
};

}  // namespace postern::model
