#include "controller/source/data_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/ascii.h"
#include "controller/decode/core_objects.h"
#include "controller/source/file_reader.h"

namespace postern::source {

namespace {

using Pair = std::pair<std::string, std::string>;

std::string trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

std::vector<Pair> pairs_in(std::string_view text) {
  std::vector<Pair> out;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const std::string_view one = text.substr(0, comma);
    const auto equals = one.find('=');
    out.emplace_back(trimmed(one.substr(0, equals)),
                     equals == std::string_view::npos ? "" : trimmed(one.substr(equals + 1)));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return out;
}

std::string path_of(const std::string& name, const std::string& manifest) {
  return (std::filesystem::path(manifest).parent_path() / name).string();
}

model::Problem problem_of(const model::SecretObject& secret, std::string message) {
  model::Problem out;
  out.object = secret.meta.key;
  out.field = fmt::format("metadata.annotations['{}']", decode::kDataFromFiles);
  out.place = secret.meta.place_of(out.field);
  out.reason = "InvalidField";
  out.message = std::move(message);
  return out;
}

// A certificate is public; everything else in a Secret is taken for private.
bool is_public(std::string_view key) { return key.ends_with(".crt"); }

bool read_one(model::SecretObject& secret, const Pair& pair, const std::string& manifest,
              model::Problems& problems) {
  const auto& [key, name] = pair;
  if (key.empty() || name.empty()) {
    problems.push_back(problem_of(secret,
                                  "write KEY=FILE, several with commas between them: "
                                  "tls.crt=mail.pem,tls.key=mail.key"));
    return false;
  }
  const std::string path = path_of(name, manifest);
  auto content = read_file(path);
  if (!content) {
    problems.push_back(
        problem_of(secret, fmt::format("the file {} {}", printable(path), content.error())));
    return false;
  }
  if (content->world_readable && !is_public(key)) {
    model::Problem warning =
        problem_of(secret, fmt::format("the file {} can be read by everybody: chmod o= {}",
                                       printable(path), printable(path)));
    warning.reason = "WorldReadable";
    warning.severity = model::Severity::Warning;
    problems.push_back(std::move(warning));
  }
  secret.data[key] = SharedSecret(content->octets.reveal());
  return true;
}

}  // namespace

bool read_data_files(model::SecretObject& secret, const std::string& manifest,
                     model::Problems& problems) {
  const auto written = secret.meta.annotations.find(std::string(decode::kDataFromFiles));
  if (written == secret.meta.annotations.end()) return true;
  const std::vector<Pair> pairs = pairs_in(written->second);
  bool all = !pairs.empty();
  if (pairs.empty()) problems.push_back(problem_of(secret, "is empty: write tls.crt=mail.pem"));
  for (const Pair& pair : pairs) all = read_one(secret, pair, manifest, problems) && all;
  if (all) decode::read_certificate_of(secret);
  return all;
}

std::vector<std::string> data_files_of(const model::SecretObject& secret,
                                       const std::string& manifest) {
  std::vector<std::string> out;
  const auto written = secret.meta.annotations.find(std::string(decode::kDataFromFiles));
  if (written == secret.meta.annotations.end()) return out;
  for (const auto& [key, name] : pairs_in(written->second)) {
    if (!name.empty()) out.push_back(path_of(name, manifest));
  }
  return out;
}

}  // namespace postern::source
