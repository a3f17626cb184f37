// The flags of the controller, their defaults and their environment variables. Knows how a value is
// written and refuses a wrong one with a sentence; does nothing with it.
#pragma once

#include <string>
#include <vector>

#include "common/base/address.h"
#include "common/process/flags.h"

namespace CLI {
class App;
}

namespace postern::controller_app {

// Of --source kubernetes.
struct ClusterOptions {
  std::string kubeconfig;               // empty: the cluster that the process runs in
  std::string context;                  // empty: the file's current one
  std::vector<std::string> namespaces;  // empty: all
  std::string lease_namespace;          // empty: as the credentials say
  bool cluster_objects = true;          // false: nothing is read that is of no namespace
  bool leader_election = true;
};

struct ControllerOptions {
  std::string directory;  // of --source directory:DIR; empty: from a cluster
  ClusterOptions cluster;
  std::string ingress_class = "postern";
  SocketAddress stream_address{IpAddress::v6({}), 18000};
  std::string certs;       // directory of ca.crt, tls.crt, tls.key
  std::string status_dir;  // empty: DIR/.postern/status
  SocketAddress admin_address{IpAddress::v4({127, 0, 0, 1}), 9901};
  process::LogOptions log;
};

// `options` outlives the parse.
void add_controller_flags(CLI::App& app, ControllerOptions& options);
// For every program that reads a directory.
void add_status_flag(CLI::App& app, std::string& status_dir);

// Where status files go when nothing is said: beside the manifests, hidden from the source.
[[nodiscard]] std::string status_dir_of(const std::string& directory, const std::string& wanted);

}  // namespace postern::controller_app
