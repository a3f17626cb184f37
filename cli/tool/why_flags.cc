#include "cli/tool/why_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/tool/why_object.h"
#include "common/base/ascii.h"
#include "common/process/flags.h"

namespace postern::tool {
namespace {

using process::Wrong;

Wrong read_source(const std::string& text, std::optional<IpAddress>& into) {
  into = IpAddress::parse(text);
  if (into) return std::nullopt;
  return fmt::format("'{}' is no IP address", printable(text, 64));
}

Wrong read_protocol(const std::string& text, std::optional<Protocol>& into) {
  into = protocol_named(text);
  if (into) return std::nullopt;
  return fmt::format("'{}' is not IMAP, POP3, Submission, ManageSieve, MX or LMTP",
                     printable(text, 64));
}

Wrong read_attribute(const std::string& text, std::map<std::string, std::string>& into) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) {
    return fmt::format("'{}' is not name=value", printable(text, 64));
  }
  into[text.substr(0, equals)] = text.substr(equals + 1);
  return std::nullopt;
}

Wrong read_output(const std::string& text, bool& json) {
  json = text == "json";
  if (json || text == "text") return std::nullopt;
  return fmt::format("'{}' is neither text nor json", printable(text, 64));
}

Wrong read_port(const std::string& text, std::optional<std::uint16_t>& into) {
  return process::read_number<std::uint16_t>(text, 1, 65535, into.emplace(0));
}

// No variable of the environment: a question is asked once.
struct Question {
  std::string name;
  std::string value;
  std::string says;
};

void add(CLI::App& app, const Question& question, const process::ReadValue& read) {
  app.add_option_function<std::vector<std::string>>(
         question.name,
         [name = question.name, read](const std::vector<std::string>& texts) {
           for (const std::string& text : texts) {
             if (const Wrong wrong = read(text)) throw CLI::ValidationError(name, *wrong);
           }
         },
         question.says)
      ->type_name(question.value)
      ->allow_extra_args(false);
}

}  // namespace

void add_why_flags(CLI::App& app, WhyOptions& options) {
  app.add_option(
         "PATH", options.paths,
         "files or directories of manifests; or KIND/NAMESPACE/NAME: what a controller knows of it")
      ->type_name("");
  app.add_option("--user", options.user, "who logs in, as he types it")->type_name("NAME");
  add(app, {"--source", "ADDRESS", "where he comes from"},
      [&](const std::string& text) { return read_source(text, options.source); });
  add(app, {"--protocol", "NAME", "what he speaks (default: that of the port, else IMAP)"},
      [&](const std::string& text) { return read_protocol(text, options.protocol); });
  add(app, {"--port", "N", "where he connects (default: one of the protocol)"},
      [&](const std::string& text) { return read_port(text, options.port); });
  app.add_option("--hostname", options.hostname, "which name his TLS asks for (default: none)")
      ->type_name("NAME");
  app.add_option("--provider", options.provider, "which provider knows him (default: the first)")
      ->type_name("NAME");
  add(app, {"--attribute", "NAME=VALUE", "what the provider returns of him; may be repeated"},
      [&](const std::string& text) { return read_attribute(text, options.attributes); });
  add(app, {"--output", "text|json", "for people or for programs (default: text)"},
      [&](const std::string& text) { return read_output(text, options.json); });
  process::add_class_flag(app, options.ingress_class);
  add(app,
      {"--admin-address", "A:P",
       "of the controller that is asked about an object (default: 127.0.0.1:9901)"},
      [&](const std::string& text) {
        return process::read_socket_address(text, options.admin_address);
      });
}

bool asks_a_controller(const WhyOptions& options) {
  return options.paths.size() == 1 && options.user.empty() && is_object(options.paths.front());
}

std::optional<std::string> missing(const WhyOptions& options) {
  if (asks_a_controller(options)) return std::nullopt;
  if (options.paths.empty()) {
    return "the manifests are missing: postern why PATH... --user NAME --source ADDRESS";
  }
  if (options.user.empty()) return "the user is missing: --user joe@example.com";
  if (!options.source) return "the source is missing: --source 192.0.2.7";
  return std::nullopt;
}

}  // namespace postern::tool
