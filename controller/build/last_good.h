// LastGood: the key pairs that were in force, by the name of their SECRET resource. A Secret that
// becomes unusable (half of it written, expired) leaves the pair before it in force; one that is
// gone, or that nobody names any more, is forgotten. And the tables, by their TABLE resource: one
// that becomes bad or is gone leaves the good one before it in force. Holds private keys, as
// SharedSecret. Private to this room; on the control loop's thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/build/draft.h"
#include "controller/build/table_lines.h"

namespace postern::build {

class LastGood {
 public:
  using Kept = std::shared_ptr<const SecretDraft>;  // a KeyPair

  // Null: none was ever in force.
  [[nodiscard]] Kept find(const std::string& name) const {
    const auto found = kept_.find(name);
    return found == kept_.end() ? nullptr : found->second;
  }
  void keep(const std::string& name, Kept kept) { kept_.insert_or_assign(name, std::move(kept)); }
  void forget(const std::string& name) {
    kept_.erase(name);
    tables_.erase(name);
  }

  // A table without what the class keeps from its namespace.
  struct AllowedTable {
    std::shared_ptr<const TableDraft> of;  // null: not looked at yet
    std::vector<std::string> domains;      // that the class allows
    std::shared_ptr<const TableDraft> table;
    std::string left_out;  // in words; empty: nothing
  };
  // A ConfigMap as it was read last, and the table of when it could be used.
  struct KeptTable {
    std::optional<std::string> text;         // nothing: never
    std::optional<BadLine> bad;              // of `text`
    std::shared_ptr<const TableDraft> good;  // null: none yet
    AllowedTable allowed = {};               // of `good`
  };
  // By the name of its TABLE resource; an empty one when it is not known.
  [[nodiscard]] KeptTable& table(const std::string& name) { return tables_[name]; }

 private:
  std::map<std::string, Kept> kept_;
  std::map<std::string, KeptTable> tables_;
};

}  // namespace postern::build
