// Certificates of clients: who asks for them, and who logs in by one.
#include "controller/decode/fields.h"
#include "controller/decode/mail_server.h"

namespace postern::decode {

model::ClientCertificatesSpec read_client_certificates(const Node& certificates,
                                                       const std::string& own_namespace) {
  model::ClientCertificatesSpec out;
  if (has(certificates, "mode")) out.mode = text_at(certificates, "mode");
  for (const Node& ref : items_at(certificates, "caCertificateRefs")) {
    out.ca_certificate_refs.push_back(read_bundle_ref(ref, own_namespace));
  }
  for (const Node& ref : items_at(certificates, "crlRefs")) {
    out.crl_refs.push_back(read_bundle_ref(ref, own_namespace));
    if (!has(ref, "key")) out.crl_refs.back().key = "ca.crl";
  }
  out.max_depth = count_at(certificates, "maxDepth").value_or(out.max_depth);
  if (has(certificates, "caNames")) out.ca_names = text_at(certificates, "caNames");
  return out;
}

model::CertificateProviderSpec read_certificate_provider(const Node& certificate) {
  model::CertificateProviderSpec out;
  if (has(certificate, "usernameFrom")) out.username_from = text_at(certificate, "usernameFrom");
  return out;
}

}  // namespace postern::decode
