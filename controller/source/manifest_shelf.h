// The manifests of a directory as they were last read, and which object of each name counts. Reads
// only files that are others than before and at rest; what cannot be read stays as it was.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "controller/decode/decoder.h"
#include "controller/source/completion.h"
#include "controller/source/directory_walk.h"
#include "controller/source/manifest.h"
#include "controller/source/object_table.h"
#include "controller/source/settling.h"

namespace postern::source {

class ManifestShelf {
 public:
  // Files and directories.
  explicit ManifestShelf(std::vector<std::string> paths) : paths_(std::move(paths)) {}

  // Takes what the directory is now. `settling` is null the first time: then everything is read as
  // it is. The error: nothing could be read, or there is nothing any more; then all stays.
  [[nodiscard]] Result<void, std::string> refresh(Settling* settling, WallTime wall);
  [[nodiscard]] std::set<std::string> names() const;
  void complete(const Surroundings& surroundings);

  [[nodiscard]] ObjectTable& table() { return table_; }
  [[nodiscard]] const ObjectTable& table() const { return table_; }
  [[nodiscard]] model::Problems problems() const;
  // Folders of manifests, and the ways to data files. `moved` is raised when there are others.
  [[nodiscard]] const std::vector<std::string>& folders() const { return folders_; }
  [[nodiscard]] std::vector<const DataFile*> data_files() const;
  [[nodiscard]] std::uint64_t moved() const { return moved_; }
  // Since the beginning: manifests and files of Secrets.
  [[nodiscard]] std::uint64_t files_read() const { return files_read_; }

 private:
  struct Kept {
    Seen seen;
    std::uint64_t round = 0;  // of the walk that found it last
    std::vector<Document> documents;
    model::Problems problems;
    bool parsed = true;             // false: the documents are those of an earlier reading
    bool needs_completion = false;  // some document does
  };
  using Files = std::map<std::string, Kept, PathLess>;

  struct Found {
    Walked walked;
    std::string empty;  // a directory without any manifest
  };
  [[nodiscard]] Result<Found, std::string> walk() const;
  void take_files(const Walked& walked, Settling* settling, WallTime wall);
  void take(const std::string& file, const Look& look, WallTime wall);
  void put(Files::iterator at, Manifest manifest);
  void drop_missing(const Walked& walked, Settling* settling);

  std::vector<std::string> paths_;
  Files files_;
  ObjectTable table_;
  std::vector<std::string> folders_;
  model::Problems walk_problems_;
  std::uint64_t round_ = 0;
  std::uint64_t moved_ = 0;
  std::uint64_t files_read_ = 0;
};

}  // namespace postern::source
