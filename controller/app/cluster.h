// Cluster: all that the controller has to do with an API server: the source of its objects, the
// outlet of its statuses, and the Lease that says which replica speaks. That the server is away is
// nobody's end: what was read stays, and everything is tried again.
// Threads: made, started and stopped by main's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/address.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/base/result.h"
#include "controller/source/object_source.h"
#include "controller/status/outlet.h"
#include "controller/status/status_desk.h"

namespace postern::controller_app {

struct ClusterSettings {
  std::string kubeconfig;               // empty: the cluster that this process runs in
  std::string context;                  // empty: the current one
  std::vector<std::string> namespaces;  // empty: all
  std::string own_namespace;            // of the Lease; empty: as the credentials say
  bool cluster_objects = true;          // false: no class and no Namespace is read
  bool leader_election = true;          // false: this replica is the only one, and leads
  std::string ingress_class = "postern";
};

// All of it outlives the cluster.
struct ClusterSurroundings {
  Log& log;
  Metrics& metrics;
  const Clock& clock;
};

class Cluster {
 public:
  // Asks nothing yet. A sentence: who we are to which server cannot be found out.
  [[nodiscard]] static Result<std::unique_ptr<Cluster>, std::string> open(
      ClusterSettings settings, const ClusterSurroundings& around);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  [[nodiscard]] source::ObjectSource& source();
  // False: the class is its defaults (decision 0035).
  [[nodiscard]] bool reads_class() const;
  // As addresses, where they are known: MailServers may not point there.
  [[nodiscard]] std::vector<IpAddress> api_servers() const;
  [[nodiscard]] status::Outlet& outlet();
  // Begins to read. Once.
  void start();
  // Everything was read once: from now on it speaks, or campaigns for it.
  void speak(status::StatusDesk& desk);
  [[nodiscard]] bool leads() const;
  // What is waited for before anything is known; empty: nothing.
  [[nodiscard]] std::string waiting_for() const;
  // Gives the Lease back, for two seconds at most, and ends. The loop has ended, the desk too.
  void stop();

 private:
  struct Parts;
  explicit Cluster(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace postern::controller_app
