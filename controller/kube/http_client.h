// HttpClient: Transport over HTTP/1.1, plain or TLS. A flow has a connection of its own, closed
// when it ends, so that a balancer can place the next one anew. Questions share connections: some
// are kept, and at most so many are asked at once (the others wait in line). A question whose kept
// connection turns out to be dead before anything was answered is asked again on a fresh one, and
// after a 401 question and flow are asked once more with what the credentials say then.
// Follows no redirect, takes no compression, knows no proxy of HTTP.
// A Lease should have a client of its own: it must not stand in line behind others.
// Threads: on the thread's agenda, or while it does not run. Goes before its thread and
// credentials.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "controller/kube/agenda.h"
#include "controller/kube/transport.h"

namespace postern::kube {

class ApiThread;
class Connection;
class Credentials;

struct HttpLimits {
  std::size_t reply_octets = std::size_t{8} << 20;  // of a question's body
  std::size_t kept_connections = 4;
  std::size_t questions_at_once = 16;
  Duration kept_for{60'000};  // kube-apiserver keeps them for 90 s
};

class HttpClient final : public Transport {
 public:
  HttpClient(ApiThread& thread, Credentials& credentials, HttpLimits limits = {});
  ~HttpClient() override;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  void ask(Request request, Done done) override;
  [[nodiscard]] std::unique_ptr<Flow> open(Request request, FlowReader reader) override;

 private:
  class Exchange;
  class OpenFlow;
  struct Kept {
    std::shared_ptr<Connection> connection;
    std::unique_ptr<Agenda::Entry> until;
  };

  void ended(Exchange& exchange);
  void next_in_line();
  [[nodiscard]] std::shared_ptr<Connection> take_kept();
  void keep(std::shared_ptr<Connection> connection);

  ApiThread& thread_;
  Credentials& credentials_;
  HttpLimits limits_;
  std::map<const Exchange*, std::shared_ptr<Exchange>> exchanges_;
  std::deque<Exchange*> in_line_;
  std::size_t asked_now_ = 0;
  std::vector<Kept> kept_;
};

}  // namespace postern::kube
