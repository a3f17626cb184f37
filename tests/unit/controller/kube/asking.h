// A HttpClient on a thread of its own, asked from the test's thread, which waits for the answer.
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "controller/kube/api_thread.h"
#include "controller/kube/credentials.h"
#include "controller/kube/http_client.h"
#include "tests/support/kept_lines.h"
#include "tests/support/letterbox.h"
#include "tests/support/manual_clock.h"

namespace postern::test {

inline kube::ApiAccess plain_access(std::uint16_t port) {
  kube::ApiAccess access;
  access.tls = false;
  access.host = "127.0.0.1";
  access.port = port;
  return access;
}

inline kube::Request get(std::string target) {
  kube::Request request;
  request.target = std::move(target);
  return request;
}

// What a flow told, in order: "200", "octets:…", "end", "broken:N".
class ToldFlow {
 public:
  [[nodiscard]] kube::FlowReader reader() {
    return {[this](const kube::Head& head) { told.put(std::to_string(head.status)); },
            [this](std::string_view octets) { told.put("octets:" + std::string(octets)); },
            [this](const std::optional<kube::Broken>& broken) {
              told.put(broken ? "broken:" + std::to_string(static_cast<int>(broken->why)) : "end");
            }};
  }
  Letterbox<std::string> told;
};

inline std::string broken(kube::Broken::Why why) {
  return "broken:" + std::to_string(static_cast<int>(why));
}

class Asking {
 public:
  using Outcome = Result<kube::Reply, kube::Broken>;

  explicit Asking(kube::ApiAccess access, kube::HttpLimits limits = {})
      : credentials(std::move(access), clock, log) {
    client = std::make_unique<kube::HttpClient>(thread, credentials, limits);
    thread.start();
  }
  ~Asking() { thread.stop(); }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;

  // Returns when it was asked, not when it is answered.
  std::future<Outcome> ask_later(kube::Request request) {
    auto answer = std::make_shared<std::promise<Outcome>>();
    on_thread([&] {
      client->ask(std::move(request),
                  [answer](Outcome outcome) { answer->set_value(std::move(outcome)); });
    });
    return answer->get_future();
  }
  Outcome ask(kube::Request request) { return answer_of(ask_later(std::move(request))); }
  Outcome ask(std::string target) { return ask(get(std::move(target))); }
  static Outcome answer_of(std::future<Outcome> future) {
    if (future.wait_for(std::chrono::seconds(30)) != std::future_status::ready) {
      throw std::runtime_error("no answer");
    }
    return future.get();
  }
  // The body, or a number that says why there is none.
  std::string text(std::string target) {
    const Outcome outcome = ask(std::move(target));
    return outcome ? outcome->body : broken(outcome.error().why);
  }
  void open(kube::Request request, kube::FlowReader reader) {
    on_thread([&] { flow = client->open(std::move(request), std::move(reader)); });
  }
  void close_flow() {
    on_thread([&] { flow.reset(); });
  }
  template <class Work>
  void on_thread(const Work& work) {
    std::promise<void> done;
    thread.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  ManualClock clock;
  KeptLines log;
  kube::ApiThread thread;
  kube::Credentials credentials;
  std::unique_ptr<kube::HttpClient> client;
  std::unique_ptr<kube::Transport::Flow> flow;
};

}  // namespace postern::test
