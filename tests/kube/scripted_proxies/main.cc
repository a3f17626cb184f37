// Proxies that answer as they are told, at one controller. Orders are lines on standard input, each
// a JSON object, each answered by one line:
//   {"do": "join", "name": "strict", "without": ["master-users"], "refuse": […], "silent": true}
//   {"do": "follow", "name": "strict", "refuse": [{"type": "SERVER", "name": "mail/example",
//        "code": "INVALID", "field": "tls", "detail": "…", "retryable": true}]}
//   {"do": "leave", "name": "strict"}
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include <grpcpp/grpcpp.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/identity/credentials.h"
#include "common/identity/kept_certificates.h"
#include "common/wire/snapshot_codec.h"
#include "tests/kube/scripted_proxies/scripted_proxy.h"

namespace {

using namespace postern;
using test::ProxyScript;
using test::ScriptedProxy;
namespace json = boost::json;
namespace pb = config::v1alpha1;

class Silence final : public Log {
  void write(LogLevel, std::string_view, std::initializer_list<Field>) override {}
};

std::string text(const json::object& from, const char* key) {
  const json::value* value = from.if_contains(key);
  return value == nullptr ? std::string() : std::string(value->as_string());
}
bool flag(const json::object& from, const char* key) {
  const json::value* value = from.if_contains(key);
  return value != nullptr && value->as_bool();
}
json::array list(const json::object& from, const char* key) {
  const json::value* value = from.if_contains(key);
  return value == nullptr ? json::array() : value->as_array();
}

pb::ResourceError error_of(const json::object& from) {
  pb::ResourceType type{};
  pb::ResourceError::Code code{};
  if (!pb::ResourceType_Parse("RESOURCE_TYPE_" + text(from, "type"), &type) ||
      !pb::ResourceError::Code_Parse("CODE_" + text(from, "code"), &code)) {
    throw std::invalid_argument("no such type or code: " + json::serialize(from));
  }
  pb::ResourceError out;
  out.set_type(type);
  out.set_name(text(from, "name"));
  out.set_code(code);
  out.set_field(text(from, "field"));
  out.set_detail(text(from, "detail"));
  out.set_retryable(flag(from, "retryable"));
  return out;
}

ProxyScript script_of(const json::object& order) {
  ProxyScript out;
  for (const json::value& one : list(order, "refuse")) {
    out.refuse.push_back(error_of(one.as_object()));
  }
  out.silent = flag(order, "silent");
  return out;
}

pb::Hello hello_of(const json::object& order, const std::string& ingress_class) {
  const json::array without = list(order, "without");
  pb::Hello out;
  out.mutable_node()->set_proxy_name(text(order, "name"));
  out.mutable_node()->set_instance_id(text(order, "name"));
  out.mutable_node()->set_ingress_class(ingress_class);
  out.mutable_node()->set_build_version("scripted");
  out.set_min_protocol(1);
  out.set_max_protocol(1);
  for (const std::string_view feature : wire::known_features()) {
    const bool has = std::ranges::none_of(without, [&](const json::value& one) {
      return std::string_view(one.as_string()) == feature;
    });
    if (has) out.add_features(std::string(feature));
  }
  return out;
}

class Troupe {
 public:
  Troupe(std::string controller, std::string ingress_class,
         const identity::KeptCertificates& certificates)
      : controller_(std::move(controller)),
        class_(std::move(ingress_class)),
        credentials_(identity::channel_credentials(certificates)) {}

  void obey(const json::object& order) {
    const std::string what = text(order, "do");
    const std::string name = text(order, "name");
    if (what == "join") {
      proxies_[name] =
          std::make_unique<ScriptedProxy>(channel(), hello_of(order, class_), script_of(order));
    } else if (what == "follow") {
      proxies_.at(name)->follow(script_of(order));
    } else if (what == "leave") {
      proxies_.erase(name);
    } else {
      throw std::invalid_argument("no such order");
    }
  }

 private:
  // A connection each, as of proxies on machines of their own.
  [[nodiscard]] std::shared_ptr<grpc::Channel> channel() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetMaxReceiveMessageSize(-1);
    return grpc::CreateCustomChannel(controller_, credentials_, arguments);
  }

  const std::string controller_, class_;
  std::shared_ptr<grpc::ChannelCredentials> credentials_;
  std::map<std::string, std::unique_ptr<ScriptedProxy>> proxies_;
};

int run(std::map<std::string, std::string> flags) {
  Silence log;
  const SystemClock clock;
  Metrics metrics;
  const std::string ingress_class = flags.contains("--class") ? flags["--class"] : "postern";
  auto certificates = identity::KeptCertificates::open(
      {.directory = flags["--certs"], .who = {identity::Role::Proxy, ingress_class}},
      {log, clock, metrics});
  if (!certificates) throw std::runtime_error(certificates.error());
  Troupe troupe(flags["--controller"], ingress_class, **certificates);
  std::cout << "ready:" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    try {
      troupe.obey(json::parse(line).as_object());
      std::cout << "\"done\"" << std::endl;
    } catch (const std::exception& error) {
      std::cout << json::serialize(json::object{{"error", error.what()}}) << std::endl;
    }
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  std::map<std::string, std::string> flags;
  for (int at = 1; at + 1 < count; at += 2) flags[words[at]] = words[at + 1];
  try {
    return run(std::move(flags));
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
