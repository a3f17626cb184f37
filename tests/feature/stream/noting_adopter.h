// An adopter that holds what it is given and refuses what a test names. It answers on a thread of
// its own choice: at once, or when the test says so.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "proxy/adopt/adopt.h"

namespace postern::test {

class NotingAdopter final : public adopt::Adopter {
 public:
  void apply(adopt::Update update, std::function<void(adopt::Outcome)> done) override {
    adopt::Outcome outcome;
    {
      const std::lock_guard lock(mutex_);
      outcome = take(update);
      updates_.push_back(std::move(update));
      done_ = done;
      changed_.notify_all();
      if (holding_back_) {
        held_back_ = [done, outcome] { done(outcome); };
        return;
      }
    }
    done(outcome);
  }

  std::vector<adopt::HeldResource> held() const override {
    const std::lock_guard lock(mutex_);
    std::vector<adopt::HeldResource> list;
    for (const auto& [key, version] : held_) list.push_back({key, version});
    return list;
  }
  std::shared_ptr<const config::Resource> resource(const config::ResourceKey& key) const override {
    const std::lock_guard lock(mutex_);
    const auto found = resources_.find(key);
    return found == resources_.end() ? nullptr : found->second;
  }
  std::string version() const override {
    const std::lock_guard lock(mutex_);
    return version_;
  }

  void refuse(const config::ResourceKey& key) {
    const std::lock_guard lock(mutex_);
    refused_.insert(key);
  }
  void accept(const config::ResourceKey& key) {
    const std::lock_guard lock(mutex_);
    refused_.erase(key);
  }
  // What is in force under that name cannot be shown any more.
  void lose(const config::ResourceKey& key) {
    const std::lock_guard lock(mutex_);
    resources_.erase(key);
  }
  void hold_back() {
    const std::lock_guard lock(mutex_);
    holding_back_ = true;
  }
  void release() {
    std::function<void()> answer;
    {
      const std::lock_guard lock(mutex_);
      holding_back_ = false;
      answer = std::exchange(held_back_, nullptr);
    }
    if (answer) answer();
  }
  // Says of the last update once more what became of it.
  void correct(const adopt::Outcome& outcome) {
    std::function<void(adopt::Outcome)> done;
    {
      const std::lock_guard lock(mutex_);
      done = done_;
    }
    done(outcome);
  }

  // What was given in the update with this number (from 0), when it has come.
  adopt::Update update(std::size_t number) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(30), [&] { return updates_.size() > number; });
    return updates_.at(number);
  }
  std::size_t updates() const {
    const std::lock_guard lock(mutex_);
    return updates_.size();
  }

 private:
  adopt::Outcome take(const adopt::Update& update) {
    adopt::Outcome outcome;
    for (const config::Resource& resource : update.upserts) {
      const config::ResourceKey key = resource.key();
      if (!refused_.contains(key)) {
        held_[key] = resource.version;
        resources_[key] = std::make_shared<const config::Resource>(resource);
        continue;
      }
      const std::string running = held_.contains(key) ? held_[key] : "";
      outcome.errors.push_back({key, resource.version, running, adopt::ErrorCode::BadCertificate,
                                "tls.key_pairs[0]", "key and certificate differ", false});
    }
    for (const config::ResourceKey& key : update.removals) {
      held_.erase(key);
      resources_.erase(key);
    }
    if (!outcome.errors.empty()) outcome.state = adopt::State::PartiallyActive;
    version_ = update.version;
    return outcome;
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<config::ResourceKey, std::string> held_;
  std::map<config::ResourceKey, std::shared_ptr<const config::Resource>> resources_;
  std::set<config::ResourceKey> refused_;
  std::vector<adopt::Update> updates_;
  std::string version_;
  bool holding_back_ = false;
  std::function<void()> held_back_;
  std::function<void(adopt::Outcome)> done_;
};

}  // namespace postern::test
