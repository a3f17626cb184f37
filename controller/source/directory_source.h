// Objects from a directory of manifests (`postern run DIR`). Read once; each file stands for
// itself: one that does not parse gives a problem with its place, the others are served.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "controller/decode/decoder.h"
#include "controller/source/object_source.h"

namespace postern::source {

class DirectorySource final : public ObjectSource {
 public:
  explicit DirectorySource(std::string directory) : paths_{std::move(directory)} {}
  // Files and directories, as `postern check` is given them; a file may have any name.
  explicit DirectorySource(std::vector<std::string> paths) : paths_(std::move(paths)) {}

  [[nodiscard]] Result<Loaded, std::string> load() override;

 private:
  struct Loading {
    Loaded loaded;
    std::map<model::ObjectKey, model::Place> first;  // where each object was seen first
  };
  void load_file(const std::string& file, Loading& loading) const;
  void load_document(decode::Node& document, const std::string& file, Loading& loading) const;

  std::vector<std::string> paths_;
  decode::Decoder decoder_;
};

}  // namespace postern::source
