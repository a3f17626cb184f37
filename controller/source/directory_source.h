// Objects from a directory of manifests (`postern run DIR`), and from the files that these name.
// Each file stands for itself: one that does not parse keeps its objects of the last good read.
// read() and wait() from one thread, wake() from any; the resolver has a thread of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "controller/source/address_names.h"
#include "controller/source/directory_watch.h"
#include "controller/source/holdoff.h"
#include "controller/source/manifest_shelf.h"
#include "controller/source/object_source.h"
#include "controller/source/settling.h"

namespace postern::source {

struct DirectoryOptions {
  Duration quiet{100};     // after the last change; 0: everything is read as it is
  Duration longest{1000};  // after the first one, however much goes on
  Duration poll{5000};     // file systems on a network tell nothing
  bool watch = true;

  Duration resolve_every{30'000};
  Duration resolve_first{5000};  // how long the first read() may wait for names
  NameLookup look_up = source::look_up;

  const Clock* clock = nullptr;  // against the times of files; null: the system's
};

// All that there is at one moment.
struct Loaded {
  std::vector<model::SharedObject> objects;  // no two of the same kind, namespace and name
  model::Problems problems;
};

class DirectorySource final : public ObjectSource {
 public:
  explicit DirectorySource(std::string directory, DirectoryOptions options = {});
  // Files and directories, as `postern check` is given them; a file may have any name. Not watched.
  explicit DirectorySource(std::vector<std::string> paths);

  [[nodiscard]] Result<Changes, std::string> read() override;
  void wait(Duration most) override;
  void wake() override { watch_.wake(); }
  // For those who read once.
  [[nodiscard]] Result<Loaded, std::string> load();

  // Since the beginning: manifests and files of Secrets.
  [[nodiscard]] std::uint64_t files_read() const { return shelf_.files_read(); }

 private:
  DirectorySource(std::vector<std::string> paths, DirectoryOptions options);
  [[nodiscard]] Changes take();
  void watch_folders();

  std::vector<std::string> paths_;
  DirectoryOptions options_;
  SystemClock system_clock_;
  ManifestShelf shelf_;
  Settling settling_;
  Holdoff holdoff_;
  DirectoryWatch watch_;
  AddressNames names_;  // calls watch_
  bool was_read_ = false;
  std::optional<std::uint64_t> watched_;  // shelf_.moved() then
  std::optional<Instant> look_again_;
  model::Problems told_;
};

}  // namespace postern::source
