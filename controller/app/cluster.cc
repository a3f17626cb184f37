#include "controller/app/cluster.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <future>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "common/base/digest.h"
#include "controller/app/api_outlet.h"
#include "controller/kube/api_thread.h"
#include "controller/kube/counted_transport.h"
#include "controller/kube/credentials.h"
#include "controller/kube/http_client.h"
#include "controller/kube/in_cluster.h"
#include "controller/kube/kubeconfig.h"
#include "controller/kube/lease.h"
#include "controller/kube/reach.h"
#include "controller/source/kubernetes_source.h"

namespace postern::controller_app {
namespace {

constexpr std::chrono::seconds kGoodbye{2};
// Asked again and again until everything was read: a wish to stop is heard in between.
constexpr Duration kFirstWait{2'000};

// Whose Lease it is: unique among replicas, and among lives of one pod.
std::string fresh_identity() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  std::array<std::uint8_t, 6> octets{};
  random_octets(octets.data(), octets.size());
  return fmt::format("{}_{}", host[0] == '\0' ? "controller" : host.data(), hex(octets));
}

// Spreads tries: nothing secret. Called on the agenda's thread alone.
std::function<double()> dice() {
  return [engine = std::make_shared<std::mt19937_64>(std::random_device{}())] {
    return std::uniform_real_distribution<double>(0, 1)(*engine);
  };
}

Result<kube::FoundAccess, std::string> find_access(const ClusterSettings& settings) {
  if (settings.kubeconfig.empty()) return kube::in_cluster(kube::cluster_environment());
  return kube::read_kubeconfig(settings.kubeconfig, settings.context);
}

}  // namespace

// In the order in which they come up; they go down the other way round, when the thread has ended.
struct Cluster::Parts {
  Parts(ClusterSettings with, const ClusterSurroundings& given, kube::FoundAccess found)
      : settings(std::move(with)),
        around(given),
        identity(fresh_identity()),
        credentials(std::move(found.access), around.clock, around.log),
        reads(thread, credentials),
        writes(thread, credentials),
        campaigns(thread, credentials),
        counted_reads(reads, around.clock, around.metrics, &reach),
        counted_writes(writes, around.clock, around.metrics, &reach),
        counted_campaigns(campaigns, around.clock, around.metrics, &reach),
        random(dice()),
        objects({.class_name = settings.ingress_class,
                 .namespaces = settings.namespaces,
                 .cluster_objects = settings.cluster_objects,
                 .first_wait = kFirstWait},
                {counted_reads, thread, around.clock, around.metrics, random, &reach}),
        outlet({counted_writes, thread, around.clock, around.log, around.metrics,
                [this] { return !settings.leader_election || lease.held(); }},
               {.ingress_class = settings.ingress_class,
                .namespaces = settings.namespaces,
                .reads_class = settings.cluster_objects,
                .replica = identity}),
        lease({counted_campaigns, thread, around.clock, around.log, around.metrics, random},
              {.space = space_of_lease(found.in_namespace),
               .name = "postern-controller-" + settings.ingress_class,
               .identity = identity},
              [this](bool leads_now) { lead(leads_now); }) {
    for (const std::string& warning : found.warnings) {
      around.log.line(LogLevel::Warning, warning, {});
    }
    if (settings.cluster_objects) return;
    around.log.line(LogLevel::Warning,
                    "no class is read (--cluster-objects off): its defaults hold, and nothing else "
                    "binds who may write MailServers here",
                    {});
  }

  [[nodiscard]] std::string space_of_lease(const std::string& found) const {
    if (!settings.own_namespace.empty()) return settings.own_namespace;
    return found.empty() ? "default" : found;
  }

  void lead(bool leads_now) {
    leads = leads_now;
    outlet.lead(leads_now);
  }

  const ClusterSettings settings;
  const ClusterSurroundings around;
  const std::string identity;
  std::atomic<bool> leads{false};
  kube::ApiThread thread;
  kube::Credentials credentials;
  // A renewal of the Lease, a status and a watch do not wait in line behind each other.
  kube::HttpClient reads;
  kube::HttpClient writes;
  kube::HttpClient campaigns;
  kube::Reach reach;
  kube::CountedTransport counted_reads;
  kube::CountedTransport counted_writes;
  kube::CountedTransport counted_campaigns;
  std::function<double()> random;
  source::KubernetesSource objects;
  ApiOutlet outlet;
  kube::Lease lease;
  bool started = false;
};

Cluster::Cluster(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Cluster::~Cluster() { stop(); }

Result<std::unique_ptr<Cluster>, std::string> Cluster::open(ClusterSettings settings,
                                                            const ClusterSurroundings& around) {
  auto found = find_access(settings);
  if (!found) return Fail<std::string>(std::move(found.error()));
  auto parts = std::make_unique<Parts>(std::move(settings), around, std::move(*found));
  return std::unique_ptr<Cluster>(new Cluster(std::move(parts)));
}

source::ObjectSource& Cluster::source() { return parts_->objects; }
status::Outlet& Cluster::outlet() { return parts_->outlet; }
bool Cluster::reads_class() const { return parts_->settings.cluster_objects; }

std::vector<IpAddress> Cluster::api_servers() const {
  const auto address = IpAddress::parse(parts_->credentials.access().host);
  return address ? std::vector{*address} : std::vector<IpAddress>();
}

bool Cluster::leads() const { return parts_->leads; }
std::string Cluster::waiting_for() const { return parts_->objects.waiting_for(); }

void Cluster::start() {
  parts_->objects.start();
  parts_->thread.start();
  parts_->started = true;
}

void Cluster::speak(status::StatusDesk& desk) {
  parts_->outlet.attach(desk);
  parts_->thread.post([parts = parts_.get()] {
    if (parts->settings.leader_election) return parts->lease.start();
    parts->lead(true);
  });
}

void Cluster::stop() {
  if (!std::exchange(parts_->started, false)) return;
  const auto given_back = std::make_shared<std::promise<void>>();
  auto wait = given_back->get_future();
  parts_->thread.post([parts = parts_.get(), given_back] {
    parts->lead(false);
    parts->lease.release([given_back] { given_back->set_value(); });
  });
  (void)wait.wait_for(kGoodbye);  // or nobody answers, and another takes it when it has expired
  parts_->thread.stop();
}

}  // namespace postern::controller_app
