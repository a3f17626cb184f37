// A KubernetesSource at a fake API server over real HTTP, and what it told in sum.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "controller/source/kubernetes_source.h"
#include "tests/feature/kube/api_objects.h"
#include "tests/support/fake_api_server.h"
#include "tests/unit/controller/kube/asking.h"
#include "tests/unit/controller/source/follower.h"

namespace postern::test {

class Sourcing {
 public:
  explicit Sourcing(std::uint16_t port, source::KubernetesOptions options = {})
      : asking_(plain_access(port)),
        source_(std::move(options), kube::Grounds{*asking_.client, asking_.thread, clock_, metrics_,
                                                  [] { return 0.0; }}),
        follower_(source_) {
    source_.start();
  }
  ~Sourcing() { asking_.thread.stop(); }
  Sourcing(const Sourcing&) = delete;
  Sourcing& operator=(const Sourcing&) = delete;

  // Reads until it holds of what is known; false after a generous time.
  [[nodiscard]] bool read_until(const std::function<bool(const source::Objects&)>& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < end) {
      if (follower_.read()) {
        gone += follower_.last().gone.size();
        if (holds(known())) return true;
      }
      source_.wait(Duration(100));
    }
    return false;
  }
  [[nodiscard]] bool read() { return follower_.read(); }
  [[nodiscard]] source::Objects known() const { return follower_.bare_objects(); }
  [[nodiscard]] source::Follower& follower() { return follower_; }
  [[nodiscard]] source::KubernetesSource& source() { return source_; }

  std::size_t gone = 0;  // objects that were told to be gone

 private:
  SystemClock clock_;
  Metrics metrics_;
  Asking asking_;
  source::KubernetesSource source_;
  source::Follower follower_;
};

}  // namespace postern::test
