#include "controller/source/kubernetes_source.h"

#include <utility>

#include "controller/source/arrivals.h"
#include "controller/source/intake.h"

namespace postern::source {

KubernetesSource::KubernetesSource(KubernetesOptions options, const kube::Grounds& grounds)
    : first_wait_(options.first_wait),
      agenda_(grounds.agenda),
      arrivals_(std::make_unique<Arrivals>(options.pace, grounds.clock)),
      intake_(std::make_shared<Intake>(
          IntakeTerms{std::move(options.class_name), std::move(options.namespaces),
                      options.cluster_objects},
          grounds, *arrivals_)),
      services_({std::move(options.look_up), options.resolve_every, options.resolve_first},
                [this] { arrivals_->wake(); }) {}

KubernetesSource::~KubernetesSource() = default;

void KubernetesSource::start() {
  agenda_.post([intake = std::weak_ptr(intake_)] {
    if (const auto here = intake.lock()) here->begin();
  });
}

Result<Changes, std::string> KubernetesSource::read() {
  // Each time: who reads again and again must not spin while the server is away.
  if (first_wait_ > Duration::zero()) arrivals_->wait_until_complete(first_wait_);
  auto changes = arrivals_->take();
  if (changes) services_.complete(*changes);
  return changes;
}

void KubernetesSource::wait(Duration most) { arrivals_->wait(most); }
void KubernetesSource::wake() { arrivals_->wake(); }
std::string KubernetesSource::waiting_for() const { return arrivals_->waiting_for(); }

}  // namespace postern::source
