#include "controller/source/directory_source.h"

#include <fmt/format.h>

#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "controller/decode/fields.h"
#include "controller/decode/object_meta.h"
#include "controller/decode/yaml.h"
#include "controller/source/data_files.h"
#include "controller/source/directory_walk.h"
#include "controller/source/file_reader.h"

namespace postern::source {

namespace {

model::Problem file_problem(const std::string& file, decode::Mark mark, std::string reason,
                            std::string message) {
  model::Problem out;
  out.place = {file, mark.line, mark.column};
  out.reason = std::move(reason);
  out.message = std::move(message);
  return out;
}

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

Result<Walked, std::string> files_at(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error)) return Walked{{path}, {}};
  auto walked = walk_directory(path);
  if (walked && walked->files.empty() && walked->problems.empty()) {
    return Fail<std::string>(
        fmt::format("the directory {} has no manifests: put a file such as mail.yaml there", path));
  }
  return walked;
}

}  // namespace

void DirectorySource::load_document(decode::Node& document, const std::string& file,
                                    Loading& loading) const {
  if (is_list(document)) {
    decode::Node* items = document.find("items");
    for (std::size_t i = 0; items != nullptr && i < items->items.size(); ++i) {
      if (!is_list(items->items[i])) load_document(items->items[i], file, loading);
    }
    return;
  }
  const model::ObjectKey key = decode::key_of(document);
  const auto [first, is_new] =
      loading.first.emplace(key, model::Place{file, document.mark.line, document.mark.column});
  if (!is_new && !key.name.empty()) {
    model::Problem twice =
        file_problem(file, document.mark, "Duplicate",
                     fmt::format("is written twice: the one at {}:{} counts, take this one away",
                                 first->second.file, first->second.line));
    twice.object = key;
    return loading.loaded.problems.push_back(std::move(twice));
  }
  decode::Decoded decoded = decoder_.decode(document, file);
  std::move(decoded.problems.begin(), decoded.problems.end(),
            std::back_inserter(loading.loaded.problems));
  if (!decoded.object) return;
  auto* secret = std::get_if<model::SecretObject>(&*decoded.object);
  if (secret != nullptr && !read_data_files(*secret, file, loading.loaded.problems)) return;
  loading.loaded.objects.push_back(std::move(*decoded.object));
}

void DirectorySource::load_file(const std::string& file, Loading& loading) const {
  const auto content = read_file(file);
  if (!content) {
    return loading.loaded.problems.push_back(
        file_problem(file, {}, "UnreadableFile", content.error()));
  }
  decode::YamlDocuments read = decode::read_yaml(content->octets.reveal());
  if (read.problem) {
    return loading.loaded.problems.push_back(
        file_problem(file, read.problem->mark, "InvalidYaml", read.problem->message));
  }
  bool secrets = false;
  for (decode::Node& document : read.documents) {
    secrets = secrets || holds_secrets(document);
    load_document(document, file, loading);
  }
  if (secrets && content->world_readable) {
    model::Problem warning =
        file_problem(file, {}, "WorldReadable",
                     fmt::format("holds a Secret and can be read by everybody: chmod o= {}", file));
    warning.severity = model::Severity::Warning;
    loading.loaded.problems.push_back(std::move(warning));
  }
  for (decode::Node& document : read.documents) decode::wipe(document);
}

Result<Loaded, std::string> DirectorySource::load() {
  Loading loading;
  for (const std::string& path : paths_) {
    auto walked = files_at(path);
    if (!walked) return Fail<std::string>(walked.error());
    std::move(walked->problems.begin(), walked->problems.end(),
              std::back_inserter(loading.loaded.problems));
    for (const std::string& file : walked->files) load_file(file, loading);
  }
  return std::move(loading.loaded);
}

}  // namespace postern::source
