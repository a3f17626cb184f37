#include "controller/kube/http_client.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/base/bytes.h"
#include "controller/kube/api_thread.h"
#include "controller/kube/connection.h"
#include "controller/kube/credentials.h"
#include "controller/kube/request_head.h"

namespace postern::kube {

// One question or flow, over as many connections as it takes. The client holds it until it has
// ended or nobody waits for it any more.
class HttpClient::Exchange final : public Connection::Listener {
 public:
  Exchange(HttpClient& client, Request request)
      : client_(client), request_(std::move(request)), body_(client.limits_.reply_octets) {}
  ~Exchange() override { drop_connection(); }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  void for_answer(Done done) { done_ = std::move(done); }
  void for_flow(FlowReader reader) {
    reader_ = std::move(reader);
    is_flow_ = true;
  }
  [[nodiscard]] bool is_flow() const { return is_flow_; }
  [[nodiscard]] bool sent() const { return sent_; }
  // Nobody waits for it any more.
  void cancel() { client_.ended(*this); }

  // The clock runs from here, whatever it takes: standing in line, dialling, asking twice.
  void start_patience() {
    timer_ = client_.thread_.after(request_.patience, [this] { out_of_patience(); });
  }

  void send(bool kept_is_fine) {
    sent_ = true;
    const auto tls = client_.credentials_.tls();
    if (!tls) return finish_later(Broken{Broken::Why::Untrusted, tls.error()});
    const ApiAccess& access = client_.credentials_.access();
    auto head = request_head(request_, access, client_.credentials_.token());
    if (!head) return finish_later(Broken{Broken::Why::Garbled, "the request is not fit for HTTP"});
    connection_ = kept_is_fine ? client_.take_kept() : nullptr;
    on_kept_ = connection_ != nullptr;
    if (!connection_) {
      const std::string& name = access.server_name.empty() ? access.host : access.server_name;
      connection_ =
          Connection::make(client_.thread_.context(), {access.host, access.port, name, *tls});
    }
    connection_->exchange(std::move(head->append(request_.body)), *this);
  }

  void on_head(const Head& head) override {
    if (head.status == 401 && !std::exchange(refused_, true) && client_.credentials_.read_again()) {
      drop_connection();
      client_.kept_.clear();  // they may show a certificate that is not taken any more
      return send(false);
    }
    head_ = head;
    if (!is_flow_) return;
    wait_for_octets();
    if (reader_.on_head) call(reader_.on_head, head);
  }

  void on_octets(std::string_view octets) override {
    if (is_flow_) {
      wait_for_octets();
      if (reader_.on_octets) call(reader_.on_octets, octets);
      return;
    }
    if (!body_.append(octets)) {
      finish(Broken{Broken::Why::TooLarge, "the answer is larger than what we take"});
    }
  }

  void on_end(const std::optional<Broken>& broken) override {
    // The server closed a kept connection before it heard us: that says nothing of the question.
    if (broken && std::exchange(on_kept_, false) && !connection_->answered()) {
      drop_connection();
      return send(false);
    }
    finish(broken);
  }

 private:
  // A copy is called: who is called may destroy the flow, and this with it.
  template <class Callback, class Argument>
  static void call(const Callback& callback, const Argument& argument) {
    const Callback copy = callback;
    copy(argument);
  }

  void wait_for_octets() {
    timer_ = client_.thread_.after(request_.silence, [this] {
      finish(Broken{Broken::Why::Silent, "nothing came for too long"});
    });
  }

  void out_of_patience() {
    const bool heard_us = connection_ && connection_->established();
    finish(Broken{heard_us ? Broken::Why::Silent : Broken::Why::Unreachable,
                  heard_us ? "the answer did not come in time" : "no connection came in time"});
  }

  void drop_connection() {
    if (connection_) std::exchange(connection_, nullptr)->close();
  }

