#include "controller/source/way.h"

#include <deque>
#include <filesystem>
#include <system_error>

namespace postern::source {

namespace {

namespace fs = std::filesystem;

// As the kernel's own limit; links can go round in circles.
constexpr int kMostLinks = 40;

void put_before(std::deque<fs::path>& left, const fs::path& path) {
  std::deque<fs::path> parts;
  for (const fs::path& part : path.relative_path()) {
    if (!part.empty() && part != ".") parts.push_back(part);
  }
  left.insert(left.begin(), parts.begin(), parts.end());
}

}  // namespace

Way way_to(const std::string& path) {
  Way out;
  std::error_code error;
  std::deque<fs::path> left;
  put_before(left, fs::absolute(path, error));
  fs::path here = "/";
  int links = 0;
  while (!left.empty()) {
    const fs::path part = left.front();
    left.pop_front();
    if (part == "..") {
      here = here.parent_path();
      continue;
    }
    const fs::path next = here / part;
    const fs::file_type type = fs::symlink_status(next, error).type();
    const bool is_link = type == fs::file_type::symlink;
    const bool missing = type == fs::file_type::not_found || type == fs::file_type::none;
    if (is_link || missing || left.empty()) out.emplace_back(here.string(), part.string());
    if (missing || (is_link && ++links > kMostLinks)) return out;
    if (!is_link) {
      here = next;
      continue;
    }
    const fs::path target = fs::read_symlink(next, error);
    if (target.is_absolute()) here = "/";
    put_before(left, target);
  }
  return out;
}

}  // namespace postern::source
