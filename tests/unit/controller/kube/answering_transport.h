// A Transport whose questions wait until the test answers them.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "controller/kube/transport.h"

namespace postern::kube {

class AnsweringTransport final : public Transport {
 public:
  struct Asked {
    Request request;
    Done done;
  };

  void ask(Request request, Done done) override {
    asked.push_back({std::move(request), std::move(done)});
  }
  std::unique_ptr<Flow> open(Request, FlowReader) override { return nullptr; }

  [[nodiscard]] std::size_t waiting() const { return asked.size(); }
  [[nodiscard]] const Request& first() const { return asked.front().request; }
  // "GET /apis/…"
  [[nodiscard]] std::string first_line() const {
    return asked.empty() ? "nothing" : first().method + " " + first().target;
  }

  // Of the one that was asked first.
  void answer(int status, std::string body = {}, std::optional<Duration> retry_after = {}) {
    take()(Reply{{.status = status, .retry_after = retry_after}, std::move(body)});
  }
  void break_off() {
    take()(tl::make_unexpected(Broken{Broken::Why::Unreachable, "nobody is there"}));
  }

  std::deque<Asked> asked;

 private:
  Done take() {
    Done done = std::move(asked.front().done);
    asked.pop_front();
    return done;
  }
};

}  // namespace postern::kube
