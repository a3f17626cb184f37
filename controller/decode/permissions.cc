#include "controller/decode/permissions.h"

#include <utility>

#include "controller/decode/core_fields.h"
#include "controller/decode/fields.h"

namespace postern::decode {

namespace {

using Kind = Node::Kind;

constexpr std::string_view kGroup = "postern.dev";
constexpr const char* kIsDefault = "ingressclass.kubernetes.io/is-default-class";

// Each entry of a list that a grant needs; one that is no block of fields is told.
template <class Take>
void each_of(const Node& spec, std::string_view key, Findings& findings, Take take) {
  const std::string path = join("spec", key);
  const Node* list = typed(spec, "spec", key, Kind::List, findings);
  if (list == nullptr) {
    if (!has(spec, key)) findings.add(spec, path, "is missing: such a grant allows nothing");
    return;
  }
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const Node& item = list->items[i];
    if (item.kind == Kind::Map) {
      take(item, join(path, i));
    } else {
      findings.add(item, join(path, i), "must be a block of fields");
    }
  }
}

bool is_ours(const Node& from, const std::string& path, Findings& findings) {
  return checked_text(from, path, "group", findings) == kGroup &&
         checked_text(from, path, "kind", findings) == "MailServer";
}

bool is_referred_to(std::string_view kind) {
  return kind == "Secret" || kind == "ConfigMap" || kind == "Service";
}

}  // namespace

model::ReferenceGrant read_reference_grant(const Node& document, model::Meta meta,
                                           Findings& findings) {
  model::ReferenceGrant out;
  out.meta = std::move(meta);
  const Node* spec = typed(document, "", "spec", Kind::Map, findings);
  if (spec == nullptr) {
    if (!has(document, "spec")) findings.add(document, "spec", "is missing");
    return out;
  }
  each_of(*spec, "from", findings, [&](const Node& from, const std::string& path) {
    if (!is_ours(from, path, findings)) return;
    std::string wanted = checked_text(from, path, "namespace", findings);
    if (wanted.empty()) {
      findings.add(from, join(path, "namespace"), "is missing: write whose MailServers may refer");
    }
    out.namespaces.push_back(std::move(wanted));
  });
  each_of(*spec, "to", findings, [&](const Node& to, const std::string& path) {
    std::string kind = checked_text(to, path, "kind", findings);
    // The core group, which has no name.
    if (!checked_text(to, path, "group", findings).empty() || !is_referred_to(kind)) return;
    // A name that is there and empty is nobody's: it must not mean "all".
    const Node* name = to.find("name");
    std::string named = checked_text(to, path, "name", findings);
    const bool is_text =
        name != nullptr && (name->kind == Kind::String || name->kind == Kind::Null);
    if (is_text && named.empty()) {
      findings.add(*name, join(path, "name"), "is empty: write a name, or leave it out for all");
    }
    out.objects.push_back({std::move(kind), std::move(named)});
  });
  return out;
}

model::IngressClass read_ingress_class(const Node& document, model::Meta meta, Findings& findings) {
  model::IngressClass out;
  out.meta = std::move(meta);
  const auto annotation = out.meta.annotations.find(kIsDefault);
  out.is_default = annotation != out.meta.annotations.end() && annotation->second == "true";
  const Node* spec = typed(document, "", "spec", Kind::Map, findings);
  if (spec == nullptr) return out;
  out.controller = checked_text(*spec, "spec", "controller", findings);
  const Node* parameters = typed(*spec, "spec", "parameters", Kind::Map, findings);
  if (parameters == nullptr) return out;
  const std::string path = "spec.parameters";
  const std::string kind = checked_text(*parameters, path, "kind", findings);
  const std::string name = checked_text(*parameters, path, "name", findings);
  const bool ours =
      kind == "MailClass" && checked_text(*parameters, path, "apiGroup", findings) == kGroup;
  out.parameters = model::ClassParameters{ours ? name : std::string(), kind + " " + name};
  return out;
}

}  // namespace postern::decode
