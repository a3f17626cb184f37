#include "controller/source/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "controller/decode/fields.h"
#include "controller/decode/object_meta.h"
#include "controller/decode/yaml.h"

namespace postern::source {

namespace {

using State = Document::State;

// `kubectl get -o yaml` of several objects gives a List.
bool is_list(const decode::Node& document) {
  return decode::text_at(document, "apiVersion") == "v1" &&
         decode::text_at(document, "kind") == "List";
}

// A Secret whose values are empty takes them from files, whose modes are looked at there.
bool holds_secrets(const decode::Node& document) {
  if (decode::text_at(document, "kind") != "Secret") return false;
  for (const char* key : {"data", "stringData"}) {
    const decode::Node* values = document.find(key);
    if (values == nullptr) continue;
    for (const decode::Member& member : values->members) {
      if (!member.value.text.empty()) return true;
    }
  }
  return false;
}

bool refuses(const model::Problems& problems) {
  return std::ranges::any_of(problems, [](const model::Problem& problem) {
    return problem.severity == model::Severity::Refused;
  });
}

Document read_document(decode::Node& node, const std::string& file,
                       const decode::Decoder& decoder) {
  Document out;
  out.key = decode::key_of(node);
  out.place = {file, node.mark.line, node.mark.column};
  decode::Decoded decoded = decoder.decode(node, file);
  out.problems = std::move(decoded.problems);
  if (decoded.object) {
    out.state = State::Decoded;
    out.decoded = std::make_shared<model::Object>(std::move(*decoded.object));
    out.generation_written = model::meta_of(*out.decoded).generation != 0;
  } else {
    out.state = refuses(out.problems) ? State::Refused : State::Unused;
  }
  return out;
}

void read_documents(decode::Node& node, const std::string& file, const decode::Decoder& decoder,
                    Manifest& out) {
  if (!is_list(node)) return out.documents.push_back(read_document(node, file, decoder));
  decode::Node* items = node.find("items");
  for (std::size_t i = 0; items != nullptr && i < items->items.size(); ++i) {
    decode::Node& item = items->items[i];
    if (!is_list(item)) out.documents.push_back(read_document(item, file, decoder));
  }
}

// What is wrong with it is which object it is: it may be meant to be any.
bool is_unclear(const Document& document) {
  constexpr std::array<std::string_view, 6> kIdentity = {
      "", "apiVersion", "kind", "metadata", "metadata.name", "metadata.namespace"};
  if (document.state != State::Refused) return false;
  return std::ranges::any_of(document.problems, [&](const model::Problem& problem) {
    return problem.severity == model::Severity::Refused &&
           std::ranges::find(kIdentity, problem.field) != kIdentity.end();
  });
}

std::set<model::ObjectKey> keys_of(const std::vector<Document>& documents) {
  std::set<model::ObjectKey> out;
  for (const Document& one : documents) out.insert(one.key);
  return out;
}

Document missed(const model::ObjectKey& key, const std::string& file) {
  Document out;
  out.key = key;
  out.place = {file, 0, 0};
  out.state = State::Missed;
  model::Problem warning =
      file_problem(file, {}, "Missed",
                   "is not in this file any more, where a document is refused that may be it: the "
                   "last good one stays until that is right or taken away");
  warning.object = out.key;
  warning.severity = model::Severity::Warning;
  out.problems.push_back(std::move(warning));
  return out;
}

}  // namespace

model::Problem file_problem(const std::string& file, decode::Mark mark, std::string reason,
                            std::string message) {
  model::Problem out;
  out.place = {file, mark.line, mark.column};
  out.reason = std::move(reason);
  out.message = std::move(message);
  return out;
}

Manifest read_manifest(const FileContent& content, const std::string& file,
                       const decode::Decoder& decoder) {
  Manifest out;
  decode::YamlDocuments read = decode::read_yaml(content.octets.reveal());
  if (read.problem) {
    model::Problem problem =
        file_problem(file, read.problem->mark, "InvalidYaml", read.problem->message);
    // What a class forbids must not be allowed because nobody can read it.
    if (content.octets.reveal().find("MailClass") != std::string_view::npos) {
      problem.object.kind = "MailClass";
    }
    out.problems.push_back(std::move(problem));
    return out;
  }
  out.parsed = true;
  bool secrets = false;
  for (decode::Node& document : read.documents) {
    secrets = secrets || holds_secrets(document);
    read_documents(document, file, decoder, out);
  }
  if (secrets && content.world_readable) {
    model::Problem warning =
        file_problem(file, {}, "WorldReadable",
                     fmt::format("holds a Secret and can be read by everybody: chmod o= {}", file));
    warning.severity = model::Severity::Warning;
    out.problems.push_back(std::move(warning));
  }
  for (decode::Node& document : read.documents) decode::wipe(document);
  return out;
}

void keep_what_was_known(const Before& before, Manifest& now) {
  if (!now.parsed || before.documents.empty()) return;
  if (now.documents.empty()) {
    now.parsed = false;
    now.problems.push_back(
        file_problem(before.file, {}, "EmptyFile",
                     "has no objects any more: what it had stays; to take that away, remove the "
                     "file"));
    return;
  }
  if (!std::ranges::any_of(now.documents, is_unclear)) return;
  const std::set<model::ObjectKey> new_keys = keys_of(now.documents);
  for (const model::ObjectKey& key : keys_of(before.documents)) {
    if (new_keys.contains(key) || !before.known(key)) continue;
    now.documents.push_back(missed(key, before.file));
  }
}

}  // namespace postern::source
