// An adopter without sockets and workers: holds what it is given, refuses what a test names, and
// answers at once or when the test says so. Any thread.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "proxy/adopt/adopt.h"

namespace postern::test {

class HoldingAdopter final : public adopt::Adopter {
 public:
  void apply(adopt::Update update, std::function<void(adopt::Outcome)> done) override {
    adopt::Outcome outcome;
    {
      const std::lock_guard lock(mutex_);
      outcome = take(update);
      updates_.push_back(std::move(update));
      done_.push_back(done);
      changed_.notify_all();
      if (holds_back_) {
        held_back_ = [done, outcome] { done(outcome); };
        return;
      }
    }
    done(outcome);
  }
  [[nodiscard]] std::vector<adopt::HeldResource> held() const override {
    const std::lock_guard lock(mutex_);
    std::vector<adopt::HeldResource> list;
    for (const auto& [key, resource] : held_) list.push_back({key, resource->version});
    return list;
  }
  [[nodiscard]] std::vector<config::ResourceKey> waiting() const override {
    const std::lock_guard lock(mutex_);
    return {waiting_.begin(), waiting_.end()};
  }
  [[nodiscard]] std::shared_ptr<const config::Resource> resource(
      const config::ResourceKey& key) const override {
    const std::lock_guard lock(mutex_);
    const auto found = held_.find(key);
    return found == held_.end() ? nullptr : found->second;
  }
  [[nodiscard]] std::string version() const override {
    const std::lock_guard lock(mutex_);
    return version_;
  }

  void refuse(const config::ResourceKey& key, adopt::ErrorCode code) {
    const std::lock_guard lock(mutex_);
    refused_[key] = code;
  }
  void hold_back() {
    const std::lock_guard lock(mutex_);
    holds_back_ = true;
  }
  void release() {
    std::function<void()> answer;
    {
      const std::lock_guard lock(mutex_);
      holds_back_ = false;
      answer = std::exchange(held_back_, nullptr);
    }
    if (answer) answer();
  }
  // Says of the last update, or of that with this number, once more what became of it.
  void correct(const adopt::Outcome& outcome) { correct(updates() - 1, outcome); }
  void correct(std::size_t number, const adopt::Outcome& outcome) {
    std::function<void(adopt::Outcome)> done;
    {
      const std::lock_guard lock(mutex_);
      done = done_.at(number);
    }
    done(outcome);
  }
  // What was refused in the last update comes into force after all.
  void accept_late(const config::Resource& resource) {
    {
      const std::lock_guard lock(mutex_);
      refused_.erase(resource.key());
      held_[resource.key()] = std::make_shared<const config::Resource>(resource);
    }
    correct({adopt::State::Active, {}});
  }
  // The update with this number (from 0), when it has come.
  adopt::Update update(std::size_t number) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(30), [&] { return updates_.size() > number; });
    return updates_.at(number);
  }
  [[nodiscard]] std::size_t updates() const {
    const std::lock_guard lock(mutex_);
    return updates_.size();
  }

 private:
  adopt::Outcome take(const adopt::Update& update) {
    adopt::Outcome outcome;
    if (update.full_state) held_.clear();
    for (const config::Resource& resource : update.upserts) {
      const config::ResourceKey key = resource.key();
      const auto refused = refused_.find(key);
      waiting_.erase(key);
      if (refused == refused_.end()) {
        held_[key] = std::make_shared<const config::Resource>(resource);
        continue;
      }
      waiting_.insert(key);
      outcome.errors.push_back({key, resource.version,
                                held_.contains(key) ? held_[key]->version : "", refused->second,
                                "tls.key_pairs[0]", "it is not here", false});
    }
    for (const config::ResourceKey& key : update.removals) {
      held_.erase(key);
      waiting_.erase(key);
    }
    if (!outcome.errors.empty()) {
      const std::size_t named = update.upserts.size() + update.removals.size();
      outcome.state =
          outcome.errors.size() == named ? adopt::State::Rejected : adopt::State::PartiallyActive;
    }
    version_ = update.version;
    return outcome;
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<config::ResourceKey, std::shared_ptr<const config::Resource>> held_;
  std::map<config::ResourceKey, adopt::ErrorCode> refused_;
  std::set<config::ResourceKey> waiting_;
  std::vector<adopt::Update> updates_;
  std::string version_;
  bool holds_back_ = false;
  std::function<void()> held_back_;
  std::vector<std::function<void(adopt::Outcome)>> done_;
};

}  // namespace postern::test
