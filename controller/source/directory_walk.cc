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

class Walk {
 public:
  explicit Walk(fs::path root) : root_(std::move(root)) {}

  // An error only when `folder` itself cannot be listed.
  std::error_code visit(const fs::path& folder, int depth) {
    std::error_code error;
    std::vector<fs::path> entries;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      entries.push_back(it->path());
    }
    if (error) return error;
    std::sort(entries.begin(), entries.end());
    for (const fs::path& entry : entries) look_at(entry, depth);
    return {};
  }

  Walked take() { return std::move(walked_); }

 private:
  void look_at(const fs::path& entry, int depth) {
    const std::string name = entry.filename().string();
    if (is_hidden(name) || full_) return;
    std::error_code error;
    const fs::file_status status = fs::status(entry, error);
    if (fs::is_directory(status)) return enter(entry, depth);
    if (!is_manifest(name)) return;
    if (!fs::is_regular_file(status)) {
      return tell(entry, error ? "cannot be read: " + why(error)
                               : std::string("is not a file: take it away"));
    }
    if (leads_out(entry)) {
      return tell(entry, "is a link that leads out of the directory: copy the file in");
    }
    if (walked_.files.size() == kMostFiles) {
      full_ = true;
      return tell(entry, fmt::format("more than {} files: this one and all after it are not read",
                                     kMostFiles));
    }
    walked_.files.push_back(entry.string());
  }

  void enter(const fs::path& folder, int depth) {
    std::error_code error;
    // Links to folders can go round in circles; Kubernetes' own are hidden.
    if (fs::is_symlink(fs::symlink_status(folder, error))) {
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
    if (!fs::is_symlink(fs::symlink_status(file, error))) return false;
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
  bool full_ = false;  // told once
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
