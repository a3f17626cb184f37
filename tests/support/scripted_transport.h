// A transport that keeps what it is asked, and answers when a test says so, in its words. Nobody is
// called whose answer nobody holds any more.
#pragma once

#include <cstddef>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/kube/transport.h"

namespace postern::test {

// An answer that is read as it comes; the test is the server.
class ScriptedFlow {
 public:
  ScriptedFlow(kube::Request asked, kube::FlowReader reader, std::size_t fragment)
      : request(std::move(asked)), reader_(std::move(reader)), fragment_(fragment) {}

  void head(int status, std::optional<Duration> retry_after = {}) {
    if (held_) reader_.on_head({status, retry_after});
  }
  // In fragments, as long as somebody reads them.
  void octets(std::string_view octets) {
    do {
      const std::string own(octets.substr(0, fragment_));  // so that reading past its end is seen
      octets.remove_prefix(own.size());
      if (held_) reader_.on_octets(own);
    } while (held_ && !octets.empty());
  }
  void end() {
    if (held_) reader_.on_end(std::nullopt);
  }
  void broken(kube::Broken::Why why, std::string words = "it broke") {
    if (held_) reader_.on_end(kube::Broken{why, std::move(words)});
  }
  // A whole answer.
  void answer(int status, std::string_view body, std::optional<Duration> retry_after = {}) {
    head(status, retry_after);
    octets(body);
    end();
  }
  [[nodiscard]] bool held() const { return held_; }
  void let_go() { held_ = false; }

  const kube::Request request;

 private:
  kube::FlowReader reader_;
  std::size_t fragment_;
  bool held_ = true;
};

class ScriptedTransport final : public kube::Transport {
 public:
  struct Question {
    kube::Request request;
    Done done;
  };

  void ask(kube::Request request, Done done) override {
    questions.push_back({std::move(request), std::move(done)});
  }

  [[nodiscard]] std::unique_ptr<Flow> open(kube::Request request,
                                           kube::FlowReader reader) override {
    flows.push_back(
        std::make_shared<ScriptedFlow>(std::move(request), std::move(reader), fragment));
    return std::make_unique<Held>(flows.back());
  }

  // Answers the oldest question that has no answer yet.
  void answer(int status, std::string body = {}, std::optional<Duration> retry_after = {}) {
    Question question = std::move(questions.front());
    questions.pop_front();
    question.done(kube::Reply{{status, retry_after}, std::move(body)});
  }
  void answer(kube::Broken broken) {
    Question question = std::move(questions.front());
    questions.pop_front();
    question.done(Fail<kube::Broken>(std::move(broken)));
  }

  std::size_t fragment = std::numeric_limits<std::size_t>::max();  // of what flows say
  std::deque<Question> questions;                                  // without an answer
  std::vector<std::shared_ptr<ScriptedFlow>> flows;                // all that were ever opened

 private:
  class Held final : public Flow {
   public:
    explicit Held(std::shared_ptr<ScriptedFlow> flow) : flow_(std::move(flow)) {}
    ~Held() override { flow_->let_go(); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

   private:
    std::shared_ptr<ScriptedFlow> flow_;
  };
};

}  // namespace postern::test
