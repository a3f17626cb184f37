#include "controller/decode/decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "controller/decode/core_objects.h"
#include "controller/decode/crd_text.h"
#include "controller/decode/fields.h"
#include "controller/decode/honoured.h"
#include "controller/decode/mail_class.h"
#include "controller/decode/mail_server.h"
#include "controller/decode/object_meta.h"
#include "controller/decode/patterns.h"
#include "controller/decode/permissions.h"
#include "controller/decode/presets.h"
#include "controller/decode/rules.h"
#include "controller/decode/schema_check.h"
#include "controller/decode/suggest.h"

namespace postern::decode {

namespace {

using Kind = Node::Kind;
using Read = std::optional<model::Object> (*)(const Schemas&, Node&, model::Meta, Findings&);

void check_by_schema(const SchemaNode& schema, Node& document, Findings& findings) {
  // `kubectl get -o yaml` writes it; it is the controller's word, not the author's.
  document.remove("status");
  check_structure(schema, document, "", findings);
  if (!findings.refused()) check_rules(schema, document, "", findings);
  const bool is_from_a_server = document.mark == Mark{};
  if (is_from_a_server && !findings.refused()) forget_who_wrote_defaults(schema, document);
}

std::optional<model::Object> mail_server(const Schemas& schemas, Node& document, model::Meta meta,
                                         Findings& findings) {
  check_by_schema(schemas.mail_server, document, findings);
  if (findings.refused()) return std::nullopt;
  const Node& spec = *document.find("spec");
  check_honoured_by_mail_server(spec, findings);
  check_patterns(spec, findings);
  if (findings.refused()) return std::nullopt;
  return read_mail_server(document, std::move(meta));
}

// A class forbids things. One that is wrong, or that asks for what is not built, is refused as a
// whole: to hold half of it would allow what its author did not.
std::optional<model::Object> mail_class(const Schemas& schemas, Node& document, model::Meta meta,
                                        Findings& findings) {
  check_by_schema(schemas.mail_class, document, findings);
  if (findings.refused()) return std::nullopt;
  check_honoured_by_mail_class(*document.find("spec"), findings);
  if (findings.refused()) return std::nullopt;
  return read_mail_class(document, std::move(meta));
}

std::optional<model::Object> name_space(const Schemas&, Node&, model::Meta meta, Findings&) {
  return model::NamespaceObject{std::move(meta)};
}

template <auto read>
std::optional<model::Object> core(const Schemas&, Node& document, model::Meta meta,
                                  Findings& findings) {
  auto object = read(document, std::move(meta), findings);
  if (findings.refused()) return std::nullopt;
  return model::Object(std::move(object));
}

struct KindRow {
  std::string_view api_version;
  std::string_view kind;
  Read read;
};
constexpr std::array<KindRow, 10> kKinds = {{
    {"postern.dev/v1alpha1", "MailServer", mail_server},
    {"postern.dev/v1alpha1", "MailClass", mail_class},
    {"v1", "Secret", core<read_secret>},
    {"v1", "ConfigMap", core<read_config_map>},
    {"v1", "Service", core<read_service>},
    {"discovery.k8s.io/v1", "EndpointSlice", core<read_endpoint_slice>},
    {"v1", "Namespace", name_space},
    {"gateway.networking.k8s.io/v1", "ReferenceGrant", core<read_reference_grant>},
    {"gateway.networking.k8s.io/v1beta1", "ReferenceGrant", core<read_reference_grant>},
    {"networking.k8s.io/v1", "IngressClass", core<read_ingress_class>},
}};

bool is_object(const Node& document, Findings& findings) {
  if (document.kind != Kind::Map) {
    findings.add(document, "",
                 "a document must be an object: write apiVersion:, kind: and metadata:");
    return false;
  }
  for (const char* key : {"apiVersion", "kind"}) {
    const Node* value = document.find(key);
    if (value != nullptr && value->kind == Kind::String) continue;
    findings.add(
        value == nullptr ? document : *value, key,
        fmt::format("is missing: write {}: {}", key,
                    std::string_view(key) == "kind" ? "MailServer" : "postern.dev/v1alpha1"));
  }
  return !findings.refused();
}

void tell_foreign(const Node& document, const std::string& kind, Findings& findings) {
  std::vector<std::string> known;
  for (const KindRow& row : kKinds) known.emplace_back(row.kind);
  const Node& at = *document.find("kind");
  // A slip of a letter must not make a mail server vanish with a warning.
  if (const std::string near = nearest(kind, known); !near.empty()) {
    return findings.add(at, "kind",
                        fmt::format("{} is not known: did you mean {}?", quoted(kind), near));
  }
  findings.add(Finding{"kind", at.mark, "UnknownKind",
                       fmt::format("{} is not used here: the document is ignored", quoted(kind)),
                       model::Severity::Warning});
}

const KindRow* row_for(const Node& document, Findings& findings) {
  const std::string version = text_at(document, "apiVersion");
  const std::string kind = text_at(document, "kind");
  const KindRow* same_kind = nullptr;
  for (const KindRow& row : kKinds) {
    if (row.kind != kind) continue;
    if (row.api_version == version) return &row;
    if (same_kind == nullptr) same_kind = &row;
  }
  if (same_kind == nullptr) {
    tell_foreign(document, kind, findings);
  } else {
    findings.add(
        *document.find("apiVersion"), "apiVersion",
        fmt::format("{} has no kind {}: write {}", quoted(version), kind, same_kind->api_version));
  }
  return nullptr;
}

}  // namespace

model::Problem problem_of(Finding finding, const model::ObjectKey& key, const std::string& file) {
  model::Problem out;
  out.object = key;
  out.place = {file, finding.mark.line, finding.mark.column};
  out.field = std::move(finding.field);
  out.reason = std::move(finding.reason);
  out.message = std::move(finding.message);
  out.severity = finding.severity;
  return out;
}

Decoder::Decoder() : schemas_{schema_of_crd(mail_server_crd()), schema_of_crd(mail_class_crd())} {}

Decoded Decoder::decode(Node& document, const std::string& file) const {
  Decoded out;
  Findings findings;
  const KindRow* row = is_object(document, findings) ? row_for(document, findings) : nullptr;
  if (row != nullptr) {
    model::Meta meta = read_meta(document, file, findings);
    out.object = row->read(schemas_, document, std::move(meta), findings);
    if (findings.refused()) out.object.reset();
  }
  const model::ObjectKey key = document.kind == Kind::Map ? key_of(document) : model::ObjectKey{};
  for (Finding& finding : findings.take()) {
    out.problems.push_back(problem_of(std::move(finding), key, file));
  }
  return out;
}

}  // namespace postern::decode
