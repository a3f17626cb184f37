#include <fmt/format.h>

#include "common/wire/bodies.h"

namespace postern::wire {

namespace {

// 8 references of either kind are what a manifest can have.
constexpr int kMostBundles = 64;
constexpr std::uint32_t kMostDepth = 10;

template <class List>
std::vector<std::string> decode_secrets(const List& list, const FieldPath& here,
                                        Decoding& decoding) {
  if (list.size() > kMostBundles) {
    decoding.refuse(here, fmt::format("has more than {}", kMostBundles));
  }
  for (int i = 0; i < list.size(); ++i) decoding.required(list[i], here.at(i));
  return texts(list);
}

}  // namespace

void encode_client_certificates(const config::ClientCertificates& rules,
                                pb::ClientCertificates& out) {
  out.set_mode(to_wire(rules.mode, kClientCertificateModes));
  put_texts(rules.trust, out.mutable_trust());
  put_texts(rules.revocations, out.mutable_revocations());
  out.set_max_depth(rules.max_depth);
  out.set_sends_ca_names(rules.sends_ca_names);
}

config::ClientCertificates decode_client_certificates(const pb::ClientCertificates& message,
                                                      Decoding& decoding) {
  const FieldPath tls{nullptr, "tls"};
  const FieldPath here = tls / "client_certificates";
  config::ClientCertificates rules;
  rules.mode = decoding.choice(message.mode(), kClientCertificateModes, here / "mode");
  const FieldPath trust = here / "trust";
  rules.trust = decode_secrets(message.trust(), trust, decoding);
  // Verified by nobody would be verified by whatever the reader takes instead.
  if (rules.trust.empty() && rules.mode != config::ClientCertificateMode::OptionalUnverified) {
    decoding.refuse(trust, "is empty");
  }
  const FieldPath revocations = here / "revocations";
  rules.revocations = decode_secrets(message.revocations(), revocations, decoding);
  rules.max_depth = message.max_depth();
  if (rules.max_depth < 1 || rules.max_depth > kMostDepth) {
    decoding.refuse(here / "max_depth",
                    fmt::format("{} is not from 1 to {}", rules.max_depth, kMostDepth));
  }
  rules.sends_ca_names = message.sends_ca_names();
  return rules;
}

}  // namespace postern::wire
