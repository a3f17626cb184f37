// Whether a server has a kind that it need not have, and in which version: asked at the start and
// again each minute, since CRDs come and go. A server that is away has what it had.
// Threads: made, started and destroyed on the agenda's thread, or when that has stopped.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/kube/back_off.h"
#include "controller/kube/reflector.h"

namespace postern::kube {

struct OptionalKind {
  std::string group;                  // "gateway.networking.k8s.io"; empty: the core
  std::vector<std::string> versions;  // "v1", "v1beta1": the one liked best first
  std::string resource;               // "referencegrants"
};

class Discovery {
 public:
  static constexpr Duration kAgain{60'000};
  // The version that is served; nothing: none. Called when it is known first, then when it changes;
  // this Discovery is not destroyed within the call.
  using Told = std::function<void(const std::optional<std::string>& version)>;

  Discovery(OptionalKind kind, Told told, const Grounds& grounds);

  // Once.
  void start();

 private:
  struct Alive {};

  void ask();
  void take(const Result<Reply, Broken>& reply);
  [[nodiscard]] bool believes_refusal();
  void know(std::optional<std::string> version);
  void ask_after(Duration wait);

  OptionalKind kind_;
  Told told_;
  Grounds grounds_;
  BackOff back_off_;
  std::size_t at_ = 0;  // the version that is asked for
  int refusals_ = 0;    // 403s in a row, while nothing is known
  std::optional<std::optional<std::string>> known_;
  std::unique_ptr<Agenda::Entry> next_;
  std::unique_ptr<Reach::Wait> comeback_;
  std::shared_ptr<Alive> alive_ = std::make_shared<Alive>();  // an answer may come after our end
};

// Whether an APIResourceList has the resource; nothing: it is none.
[[nodiscard]] std::optional<bool> has_resource(std::string_view json, std::string_view resource);

}  // namespace postern::kube
