// Secrets and ConfigMaps.
#include <fmt/format.h>

#include "common/base/bytes.h"
#include "controller/decode/base64.h"
#include "controller/decode/certificate.h"
#include "controller/decode/core_fields.h"
#include "controller/decode/core_objects.h"

namespace postern::decode {

namespace {

using Kind = Node::Kind;

// The value is never in the message: it may be a password.
const Node* text_value(const Member& member, const std::string& path, Findings& findings) {
  if (member.value.kind == Kind::String) return &member.value;
  if (member.value.kind != Kind::Null) {
    findings.add(member.value, join(path, member.key), "must be text: write it in quotes");
  }
  return nullptr;
}

void read_data(const Node& document, model::SecretObject& out, Findings& findings) {
  const Node* data = typed(document, "", "data", Kind::Map, findings);
  if (data == nullptr) return;
  for (const Member& member : data->members) {
    const Node* value = text_value(member, "data", findings);
    if (value == nullptr) {
      out.data[member.key] = SharedSecret();
      continue;
    }
    std::optional<std::string> octets = decode_base64(value->text);
    if (!octets) {
      findings.add(*value, join("data", member.key),
                   "is not base64: encode it, or write it under stringData as it is");
      continue;
    }
    out.data[member.key] = SharedSecret(*octets);
    postern::wipe(octets->data(), octets->size());
  }
}

void read_string_data(const Node& document, model::SecretObject& out, Findings& findings) {
  const Node* data = typed(document, "", "stringData", Kind::Map, findings);
  if (data == nullptr) return;
  for (const Member& member : data->members) {
    if (const Node* value = text_value(member, "stringData", findings)) {
      out.data[member.key] = SharedSecret(value->text);
    }
  }
}

void want_both_keys(const Node& document, const model::SecretObject& secret, Findings& findings) {
  for (const char* key : {"tls.crt", "tls.key"}) {
    if (secret.data.contains(key)) continue;
    findings.add(document, join("data", key),
                 fmt::format("is missing: a Secret of type {} has tls.crt and tls.key (empty ones "
                             "if they come from files)",
                             kTlsSecret));
  }
}

}  // namespace

void read_certificate_of(model::SecretObject& secret) {
  secret.certificate.reset();
  if (secret.type != kTlsSecret) return;
  secret.certificate =
      read_certificate(secret.data["tls.crt"].reveal(), secret.data["tls.key"].reveal());
}

model::SecretObject read_secret(const Node& document, model::Meta meta, Findings& findings) {
  model::SecretObject out;
  out.meta = std::move(meta);
  out.type = checked_text(document, "", "type", findings);
  if (out.type.empty()) out.type = "Opaque";
  read_data(document, out, findings);
  read_string_data(document, out, findings);
  if (out.type == kTlsSecret && !findings.refused()) want_both_keys(document, out, findings);
  if (!findings.refused() && !out.meta.annotations.contains(std::string(kDataFromFiles))) {
    read_certificate_of(out);
  }
  return out;
}

model::ConfigMapObject read_config_map(const Node& document, model::Meta meta, Findings& findings) {
  model::ConfigMapObject out;
  out.meta = std::move(meta);
  const Node* data = typed(document, "", "data", Kind::Map, findings);
  if (data == nullptr) return out;
  for (const Member& member : data->members) {
    if (const Node* value = text_value(member, "data", findings)) {
      out.data[member.key] = value->text;
    }
  }
  return out;
}

}  // namespace postern::decode
