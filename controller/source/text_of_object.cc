#include "controller/source/text_of_object.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "controller/decode/core_objects.h"
#include "controller/decode/fields.h"
#include "controller/decode/json_document.h"
#include "controller/decode/object_meta.h"

namespace postern::source {

namespace {

using decode::Node;

// What later versions of Kubernetes may add must not refuse an object.
constexpr std::array<std::string_view, 8> kMetadata = {"name",        "namespace",         "uid",
                                                       "generation",  "creationTimestamp", "labels",
                                                       "annotations", "resourceVersion"};

// They stand in for a cluster where there is none: a file of this machine, an address that nobody
// checked. Here they would let whoever may write a Service or a Secret choose.
constexpr std::array<std::string_view, 2> kOfDirectories = {decode::kDataFromFiles,
                                                            decode::kAddresses};

Node text_node(std::string_view text) {
  Node out;
  out.kind = Node::Kind::String;
  out.text = text;
  return out;
}

void put_text(Node& map, std::string_view key, std::string_view text) {
  map.remove(key);
  map.members.push_back({std::string(key), text_node(text)});
}

kube::Revision revision_of(const Node& metadata) {
  const std::string text = decode::text_at(metadata, "resourceVersion");
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void keep_what_is_used(Node& metadata) {
  std::erase_if(metadata.members, [](const decode::Member& member) {
    return std::ranges::find(kMetadata, member.key) == kMetadata.end();
  });
  if (Node* annotations = metadata.find("annotations")) {
    for (const std::string_view name : kOfDirectories) annotations->remove(name);
  }
}

Identity identity_of(const Node& document, const Node& metadata) {
  Identity out;
  out.key = decode::key_of(document);
  out.uid = decode::text_at(metadata, "uid");
  if (const Node* generation = metadata.find("generation")) {
    out.generation = decode::number_of(*generation);
  }
  out.revision = revision_of(metadata);
  const Node* spec = out.key.kind == "MailServer" ? document.find("spec") : nullptr;
  if (spec != nullptr) out.ingress_class = decode::text_at(*spec, "ingressClassName");
  return out;
}

// Half of what a hundred thousand endpoints would take.
void drop_what_nobody_reads(model::Object& object) {
  model::Meta& meta = model::meta_of(object);
  meta.annotations.clear();
  if (!std::holds_alternative<model::NamespaceObject>(object)) meta.labels.clear();
}

}  // namespace

Result<ObjectText, std::string> ObjectText::read(const WatchedKind& kind, std::string_view json) {
  auto read = decode::read_json(json);
  if (!read) return Fail<std::string>(read.error());
  Node document = std::move(*read);
  const std::string said = decode::text_at(document, "kind");
  Node* metadata = document.find("metadata");
  const bool is_it = document.kind == Node::Kind::Map && (said.empty() || said == kind.kind) &&
                     metadata != nullptr && metadata->kind == Node::Kind::Map &&
                     !decode::text_at(*metadata, "name").empty();
  if (!is_it) {
    decode::wipe(document);
    return Fail(fmt::format("it is no {}", kind.kind));
  }
  put_text(document, "kind", kind.kind);
  const bool is_looked_up = !kind.versions.empty();
  put_text(document, "apiVersion",
           is_looked_up ? fmt::format("{}/v1", kind.api_version) : std::string(kind.api_version));
  metadata = document.find("metadata");
  Identity identity = identity_of(document, *metadata);
  keep_what_is_used(*metadata);
  return ObjectText(std::move(document), std::move(identity));
}

ObjectText::~ObjectText() { decode::wipe(document_); }

ReadObject ObjectText::decode(const decode::Decoder& decoder) {
  decode::Decoded decoded = decoder.decode(document_, "");
  ReadObject out{std::move(identity_), nullptr, std::move(decoded.problems)};
  if (decoded.object) {
    drop_what_nobody_reads(*decoded.object);
    out.object = std::make_shared<const model::Object>(std::move(*decoded.object));
  }
  return out;
}

}  // namespace postern::source
