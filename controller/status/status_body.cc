#include "controller/status/status_body.h"

#include <chrono>
#include <string_view>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "common/base/ascii.h"
#include "controller/status/words.h"

namespace postern::status {
namespace {

namespace json = boost::json;

// Bounds of the schema.
constexpr std::size_t kMostOfName = 253;
constexpr std::size_t kMostOfField = 256;
constexpr std::size_t kMostOfVersion = 64;

constexpr std::size_t kMostOfWords = 1024;

json::string text(std::string_view from) { return json::string(from.data(), from.size()); }

// At most `most` octets, and whole characters.
json::string cut(std::string_view from, std::size_t most) {
  if (from.size() <= most) return text(from);
  while (most > 0 && (static_cast<unsigned char>(from[most]) & 0xC0U) == 0x80U) --most;
  return text(from.substr(0, most));
}
json::string shown(std::string_view foreign, std::size_t most) {
  return cut(printable(foreign, most), most);
}

void add(json::object& to, std::string_view key, json::array list) {
  if (!list.empty()) to.emplace(json::string_view(key.data(), key.size()), std::move(list));
}
void add(json::object& to, std::string_view key, std::string_view word) {
  if (!word.empty()) to.emplace(json::string_view(key.data(), key.size()), text(word));
}

json::array conditions_of(const std::vector<Condition>& conditions) {
  json::array out;
  for (const Condition& condition : conditions) {
    out.push_back(json::object{{"type", condition.type},
                               {"status", text(word_of(condition.truth))},
                               {"observedGeneration", condition.observed_generation},
                               {"lastTransitionTime", time_text(condition.since)},
                               {"reason", condition.reason},
                               {"message", message_text(condition.message)}});
  }
  return out;
}

json::array listeners_of(const std::vector<ListenerStatus>& listeners) {
  json::array out;
  for (const ListenerStatus& listener : listeners) {
    json::object one{{"port", listener.port},
                     {"protocol", text(name_of(listener.protocol))},
                     {"tls", text(tls_word(listener.tls))}};
    add(one, "conditions", conditions_of(listener.conditions));
    out.push_back(std::move(one));
  }
  return out;
}

json::array ports_of(const BackendStatus& backend) {
  json::array out;
  for (const BackendPortStatus& port : backend.ports) {
    out.push_back(json::object{{"protocol", text(name_of(port.protocol))},
                               {"port", port.port},
                               {"tls", text(tls_word(port.tls))}});
  }
  return out;
}

json::array backends_of(const std::vector<BackendStatus>& backends) {
  json::array out;
  for (const BackendStatus& backend : backends) {
    json::object one{{"name", backend.name}};
    add(one, "ports", ports_of(backend));
    add(one, "conditions", conditions_of(backend.conditions));
    out.push_back(std::move(one));
  }
  return out;
}

// The schema wants a word where a proxy has not said one.
std::string_view or_unknown(const std::string& word) {
  return word.empty() ? std::string_view("unknown") : word;
}

json::array rejections_of(const std::vector<Rejection>& rejections) {
  json::array out;
  for (const Rejection& rejection : rejections) {
    json::object one{{"proxy", shown(or_unknown(rejection.proxy), kMostOfName)},
                     {"configVersion", shown(or_unknown(rejection.config_version), kMostOfVersion)},
                     {"code", rejection.code},
                     {"message", cut(rejection.message, kMostOfWords)},
                     {"observedTime", time_text(rejection.observed)}};
    if (!rejection.field.empty()) one.emplace("field", shown(rejection.field, kMostOfField));
    out.push_back(std::move(one));
  }
  return out;
}

json::object proxies_of(const ProxySummary& proxies) {
  json::object out{{"attached", proxies.attached},
                   {"acknowledged", proxies.acknowledged},
                   {"rejected", proxies.rejected},
                   {"summary", summary_of(proxies)}};
  add(out, "rejections", rejections_of(proxies.rejections));
  return out;
}

std::string body_of(const model::ObjectKey& key, const std::string& uid, json::object status) {
  json::object metadata;
  add(metadata, "namespace", key.object_namespace);
  add(metadata, "name", key.name);
  add(metadata, "uid", uid);  // where a server looks at it, no other object of this name is meant
  return json::serialize(json::object{{"apiVersion", text(kApiVersion)},
                                      {"kind", key.kind},
                                      {"metadata", std::move(metadata)},
                                      {"status", std::move(status)}});
}

}  // namespace

std::string status_body(const MailServerStatus& status) {
  json::object out{{"observedGeneration", status.generation}};
  add(out, "conditions", conditions_of(status.conditions));
  add(out, "listeners", listeners_of(status.listeners));
  add(out, "backends", backends_of(status.backends));
  add(out, "protocols", status.protocols);
  if (status.earliest_expiry_unix_s != 0) {
    out.emplace("earliestCertificateExpiryTime",
                time_text(WallTime(std::chrono::seconds(status.earliest_expiry_unix_s))));
  }
  add(out, "configVersion", status.config_version);
  out.emplace("proxies", proxies_of(status.proxies));
  return body_of(status.key, status.uid, std::move(out));
}

std::string status_body(const MailClassStatus& status) {
  json::object out{{"observedGeneration", status.generation}};
  add(out, "ingressClassName", status.ingress_class);
  add(out, "conditions", conditions_of(status.conditions));
  out.emplace("mailServers", status.mail_servers);
  json::array ports;
  for (const OpenPort& port : status.ports) {
    ports.push_back(json::object{{"port", port.port}, {"protocol", text(name_of(port.protocol))}});
  }
  add(out, "ports", std::move(ports));
  ProxySummary proxies = status.proxies;
  proxies.rejections.clear();  // those stand with the MailServers
  out.emplace("proxies", proxies_of(proxies));
  return body_of(status.key, status.uid, std::move(out));
}

}  // namespace postern::status
