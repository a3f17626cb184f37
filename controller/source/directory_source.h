// Objects from a directory of manifests (`postern run DIR`). Read once; each file stands for itself:
// one that does not parse gives a problem with its place, the others are served.
#pragma once

#include <map>
#include <string>

#include "controller/decode/decoder.h"
#include "controller/source/object_source.h"

namespace postern::source {

class DirectorySource final : public ObjectSource {
 public:
  explicit DirectorySource(std::string directory) : directory_(std::move(directory)) {}

  [[nodiscard]] Result<Loaded, std::string> load() override;

 private:
  struct Loading {
    Loaded loaded;
    std::map<model::ObjectKey, model::Place> first;  // where each object was seen first
  };
  void load_file(const std::string& file, Loading& loading) const;
  void load_document(decode::Node& document, const std::string& file, Loading& loading) const;

  std::string directory_;
  decode::Decoder decoder_;
};

}  // namespace postern::source
