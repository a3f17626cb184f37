#include "controller/app/options.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "common/base/ascii.h"

namespace postern::controller_app {
namespace {

using process::Wrong;

Wrong read_source(const std::string& text, std::string& directory) {
  constexpr std::string_view kDirectory = "directory:";
  directory.clear();
  if (text == "kubernetes") return std::nullopt;
  if (!text.starts_with(kDirectory) || text.size() == kDirectory.size()) {
    return fmt::format("'{}' is neither kubernetes nor directory:DIR", printable(text, 60));
  }
  directory = text.substr(kDirectory.size());
  return std::nullopt;
}

bool is_namespace(std::string_view name) {
  const auto is_inner = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-'; };
  return !name.empty() && name.size() <= 63 && std::ranges::all_of(name, is_inner) &&
         name.front() != '-' && name.back() != '-';
}

Wrong read_namespace(const std::string& text, std::string& into) {
  if (!is_namespace(text)) return fmt::format("'{}' is no namespace", printable(text, 70));
  into = text;
  return std::nullopt;
}

Wrong read_namespaces(const std::string& text, std::vector<std::string>& into) {
  std::set<std::string> names;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    std::string name;
    if (Wrong wrong = read_namespace(text.substr(at, end - at), name)) return wrong;
    names.insert(std::move(name));
    at = end + 1;
  }
  into.assign(names.begin(), names.end());
  return std::nullopt;
}

Wrong read_switch(const std::string& text, bool& into) {
  into = text == "on";
  if (into || text == "off") return std::nullopt;
  return fmt::format("'{}' is neither on nor off", printable(text, 40));
}

void add_cluster_flags(CLI::App& app, ClusterOptions& cluster) {
  process::add_text_flag(app,
                         {"--kubeconfig", "FILE", "which API server, and who we are to it",
                          "the cluster that it runs in"},
                         cluster.kubeconfig);
  process::add_text_flag(app, {"--context", "NAME", "of the kubeconfig", "its current one"},
                         cluster.context);
  process::add_flag(
      app, {"--namespaces", "A[,B]", "whose MailServers are served", "all of the cluster"},
      [&cluster](const std::string& text) { return read_namespaces(text, cluster.namespaces); });
  process::add_flag(
      app,
      {"--cluster-objects", "on|off",
       "whether classes and Namespaces are read; off: Roles are enough", "on"},
      [&cluster](const std::string& text) { return read_switch(text, cluster.cluster_objects); });
  process::add_flag(
      app,
      {"--leader-election", "on|off", "whether one of several replicas alone writes status", "on"},
      [&cluster](const std::string& text) { return read_switch(text, cluster.leader_election); });
  process::add_flag(
      app, {"--lease-namespace", "NS", "where the Lease is that they share", "its own namespace"},
      [&cluster](const std::string& text) {
        return read_namespace(text, cluster.lease_namespace);
      });
}

}  // namespace

void add_controller_flags(CLI::App& app, ControllerOptions& options) {
  process::add_flag(
      app,
      {"--source", "SOURCE", "where objects come from: kubernetes or directory:DIR", "kubernetes"},
      [&options](const std::string& text) { return read_source(text, options.directory); });
  add_cluster_flags(app, options.cluster);
  process::add_flag(app,
                    {"--stream-address", "A:P", "where proxies connect; port 0: any",
                     options.stream_address.text()},
                    [&options](const std::string& text) {
                      return process::read_socket_address(text, options.stream_address);
                    });
  process::add_text_flag(
      app,
      {"--certs", "DIR", "ca.crt, tls.crt, tls.key: who this controller is (postern certgen)", ""},
      options.certs);
  add_status_flag(app, options.status_dir);
  process::add_admin_flag(app, options.admin_address);
  process::add_class_flag(app, options.ingress_class);
  process::add_log_flags(app, options.log);
}

void add_status_flag(CLI::App& app, std::string& status_dir) {
  process::add_text_flag(app,
                         {"--status-dir", "DIR", "where status files are written; none: nowhere",
                          ".postern/status in the directory"},
                         status_dir);
}

std::string status_dir_of(const std::string& directory, const std::string& wanted) {
  if (wanted == "none" || directory.empty()) return {};
  return wanted.empty() ? directory + "/.postern/status" : wanted;
}

}  // namespace postern::controller_app
