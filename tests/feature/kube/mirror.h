// What a reflector tells, kept as a set of objects: what whoever listens would believe to exist.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/kube/reflector_sink.h"
#include "tests/support/fake_api/objects.h"

namespace postern::test {

class Mirror final : public kube::ReflectorSink {
 public:
  using Held = std::map<std::string, std::string>;  // namespace/name -> data.text

  void on_replace_begin() override {
    const std::lock_guard lock(mutex_);
    gathered_.clear();
  }
  void on_object(std::string_view text) override {
    const std::lock_guard lock(mutex_);
    put(gathered_, text);
  }
  void on_object_gone(std::string_view text) override {
    const std::lock_guard lock(mutex_);
    gathered_.erase(name_of(json::parse(text).as_object()));
  }
  void on_replace_end(kube::Revision revision) override {
    const std::lock_guard lock(mutex_);
    ++replaced_;
    for (const auto& [name, text] : held_) {
      if (!gathered_.contains(name)) ++deleted_;
    }
    held_ = gathered_;
    reach(revision);
  }
  void on_change(kube::Change change, std::string_view text, kube::Revision revision) override {
    const std::lock_guard lock(mutex_);
    if (change == kube::Change::Deleted) {
      deleted_ += static_cast<int>(held_.erase(name_of(json::parse(text).as_object())));
    } else {
      put(held_, text);
    }
    reach(revision);
  }
  void on_bookmark(kube::Revision revision) override {
    const std::lock_guard lock(mutex_);
    reach(revision);
  }
  void on_standing(kube::Standing standing, std::string_view) override {
    const std::lock_guard lock(mutex_);
    standing_ = standing;
    changed_.notify_all();
  }

  template <class Holds>
  [[nodiscard]] bool wait_until(Holds holds, int seconds = 30) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(seconds), [&] { return holds(*this); });
  }
  [[nodiscard]] bool wait_for(const Held& wanted, int seconds = 30) {
    return wait_until([&](const Mirror& self) { return self.held_ == wanted; }, seconds);
  }

  // While wait_until's function looks, or when all has ended.
  [[nodiscard]] const Held& held() const { return held_; }
  [[nodiscard]] int replaced() const { return replaced_; }
  [[nodiscard]] int deleted() const { return deleted_; }
  [[nodiscard]] int went_back() const { return went_back_; }
  [[nodiscard]] std::optional<kube::Standing> standing() const { return standing_; }
  [[nodiscard]] std::uint64_t revision() const { return revision_; }

 private:
  static std::string name_of(const json::object& object) {
    return text_at(object, "metadata.namespace") + "/" + text_at(object, "metadata.name");
  }
  static void put(Held& into, std::string_view text) {
    const json::object object = json::parse(text).as_object();
    into[name_of(object)] = text_at(object, "data.text");
  }
  void reach(kube::Revision revision) {
    if (revision && *revision < revision_) ++went_back_;
    if (revision) revision_ = *revision;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  Held gathered_;
  Held held_;
  int replaced_ = 0;
  int deleted_ = 0;
  int went_back_ = 0;
  std::uint64_t revision_ = 0;
  std::optional<kube::Standing> standing_;
};

}  // namespace postern::test
