#include "controller/source/file_stamp.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

namespace postern::source {

namespace {

// The time of a file moves by ticks of the kernel (10 ms at most); where it has no fraction at all
// the file system knows seconds only, and FAT two of them.
constexpr std::chrono::milliseconds kTick{50};
constexpr std::chrono::milliseconds kCoarseTick{2000};

std::int64_t nanoseconds(const struct timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

WallTime wall(std::int64_t ns) {
  return WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::nanoseconds(ns)));
}

Stamp stamp_of(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
          static_cast<std::int64_t>(status.st_size), nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim)};
}

// Of the nearest folder that is there: who takes a file away changes its folder.
WallTime folder_changed(const std::string& path) {
  std::filesystem::path folder(path);
  do {
    folder = folder.parent_path();
    struct stat status{};
    const char* name = folder.empty() ? "." : folder.c_str();
    if (::stat(name, &status) == 0) return wall(nanoseconds(status.st_ctim));
  } while (folder.has_relative_path());
  return {};
}

}  // namespace

Look look_at(const std::string& path) {
  struct stat link{};
  if (::lstat(path.c_str(), &link) != 0) return {std::nullopt, folder_changed(path)};
  const WallTime touched = wall(nanoseconds(link.st_ctim));
  if (!S_ISLNK(link.st_mode)) return {stamp_of(link), touched};
  struct stat target{};
  if (::stat(path.c_str(), &target) != 0) {
    return {std::nullopt, std::max(touched, folder_changed(path))};
  }
  return {stamp_of(target), std::max(touched, wall(nanoseconds(target.st_ctim)))};
}

Seen seen(const Look& look, WallTime now) {
  if (!look.stamp) return {std::nullopt, true};
  const bool coarse = look.stamp->changed_ns % 1'000'000'000 == 0;
  return {look.stamp, now - wall(look.stamp->changed_ns) >= (coarse ? kCoarseTick : kTick)};
}

}  // namespace postern::source
