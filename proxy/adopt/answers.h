// Answers: what was told of each update, and what of it still stands. An error stands until its
// resource is in force after all (then the update is answered once more, without it), or until
// something newer was said of that resource.
// Control thread.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "proxy/adopt/adopt.h"

namespace postern::adopt {

using Done = std::function<void(Outcome)>;

// One update's.
class Answer {
 public:
  Answer(std::vector<config::ResourceKey> named, Done done);

  void put(ResourceError error);
  void erase(const config::ResourceKey& key) { errors_.erase(key); }
  [[nodiscard]] bool has(const config::ResourceKey& key) const { return errors_.contains(key); }
  [[nodiscard]] Outcome outcome() const;
  void tell() const { done_(outcome()); }
  [[nodiscard]] const std::map<config::ResourceKey, ResourceError>& errors() const {
    return errors_;
  }

 private:
  std::vector<config::ResourceKey> named_;
  Done done_;
  std::map<config::ResourceKey, ResourceError> errors_;
};

class Answers {
 public:
  // Something newer is said of it: what stood until now is not taken back.
  void supersede(const config::ResourceKey& key);
  // It is in force after all. The update that said otherwise is to be answered again.
  void resolve(const config::ResourceKey& key);
  // The update was answered: its errors stand.
  void keep(const std::shared_ptr<Answer>& answer);
  // Answers those again that resolve() found.
  void tell_corrections();
  [[nodiscard]] std::size_t standing() const { return standing_.size(); }

 private:
  std::map<config::ResourceKey, std::shared_ptr<Answer>> standing_;
  std::set<std::shared_ptr<Answer>> corrected_;
};

}  // namespace postern::adopt
