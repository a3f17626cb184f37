#include "proxy/adopt/answers.h"

#include <algorithm>
#include <utility>

namespace postern::adopt {

Answer::Answer(std::vector<config::ResourceKey> named, Done done)
    : named_(std::move(named)), done_(std::move(done)) {}

void Answer::put(ResourceError error) {
  const config::ResourceKey key = error.key;
  errors_.insert_or_assign(key, std::move(error));
}

// Rejected: nothing that the update named is in force. A port that is not open yet has its listener
// in force.
Outcome Answer::outcome() const {
  Outcome out;
  for (const auto& [key, error] : errors_) out.errors.push_back(error);
  if (errors_.empty()) return out;
  const bool is_rejected =
      !named_.empty() && std::all_of(named_.begin(), named_.end(), [&](const auto& key) {
        const auto found = errors_.find(key);
        return found != errors_.end() && found->second.running_version != found->second.version;
      });
  out.state = is_rejected ? State::Rejected : State::PartiallyActive;
  return out;
}

void Answers::supersede(const config::ResourceKey& key) {
  const auto found = standing_.find(key);
  if (found == standing_.end()) return;
  found->second->erase(key);
  standing_.erase(found);
}

void Answers::resolve(const config::ResourceKey& key) {
  const auto found = standing_.find(key);
  if (found == standing_.end()) return;
  found->second->erase(key);
  corrected_.insert(found->second);
  standing_.erase(found);
}

void Answers::keep(const std::shared_ptr<Answer>& answer) {
  for (const auto& [key, error] : answer->errors()) {
    auto& standing = standing_[key];
    if (standing && standing != answer) standing->erase(key);
    standing = answer;
  }
}

void Answers::tell_corrections() {
  const std::set<std::shared_ptr<Answer>> corrected = std::exchange(corrected_, {});
  for (const std::shared_ptr<Answer>& answer : corrected) answer->tell();
}

}  // namespace postern::adopt
