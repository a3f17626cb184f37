#include "controller/kube/counted_transport.h"

#include <string>
#include <utility>

namespace postern::kube {

class CountedTransport::Counts {
 public:
  Counts(const Clock& clock, Metrics& metrics, Reach* reach)
      : clock_(clock),
        metrics_(metrics),
        reach_(reach),
        connected_(metrics.gauge("postern_apiserver_connected",
                                 "1 when the API server answered what it was asked last.")) {}

  [[nodiscard]] Instant now() const { return clock_.now(); }

  // `code`: of the answer; 0: none came.
  void count(const std::string& method, int code, Instant since) {
    metrics_
        .counter("rest_client_requests_total", "Requests to the API server, by what came of them.",
                 {{"code", code == 0 ? "<error>" : std::to_string(code)}, {"method", method}})
        .add();
    metrics_
        .histogram("rest_client_request_duration_seconds",
                   "How long the API server took to answer; of a watch, to begin.",
                   {{"verb", method}})
        .observe(clock_.now() - since);
    connected_.set(code == 0 ? 0 : 1);
    if (reach_ != nullptr) reach_->heard(code != 0 && code < 500, clock_.now());
  }

 private:
  const Clock& clock_;
  Metrics& metrics_;
  Reach* reach_;
  Gauge& connected_;
};

CountedTransport::CountedTransport(Transport& counted, const Clock& clock, Metrics& metrics,
                                   Reach* reach)
    : counted_(counted), counts_(std::make_shared<Counts>(clock, metrics, reach)) {}

CountedTransport::~CountedTransport() = default;

void CountedTransport::ask(Request request, Done done) {
  auto told = [counts = counts_, method = request.method, since = counts_->now(),
               done = std::move(done)](Result<Reply, Broken> outcome) {
    counts->count(method, outcome ? outcome->head.status : 0, since);
    done(std::move(outcome));
  };
  counted_.ask(std::move(request), std::move(told));
}

std::unique_ptr<Transport::Flow> CountedTransport::open(Request request, FlowReader reader) {
  // A flow that was cut after its head was answered all the same; its reader counts such ends.
  auto waits = std::make_shared<bool>(true);
  auto counted = [counts = counts_, method = request.method, since = counts_->now(),
                  waits](int code) {
    if (std::exchange(*waits, false)) counts->count(method, code, since);
  };
  reader.on_head = [counted, next = std::move(reader.on_head)](const Head& head) {
    counted(head.status);
    if (next) next(head);
  };
  reader.on_end = [counted, next = std::move(reader.on_end)](const std::optional<Broken>& broken) {
    counted(0);
    if (next) next(broken);
  };
  return counted_.open(std::move(request), std::move(reader));
}

}  // namespace postern::kube
