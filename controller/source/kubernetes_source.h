// Objects from an API server: one reflector a kind (and a namespace, where not all are followed).
// Tells nothing until every kind was read whole, and goes on with what it knows while the server is
// away. Keeps the content of those Secrets and ConfigMaps alone that a MailServer or a MailClass
// names, and of MailServers those that its class may serve (decision 0026).
// Threads: what comes is taken in on the agenda's thread; read() and wait() from one other, wake()
// and waiting_for() from any; the resolver has a thread of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "controller/kube/reflector.h"
#include "controller/source/name_lookup.h"
#include "controller/source/named_services.h"
#include "controller/source/object_source.h"
#include "controller/source/pacing.h"

namespace postern::source {

class Arrivals;
class Intake;

struct KubernetesOptions {
  std::string class_name = "postern";        // the IngressClass that is served here
  std::vector<std::string> namespaces = {};  // those that are followed; empty: all
  bool cluster_objects = true;               // false: nothing that is of no namespace is read
  Duration first_wait{10'000};               // how long a read() waits to have everything once
  Pace pace = {};

  Duration resolve_every{30'000};
  Duration resolve_first{5000};  // how long the first read() that has everything waits for names
  NameLookup look_up = source::look_up;
};

class KubernetesSource final : public ObjectSource {
 public:
  // Asks nothing yet.
  KubernetesSource(KubernetesOptions options, const kube::Grounds& grounds);
  // When the agenda has stopped.
  ~KubernetesSource() override;
  KubernetesSource(const KubernetesSource&) = delete;
  KubernetesSource& operator=(const KubernetesSource&) = delete;

  // Begins to read. Once.
  void start();

  // An error while something was never read; what is waited for is said.
  [[nodiscard]] Result<Changes, std::string> read() override;
  void wait(Duration most) override;
  void wake() override;
  [[nodiscard]] bool in_cluster() const override { return true; }

  // "mailservers (forbidden: …), secrets"; empty: everything was read once.
  [[nodiscard]] std::string waiting_for() const;

 private:
  const Duration first_wait_;
  kube::Agenda& agenda_;
  std::unique_ptr<Arrivals> arrivals_;
  std::shared_ptr<Intake> intake_;
  NamedServices services_;  // wakes arrivals_
};

}  // namespace postern::source
