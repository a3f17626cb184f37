// Which object of each name counts, of all that files say, and what is other than before: the first
// file name wins, a refused document keeps the last good version, and what nobody says any more is
// gone. Looks only at the names that files were changed about.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "controller/model/objects.h"
#include "controller/source/manifest.h"
#include "controller/source/object_source.h"

namespace postern::source {

// The order of a walk: a folder's files stand where its name stands.
struct PathLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};

class ObjectTable {
 public:
  // Writes into the objects that count their generation, unless the file did.
  // `file` and the documents must stay where they are until they are taken away.
  void add(std::string_view file, std::vector<Document>& documents);
  void take_away(std::string_view file, const std::vector<Document>& documents);
  // Its completion gave another object.
  void touch(const model::ObjectKey& key) { touched_.insert(key); }
  [[nodiscard]] bool knows(const model::ObjectKey& key) const;

  // Since the last call.
  void collect(Changes& out);
  [[nodiscard]] std::vector<model::SharedObject> objects() const;

 private:
  struct Claim {
    std::string_view file;
    std::size_t index = 0;  // in the file
    Document* document = nullptr;
    [[nodiscard]] bool before(const Claim& other) const;
  };
  struct Row {
    std::vector<Claim> claims;  // the first one counts
    // What was told. The source's readers hold it too: it does not change any more.
    std::shared_ptr<model::Object> current;
    std::int64_t generation = 0;  // how many there were
  };
  static bool renew(Row& row);

  std::map<model::ObjectKey, Row> rows_;
  std::set<model::ObjectKey> touched_;
};

}  // namespace postern::source