  void finish_later(Broken broken) {
    timer_ = client_.thread_.after(Duration{0}, [this, broken] { finish(broken); });
  }

  // The last thing that happens here: the client forgets this exchange, then its asker is told.
  void finish(const std::optional<Broken>& broken) {
    const Done done = done_;
    const FlowReader reader = reader_;
    Reply reply{head_, std::string(body_.view())};
    const std::optional<Broken> reason = broken;
    if (connection_ && !broken && !is_flow_) client_.keep(std::exchange(connection_, nullptr));
    client_.ended(*this);
    if (reader.on_end) reader.on_end(reason);
    if (done && reason) done(Fail<Broken>(*reason));
    if (done && !reason) done(std::move(reply));
  }

  HttpClient& client_;
  Request request_;
  Done done_;          // of a question
  FlowReader reader_;  // of a flow
  Head head_;
  Buffer body_;
  std::shared_ptr<Connection> connection_;
  std::unique_ptr<Agenda::Entry> timer_;
  bool is_flow_ = false;
  bool sent_ = false;
  bool on_kept_ = false;
  bool refused_ = false;  // by a 401, once
};

class HttpClient::OpenFlow final : public Transport::Flow {
 public:
  explicit OpenFlow(const std::shared_ptr<Exchange>& exchange) : exchange_(exchange) {}
  ~OpenFlow() override {
    if (const auto exchange = exchange_.lock()) exchange->cancel();
  }
  OpenFlow(const OpenFlow&) = delete;
  OpenFlow& operator=(const OpenFlow&) = delete;

 private:
  std::weak_ptr<Exchange> exchange_;
};

HttpClient::HttpClient(ApiThread& thread, Credentials& credentials, HttpLimits limits)
    : thread_(thread), credentials_(credentials), limits_(limits) {}

HttpClient::~HttpClient() = default;

void HttpClient::ask(Request request, Done done) {
  const auto exchange = std::make_shared<Exchange>(*this, std::move(request));
  exchange->for_answer(std::move(done));
  exchanges_.emplace(exchange.get(), exchange);
  exchange->start_patience();
  in_line_.push_back(exchange.get());
  next_in_line();
}

std::unique_ptr<Transport::Flow> HttpClient::open(Request request, FlowReader reader) {
  const auto exchange = std::make_shared<Exchange>(*this, std::move(request));
  exchange->for_flow(std::move(reader));
  exchanges_.emplace(exchange.get(), exchange);
  exchange->start_patience();
  exchange->send(false);
  return std::make_unique<OpenFlow>(exchange);
}

void HttpClient::next_in_line() {
  while (!in_line_.empty() && asked_now_ < limits_.questions_at_once) {
    Exchange* const next = in_line_.front();
    in_line_.pop_front();
    ++asked_now_;
    next->send(true);
  }
}

// Destroys it, unless somebody up the stack still holds it.
void HttpClient::ended(Exchange& exchange) {
  const bool question = !exchange.is_flow();
  const bool sent = exchange.sent();
  if (question && !sent) std::erase(in_line_, &exchange);
  if (question && sent) --asked_now_;
  exchanges_.erase(&exchange);
  next_in_line();
}

std::shared_ptr<Connection> HttpClient::take_kept() {
  while (!kept_.empty()) {
    const std::shared_ptr<Connection> last = std::move(kept_.back().connection);
    kept_.pop_back();
    if (last->usable()) return last;
    last->close();
  }
  return nullptr;
}

void HttpClient::keep(std::shared_ptr<Connection> connection) {
  if (kept_.size() >= limits_.kept_connections || !connection->usable()) {
    return connection->close();
  }
  const Connection* const which = connection.get();
  auto until = thread_.after(limits_.kept_for, [this, which] {
    std::erase_if(kept_, [which](const Kept& kept) { return kept.connection.get() == which; });
  });
  kept_.push_back({std::move(connection), std::move(until)});
}

}  // namespace postern::kube
