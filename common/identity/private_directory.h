// A directory of ours alone (0700, in memory where there is such a place) that gRPC's file watcher
// reads: ca.crt, tls.crt and tls.key below `current`, a link that is turned from one whole set to
// the next. Removed when this ends; what a killed process left behind is removed by the next one.
// Not thread-safe: KeptCertificates calls it under its lock.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/identity/pair.h"

namespace postern::identity {

class PrivateDirectory {
 public:
  // The first of `parents` that is in memory and takes it, else the first that takes it.
  [[nodiscard]] static Result<std::unique_ptr<PrivateDirectory>, std::string> make(
      const std::vector<std::string>& parents);
  // $XDG_RUNTIME_DIR, /run, /dev/shm, /tmp.
  [[nodiscard]] static std::vector<std::string> usual_parents();

  ~PrivateDirectory();
  PrivateDirectory(const PrivateDirectory&) = delete;
  PrivateDirectory& operator=(const PrivateDirectory&) = delete;

  // Until this returned, the set of before is what `current` shows.
  [[nodiscard]] Result<void, std::string> publish(const PairText& pair);
  // The link: a path that stays the same.
  [[nodiscard]] std::string current() const { return path_ + "/current"; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool in_memory() const { return in_memory_; }

 private:
  PrivateDirectory(std::string path, int lock, bool in_memory);

  std::string path_;
  int lock_;  // a descriptor of the directory; its flock says that we live
  bool in_memory_;
  std::uint64_t set_ = 0;    // the newest that was begun
  std::uint64_t shown_ = 0;  // that `current` leads to
};

}  // namespace postern::identity
