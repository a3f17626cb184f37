#include "controller/source/manifest_shelf.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "controller/source/file_reader.h"

namespace postern::source {

namespace {

// To compile the schema takes as long as to read a hundred manifests, and it never changes.
const decode::Decoder& decoder() {
  static const decode::Decoder kDecoder;
  return kDecoder;
}

void add(const model::Problems& some, model::Problems& out) {
  out.insert(out.end(), some.begin(), some.end());
}

model::Problem written_twice(const Document& document) {
  model::Problem out =
      file_problem(document.place.file, {document.place.line, document.place.column}, "Duplicate",
                   fmt::format("is written twice: the one at {}:{} counts, take this one away",
                               document.first->file, document.first->line));
  out.object = document.key;
  return out;
}

void problems_of(const Document& document, model::Problems& out) {
  if (!document.first) {
    add(document.problems, out);
    return add(document.completion_problems, out);
  }
  // What is elsewhere is not missed, and what does not count need not be right.
  if (document.state != Document::State::Missed) out.push_back(written_twice(document));
}

bool leads_to_files(const std::vector<Document>& documents) {
  return std::ranges::any_of(documents,
                             [](const Document& one) { return !one.data_files.empty(); });
}

bool is_below(const std::string& path, const std::string& folder) {
  return path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

// Its file is there, or is behind a door that is shut now: not gone.
bool is_excused(const std::string& file, const Walked& walked) {
  return std::ranges::any_of(walked.problems, [&](const model::Problem& problem) {
    return is_below(file, problem.place.file);
  });
}

}  // namespace

Result<ManifestShelf::Found, std::string> ManifestShelf::walk() const {
  Found out;
  Walked& all = out.walked;
  for (const std::string& path : paths_) {
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) {
      all.files.push_back(path);
      continue;
    }
    auto one = walk_directory(path);
    if (!one) return Fail<std::string>(one.error());
    if (one->files.empty() && one->problems.empty()) out.empty = path;
    std::ranges::move(one->files, std::back_inserter(all.files));
    std::ranges::move(one->folders, std::back_inserter(all.folders));
    std::ranges::move(one->problems, std::back_inserter(all.problems));
    all.full = all.full || one->full;
  }
  return out;
}

Result<void, std::string> ManifestShelf::refresh(Settling* settling, WallTime wall) {
  auto found = walk();
  if (!found) return Fail<std::string>(found.error());
  if (!found->empty.empty()) {
    // Whoever saves the only file may have moved it away for a moment.
    if (settling != nullptr && !settling->settled(found->empty, look_at(found->empty))) return {};
    return Fail<std::string>(fmt::format(
        "the directory {} has no manifests: put a file such as mail.yaml there", found->empty));
  }
  Walked& walked = found->walked;
  ++round_;
  take_files(walked, settling, wall);
  drop_missing(walked, settling);
  if (walked.folders != folders_) ++moved_;
  folders_ = std::move(walked.folders);
  walk_problems_ = std::move(walked.problems);
  return {};
}

void ManifestShelf::take_files(const Walked& walked, Settling* settling, WallTime wall) {
  // Both are in the same order, so that the next known file is mostly the next one found.
  auto next = files_.begin();
  for (const std::string& file : walked.files) {
    const auto known = next != files_.end() && next->first == file ? next : files_.find(file);
    const bool is_known = known != files_.end();
    if (is_known) {
      known->second.round = round_;
      next = std::next(known);
    }
    // Those that are known and were pushed out of the first kMostFiles are still there.
    if (!is_known && files_.size() >= kMostFiles) continue;
    const Look look = look_at(file);
    if (!look.stamp || (is_known && known->second.seen.still(look))) continue;
    if (settling == nullptr || settling->settled(file, look)) take(file, look, wall);
  }
}

void ManifestShelf::take(const std::string& file, const Look& look, WallTime wall) {
  const auto content = read_file(file);
  ++files_read_;
  // Gone since it was looked at: that is for the next look.
  if (!content && !look_at(file).stamp) return;
  const auto [at, is_new] = files_.try_emplace(file);
  at->second.seen = seen(look, wall);
  at->second.round = round_;
  if (content) return put(at, read_manifest(*content, file, decoder()));
  at->second.problems = {file_problem(file, {}, "UnreadableFile", content.error())};
  at->second.parsed = false;
  // No stamp tells when descriptors or a disk are there again.
  at->second.seen.firm = false;
}

void ManifestShelf::put(Files::iterator at, Manifest manifest) {
  const std::string& file = at->first;
  Kept& kept = at->second;
  keep_what_was_known(
      {file, kept.documents, [this](const model::ObjectKey& key) { return table_.knows(key); }},
      manifest);
  kept.problems = std::move(manifest.problems);
  kept.parsed = manifest.parsed;
  if (!manifest.parsed) return;
  table_.take_away(file, kept.documents);
  // What the new documents lead to is known when they are complete.
  if (leads_to_files(kept.documents)) ++moved_;
  kept.documents = std::move(manifest.documents);
  kept.documents.shrink_to_fit();  // files are many, and keep what they have for long
  kept.needs_completion = false;
  for (Document& document : kept.documents) {
    if (needs_completion(document)) {
      kept.needs_completion = true;
    } else {
      document.object = document.decoded;
    }
  }
  table_.add(file, kept.documents);
}

void ManifestShelf::drop_missing(const Walked& walked, Settling* settling) {
  for (auto at = files_.begin(); at != files_.end();) {
    const std::string& file = at->first;
    bool stays = at->second.round == round_ || is_excused(file, walked);
    if (!stays) {
      const Look look = look_at(file);
      stays =
          (walked.full && look.stamp) || (settling != nullptr && !settling->settled(file, look));
    }
    if (stays) {
      ++at;
      continue;
    }
    table_.take_away(file, at->second.documents);
    at = files_.erase(at);
    ++moved_;
  }
}

std::set<std::string> ManifestShelf::names() const {
  std::set<std::string> out;
  for (const auto& [file, kept] : files_) {
    if (!kept.needs_completion) continue;
    for (const Document& document : kept.documents) names_in(document, out);
  }
  return out;
}

void ManifestShelf::complete(const Surroundings& surroundings) {
  for (auto& [file, kept] : files_) {
    if (!kept.needs_completion) continue;
    for (Document& document : kept.documents) {
      const Completed completed = source::complete(document, surroundings);
      files_read_ += static_cast<std::uint64_t>(completed.files_read);
      if (!completed.another) continue;
      table_.touch(document.key);
      if (completed.other_ways) ++moved_;
    }
  }
}

model::Problems ManifestShelf::problems() const {
  model::Problems out = walk_problems_;
  for (const auto& [file, kept] : files_) {
    add(kept.problems, out);
    // What is said about an earlier reading has its lines.
    if (!kept.parsed) continue;
    for (const Document& document : kept.documents) problems_of(document, out);
  }
  return out;
}

std::vector<const DataFile*> ManifestShelf::data_files() const {
  std::vector<const DataFile*> out;
  for (const auto& [file, kept] : files_) {
    for (const Document& document : kept.documents) {
      for (const DataFile& one : document.data_files) out.push_back(&one);
    }
  }
  return out;
}

}  // namespace postern::source
