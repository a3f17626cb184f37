// A reflector of ConfigMaps at a fake API server, over real HTTP.
#pragma once

#include <chrono>
#include <memory>
#include <random>
#include <string>

#include "common/base/metrics.h"
#include "controller/kube/reflector.h"
#include "tests/feature/kube/api_objects.h"
#include "tests/feature/kube/mirror.h"
#include "tests/support/fake_api_server.h"
#include "tests/unit/controller/kube/asking.h"

namespace postern::test {

// Minutes without trouble pass in moments: a test that makes one trouble after the other would
// wait for half a minute each time.
class HurriedClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override {
    return begin_ + (std::chrono::steady_clock::now() - begin_) * 300;
  }
  [[nodiscard]] WallTime wall() const override { return std::chrono::system_clock::now(); }

 private:
  Instant begin_ = std::chrono::steady_clock::now();
};

// Silences of watches are as many times shorter.
class HurriedTransport final : public kube::Transport {
 public:
  HurriedTransport(kube::Transport& other, int times) : other_(other), times_(times) {}
  void ask(kube::Request request, Done done) override {
    other_.ask(std::move(request), std::move(done));
  }
  [[nodiscard]] std::unique_ptr<Flow> open(kube::Request request,
                                           kube::FlowReader reader) override {
    if (request.target.find("watch=true") != std::string::npos) request.silence /= times_;
    return other_.open(std::move(request), std::move(reader));
  }

 private:
  kube::Transport& other_;
  int times_;
};

class Reflecting {
 public:
  explicit Reflecting(kube::ApiAccess access, int hurry = 1)
      : asking_(std::move(access)), hurried_(*asking_.client, hurry) {
    asking_.on_thread([this] {
      reflector_ = std::make_unique<kube::Reflector>(
          kube::Collection{
              .name = "configmaps", .target = "/api/v1/configmaps", .kind = "ConfigMap"},
          mirror,
          // No spread of waits: a test waits for the shortest.
          kube::Grounds{hurried_, asking_.thread, clock_, metrics, [] { return 0.0; }});
      reflector_->start();
    });
  }
  ~Reflecting() {
    asking_.on_thread([this] { reflector_.reset(); });
  }
  Reflecting(const Reflecting&) = delete;
  Reflecting& operator=(const Reflecting&) = delete;

  Mirror mirror;
  Metrics metrics;

 private:
  HurriedClock clock_;
  Asking asking_;
  HurriedTransport hurried_;
  std::unique_ptr<kube::Reflector> reflector_;
};

// What the server has, as a mirror holds it.
inline Mirror::Held held_by(FakeApiServer& server) {
  return server.look([](ApiState& state) {
    Mirror::Held out;
    for (const ApiObject& object : state.store.all("/configmaps", state.store.revision())) {
      out[text_at(*object, "metadata.namespace") + "/" + text_at(*object, "metadata.name")] =
          text_at(*object, "data.text");
    }
    return out;
  });
}

}  // namespace postern::test
