#include "controller/status/status_page.h"

#include <string_view>

#include <yaml-cpp/yaml.h>

#include "controller/status/words.h"

namespace postern::status {
namespace {

// yaml-cpp takes std::string.
void pair(YAML::Emitter& out, const char* key, std::string_view value) {
  out << YAML::Key << key << YAML::Value << std::string(value);
}
template <class Number>
void number(YAML::Emitter& out, const char* key, Number value) {
  out << YAML::Key << key << YAML::Value << value;
}

void add(YAML::Emitter& out, const std::vector<Condition>& conditions) {
  out << YAML::Key << "conditions" << YAML::Value << YAML::BeginSeq;
  for (const Condition& condition : conditions) {
    out << YAML::BeginMap;
    pair(out, "type", condition.type);
    out << YAML::Key << "status" << YAML::Value << YAML::DoubleQuoted
        << std::string(word_of(condition.truth));
    pair(out, "reason", condition.reason);
    pair(out, "message", message_text(condition.message));
    number(out, "observedGeneration", condition.observed_generation);
    pair(out, "lastTransitionTime", time_text(condition.since));
    out << YAML::EndMap;
  }
  out << YAML::EndSeq;
}

void add(YAML::Emitter& out, const std::vector<BackendStatus>& backends) {
  if (backends.empty()) return;
  out << YAML::Key << "backends" << YAML::Value << YAML::BeginSeq;
  for (const BackendStatus& backend : backends) {
    out << YAML::BeginMap;
    pair(out, "name", backend.name);
    if (!backend.ports.empty()) {
      out << YAML::Key << "ports" << YAML::Value << YAML::BeginSeq;
      for (const BackendPortStatus& port : backend.ports) {
        out << YAML::BeginMap;
        pair(out, "protocol", name_of(port.protocol));
        number(out, "port", port.port);
        pair(out, "tls", tls_word(port.tls));
        out << YAML::EndMap;
      }
      out << YAML::EndSeq;
    }
    add(out, backend.conditions);
    out << YAML::EndMap;
  }
  out << YAML::EndSeq;
}

void add(YAML::Emitter& out, const ProxySummary& proxies) {
  out << YAML::Key << "proxies" << YAML::Value << YAML::BeginMap;
  number(out, "attached", proxies.attached);
  number(out, "acknowledged", proxies.acknowledged);
  number(out, "rejected", proxies.rejected);
  pair(out, "summary", summary_of(proxies));
  if (!proxies.rejections.empty()) {
    out << YAML::Key << "rejections" << YAML::Value << YAML::BeginSeq;
    for (const Rejection& rejection : proxies.rejections) {
      out << YAML::BeginMap;
      pair(out, "proxy", rejection.proxy);
      pair(out, "configVersion", rejection.config_version);
      pair(out, "code", rejection.code);
      if (!rejection.field.empty()) pair(out, "field", rejection.field);
      pair(out, "message", rejection.message);
      pair(out, "observedTime", time_text(rejection.observed));
      out << YAML::EndMap;
    }
    out << YAML::EndSeq;
  }
  out << YAML::EndMap;
}

void add(YAML::Emitter& out, const std::vector<ListenerStatus>& listeners) {
  if (listeners.empty()) return;  // an empty list says nothing
  out << YAML::Key << "listeners" << YAML::Value << YAML::BeginSeq;
  for (const ListenerStatus& listener : listeners) {
    out << YAML::BeginMap;
    number(out, "port", listener.port);
    pair(out, "protocol", name_of(listener.protocol));
    pair(out, "tls", tls_word(listener.tls));
    add(out, listener.conditions);
    out << YAML::EndMap;
  }
  out << YAML::EndSeq;
}

}  // namespace

std::string status_page(const MailServerStatus& status) {
  YAML::Emitter out;
  out << YAML::BeginMap;
  pair(out, "apiVersion", "postern.dev/v1alpha1");
  pair(out, "kind", status.key.kind);
  out << YAML::Key << "metadata" << YAML::Value << YAML::BeginMap;
  pair(out, "namespace", status.key.object_namespace);
  pair(out, "name", status.key.name);
  out << YAML::EndMap;
  out << YAML::Key << "status" << YAML::Value << YAML::BeginMap;
  number(out, "observedGeneration", status.generation);
  add(out, status.conditions);
  add(out, status.listeners);
  add(out, status.backends);
  if (!status.protocols.empty()) pair(out, "protocols", status.protocols);
  if (status.earliest_expiry_unix_s != 0) {
    pair(out, "earliestCertificateExpiryTime",
         time_text(WallTime(std::chrono::seconds(status.earliest_expiry_unix_s))));
  }
  if (!status.config_version.empty()) pair(out, "configVersion", status.config_version);
  add(out, status.proxies);
  out << YAML::EndMap << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

}  // namespace postern::status
