#include "controller/kube/in_cluster.h"

#include <charconv>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

#include "common/base/ascii.h"
#include "controller/kube/material_file.h"

namespace postern::kube {
namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

std::string without_brackets(const std::string& host) {
  const bool has = host.size() > 2 && host.front() == '[' && host.back() == ']';
  return has ? host.substr(1, host.size() - 2) : host;
}

// The namespace that we run in; empty when the file does not say.
std::string namespace_in(const std::string& path) {
  constexpr std::size_t kMost = 63;  // RFC 1123 labels
  const auto read = read_material(path, kMost + 1);
  if (!read) return {};
  std::string name(read->reveal());
  while (!name.empty() && (name.back() == '\n' || name.back() == '\r')) name.pop_back();
  return has_control(name) ? std::string() : name;
}

}  // namespace

ClusterEnvironment cluster_environment() {
  ClusterEnvironment found;
  found.host = variable("KUBERNETES_SERVICE_HOST");
  found.port = variable("KUBERNETES_SERVICE_PORT");
  return found;
}

Result<FoundAccess, std::string> in_cluster(const ClusterEnvironment& environment) {
  if (environment.host.empty() || environment.port.empty()) {
    return Fail<std::string>(
        "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set, so this is no pod: give "
        "--kubeconfig, or --source directory:DIR");
  }
  FoundAccess found;
  ApiAccess& access = found.access;
  const std::string& port = environment.port;
  const auto read = std::from_chars(port.data(), port.data() + port.size(), access.port);
  if (read.ec != std::errc{} || read.ptr != port.data() + port.size() || access.port == 0) {
    return Fail<std::string>(
        fmt::format("KUBERNETES_SERVICE_PORT is no port: {}", printable(port, 32)));
  }
  access.host = without_brackets(environment.host);
  access.token.file = environment.folder + "/token";
  access.authorities.file = environment.folder + "/ca.crt";
  for (const std::string& file : {access.token.file, access.authorities.file}) {
    const auto there = read_material(file, std::size_t{1} << 20);
    if (!there) {
      return Fail<std::string>(fmt::format(
          "{}: the pod needs its ServiceAccount (automountServiceAccountToken)", there.error()));
    }
  }
  found.in_namespace = namespace_in(environment.folder + "/namespace");
  return found;
}

}  // namespace postern::kube
