#include "controller/source/directory_walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace postern::source {

namespace {

namespace fs = std::filesystem;

// Mounted ConfigMaps and Secrets: DIR/file → ..data/file, DIR/..data → ..2026_11_21.
constexpr std::string_view kMounted = "..data";

bool is_manifest(const std::string& name) {
  return name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json");
}
bool is_hidden(const std::string& name) { return name.starts_with(".") || name.ends_with("~"); }

std::string why(const std::error_code& error) { return error.message(); }

struct Entry {
  std::string name;
  fs::file_type type;  // of the link, when it is one
};

// In the order of their names. Hidden ones are left out.
std::error_code entries_of(const fs::path& folder, std::vector<Entry>& out) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::string name = it->path().filename().string();
    if (is_hidden(name)) continue;
    // Most file systems tell the type with the name, which spares a call for each file.
    std::error_code vanished;
    const fs::file_type type = it->symlink_status(vanished).type();
    if (vanished || type == fs::file_type::not_found) continue;
    out.push_back({std::move(name), type});
  }
  std::ranges::sort(out, {}, &Entry::name);
  return error;
}

class Walk {
 public:
  explicit Walk(fs::path root) : root_(std::move(root)) {}

  // An error only when `folder` itself cannot be listed.
  std::error_code visit(const fs::path& folder, int depth) {
    std::vector<Entry> entries;
    if (const std::error_code error = entries_of(folder, entries)) return error;
    walked_.folders.push_back(folder.string());
    for (const Entry& entry : entries) {
      if (!walked_.full) look_at(folder / entry.name, entry, depth);
    }
    return {};
  }

  Walked take() { return std::move(walked_); }

 private:
  void look_at(const fs::path& path, const Entry& entry, int depth) {
    const bool is_link = entry.type == fs::file_type::symlink;
    std::error_code error;
    const fs::file_status status = is_link ? fs::status(path, error) : fs::file_status(entry.type);
    if (fs::is_directory(status)) return enter(path, is_link, depth);
    if (!is_manifest(entry.name)) return;
    if (!fs::is_regular_file(status)) {
      return tell(path, error ? "cannot be read: " + why(error)
                              : std::string("is not a file: take it away"));
    }
    if (is_link && leads_out(path)) {
      return tell(path, "is a link that leads out of the directory: copy the file in");
    }
    if (walked_.files.size() == kMostFiles) {
      walked_.full = true;
      return tell(path, fmt::format("more than {} files: this one and all after it are not read",
                                    kMostFiles));
    }
    walked_.files.push_back(path.string());
  }

  void enter(const fs::path& folder, bool is_link, int depth) {
    // Links to folders can go round in circles; Kubernetes' own are hidden.
    if (is_link) {
      return tell(folder, "is a link to a folder and is not followed: put its files here");
    }
    if (depth == kDeepestFolder) {
      return tell(folder, fmt::format("is more than {} folders deep and is not read: move it up",
                                      kDeepestFolder));
    }
    if (const std::error_code no = visit(folder, depth + 1)) {
      tell(folder, "cannot be read: " + why(no));
    }
  }

  bool leads_out(const fs::path& file) const {
    std::error_code error;
    const fs::path target = fs::read_symlink(file, error);
    if (!error && target.begin() != target.end() && *target.begin() == kMounted) return false;
    const fs::path real = fs::canonical(file, error);
    const fs::path home = fs::canonical(root_, error);
    const auto [at, rest] = std::mismatch(home.begin(), home.end(), real.begin(), real.end());
    return static_cast<bool>(error) || at != home.end();
  }

  void tell(const fs::path& path, std::string message) {
    model::Problem problem;
    problem.place.file = path.string();
    problem.reason = "UnreadableFile";
    problem.message = std::move(message);
    walked_.problems.push_back(std::move(problem));
  }

  fs::path root_;
  Walked walked_;
};

}  // namespace

Result<Walked, std::string> walk_directory(const std::string& directory) {
  // "examples/" and "examples" give the same paths in messages.
  fs::path root(directory);
  if (!root.has_filename() && root.has_parent_path() && root != root.root_path()) {
    root = root.parent_path();
  }
  Walk walk(root);
  if (const std::error_code error = walk.visit(root, 0)) {
    return Fail<std::string>(
        fmt::format("the directory {} cannot be read: {}", directory, why(error)));
  }
  return walk.take();
}

}  // namespace postern::source
