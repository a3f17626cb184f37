#include "controller/app/options.h"

#include <string_view>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "common/base/ascii.h"

namespace postern::controller_app {
namespace {

using process::Wrong;

Wrong read_source(const std::string& text, std::string& directory) {
  constexpr std::string_view kDirectory = "directory:";
  if (text == "kubernetes") return "kubernetes is not supported yet; write directory:DIR";
  if (!text.starts_with(kDirectory) || text.size() == kDirectory.size()) {
    return fmt::format("'{}' is not directory:DIR", printable(text, 60));
  }
  directory = text.substr(kDirectory.size());
  return std::nullopt;
}

}  // namespace

void add_controller_flags(CLI::App& app, ControllerOptions& options) {
  process::add_flag(
      app, {"--source", "SOURCE", "where objects come from: directory:DIR", ""},
      [&options](const std::string& text) { return read_source(text, options.directory); });
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
  if (wanted == "none") return {};
  return wanted.empty() ? directory + "/.postern/status" : wanted;
}

}  // namespace postern::controller_app
