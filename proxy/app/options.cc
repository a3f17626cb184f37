#include "proxy/app/options.h"

#include <array>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include "common/base/ascii.h"
#include "proxy/app/cpus.h"

namespace postern::proxy_app {
namespace {

using process::Wrong;

constexpr std::uint64_t kMostMemoryMib = std::uint64_t{1} << 30U;

Wrong read_addresses(const std::string& text, std::vector<IpAddress>& into) {
  std::vector<IpAddress> read;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t comma = rest.find(',');
    const std::string_view one = rest.substr(0, comma);
    const auto address = IpAddress::parse(one);
    if (!address) {
      return fmt::format("'{}' is not an IP address; write for example 127.0.0.1,::1",
                         printable(one, 60));
    }
    read.push_back(*address);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
  into = std::move(read);
  return std::nullopt;
}

// "controller.mail.svc:18000": gRPC looks the name up, again and again.
Wrong read_controller(const std::string& text, std::string& into) {
  const std::size_t colon = text.rfind(':');
  std::uint16_t port = 0;
  if (colon == std::string::npos || colon == 0 ||
      process::read_number<std::uint16_t>(text.substr(colon + 1), 1, 65535, port)) {
    return fmt::format("'{}' is not HOST:PORT; write for example postern-controller:18000",
                       printable(text, 60));
  }
  into = text;
  return std::nullopt;
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : "postern";
}

}  // namespace

void add_proxy_flags(CLI::App& app, ProxyOptions& options) {
  options.workers = usable_cpus();
  process::add_flag(app,
                    {"--workers", "N", "threads that serve clients",
                     fmt::format("the CPUs it may use: {}", options.workers)},
                    [&options](const std::string& text) {
                      return process::read_number<std::size_t>(text, 1, kMaxWorkers,
                                                               options.workers);
                    });
  process::add_flag(
      app, {"--listen-address", "A[,A]", "local addresses to listen on", "all, IPv6 and IPv4"},
      [&options](const std::string& text) {
        return read_addresses(text, options.listen_addresses);
      });
  process::add_flag(app, {"--port-offset", "N", "a listener that says 993 is opened at 993+N", "0"},
                    [&options](const std::string& text) {
                      return process::read_number<std::uint16_t>(text, 0, 65534,
                                                                 options.port_offset);
                    });
  process::add_text_flag(
      app, {"--state-dir", "DIR", "where the last good configuration is kept", "not kept"},
      options.state_dir);
  process::add_text_flag(app,
                         {"--zone", "ZONE", "the zone it runs in, as EndpointSlices say it",
                          "not known: no member is nearer than another"},
                         options.zone);
  process::add_flag(app,
                    {"--memory-limit", "MIB", "memory from which on guests are refused, in MiB",
                     "that of the cgroup, else the machine's"},
                    [&options](const std::string& text) {
                      return process::read_number<std::uint64_t>(text, 16, kMostMemoryMib,
                                                                 options.memory_mib);
                    });
  process::add_admin_flag(app, options.admin_address);
  process::add_class_flag(app, options.ingress_class);
  process::add_log_flags(app, options.log);
}

void add_remote_flags(CLI::App& app, RemoteOptions& options) {
  process::add_flag(
      app, {"--controller", "HOST:PORT", "the controller's stream", ""},
      [&options](const std::string& text) { return read_controller(text, options.controller); });
  process::add_text_flag(
      app, {"--certs", "DIR", "ca.crt, tls.crt, tls.key: who this proxy is (postern certgen)", ""},
      options.certs);
  options.name = host_name();
  process::add_text_flag(
      app, {"--name", "NAME", "how this proxy is called in status and logs", options.name},
      options.name);
  add_proxy_flags(app, options.proxy);
}

}  // namespace postern::proxy_app
