// An API server of a few objects, played through a scripted transport on an agenda that is turned
// by hand: it answers lists that stream, tells changes, and is asked for single objects.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/metrics.h"
#include "controller/kube/reflector.h"
#include "controller/source/watched_kinds.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scripted_transport.h"
#include "tests/support/turned_agenda.h"

namespace postern::source {

class ScriptedCluster {
 public:
  ScriptedCluster() {
    for (const char* collection :
         {"mailservers", "mailclasses", "ingressclasses", "namespaces", "referencegrants",
          "services", "endpointslices", "configmaps", "secrets"}) {
      objects_[collection];
    }
  }

  [[nodiscard]] kube::Grounds grounds() {
    return {transport, agenda, clock, metrics, [] { return 0.5; }};
  }

  // There from the beginning, if it comes before answer_all().
  void put(const std::string& collection, const std::string& name, std::string json) {
    objects_[collection][name] = std::move(json);
  }
  void refuse(const std::string& collection, int status) { refused_[collection] = status; }
  void leave_waiting(const std::string& collection) { refused_[collection] = 0; }
  void heal(const std::string& collection) { refused_.erase(collection); }
  // Nobody may ask for the object by its name; nobody else: all may.
  void forbid(const std::string& name) { forbidden_ = name; }

  // Whatever was asked until now and what is asked for then.
  void answer_all() {
    for (bool again = true; again;) {
      agenda.turn();
      again = answer_flows() || answer_questions();
    }
    agenda.turn();
  }
  // To whoever watches.
  void tell(const std::string& collection, std::string_view type, const std::string& json) {
    for (const auto& flow : transport.flows) {
      if (!flow->held() || collection_of(flow->request.target) != collection) continue;
      flow->octets("{\"type\":\"" + std::string(type) + "\",\"object\":" + json + "}\n");
    }
    answer_all();
  }
  void bookmark(const std::string& collection, int revision) {
    tell(collection, "BOOKMARK",
         "{\"kind\":\"" + kind_of(collection) + R"(","metadata":{"resourceVersion":")" +
             std::to_string(revision) + "\"}}");
  }
  // The watch ends, and what it resumes from is forgotten: everything is listed again.
  void forget(const std::string& collection) {
    list_revision = 60;
    tell(collection, "ERROR",
         R"({"kind":"Status","apiVersion":"v1","metadata":{},"code":410,"reason":"Expired"})");
    agenda.pass(Duration{60'000});
    answer_all();
  }
  // Every connection breaks, and none is made any more.
  void go_away() {
    away_ = true;
    const auto flows = transport.flows;
    for (const auto& flow : flows) {
      if (flow->held()) flow->broken(kube::Broken::Why::Cut);
    }
    agenda.pass(Duration{60'000});
    answer_all();
  }

  // Targets of the objects that were asked for by name.
  [[nodiscard]] const std::vector<std::string>& asked() const { return asked_; }
  [[nodiscard]] std::vector<std::string> watched() const {
    std::vector<std::string> out;
    for (const auto& flow : transport.flows) {
      const std::string& target = flow->request.target;
      out.push_back(target.substr(0, target.find('?')));
    }
    std::ranges::sort(out);
    return out;
  }

  postern::test::ManualClock clock;
  postern::test::TurnedAgenda agenda{clock};
  postern::test::ScriptedTransport transport;
  Metrics metrics;
  int list_revision = 25;

 private:
  static std::string kind_of(const std::string& collection) {
    const auto kinds = watched_kinds();
    const auto at = std::ranges::find(kinds, collection, &WatchedKind::collection);
    return std::string(at->kind);
  }
  static std::string collection_of(const std::string& target) {
    const std::string path = target.substr(0, target.find('?'));
    return path.substr(path.rfind('/') + 1);
  }
  bool answer_flows() {
    bool any = false;
    const auto flows = transport.flows;
    for (const auto& flow : flows) {
      if (!flow->held() || !answered_.insert({flow.get(), flow}).second) continue;
      any = answer(*flow) || any;
    }
    return any;
  }
  bool answer(postern::test::ScriptedFlow& flow) {
    const std::string collection = collection_of(flow.request.target);
    if (away_) {
      flow.broken(kube::Broken::Why::Unreachable);
      return true;
    }
    if (const auto refusal = refused_.find(collection); refusal != refused_.end()) {
      if (refusal->second != 0) flow.answer(refusal->second, "{}");
      return true;
    }
    flow.head(200);
    if (flow.request.target.find("sendInitialEvents") == std::string::npos) return true;
    for (const auto& [name, json] : objects_[collection]) {
      flow.octets("{\"type\":\"ADDED\",\"object\":" + json + "}\n");
    }
    flow.octets(R"({"type":"BOOKMARK","object":{"kind":")" + kind_of(collection) +
                R"(","metadata":{"resourceVersion":")" + std::to_string(list_revision) +
                "\",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}}}}\n");
    return true;
  }
  // Of a kind that a server need not have.
  void answer_discovery() {
    if (refused_.contains("referencegrants")) return transport.answer(404, "{}");
    transport.answer(200,
                     R"({"kind":"APIResourceList","groupVersion":"gateway.networking.k8s.io/v1",)"
                     R"("resources":[{"name":"referencegrants","kind":"ReferenceGrant"}]})");
  }
  bool answer_questions() {
    const bool any = !transport.questions.empty();
    while (!transport.questions.empty()) {
      const std::string target = transport.questions.front().request.target;
      if (target.starts_with("/apis/gateway.networking.k8s.io/")) {
        answer_discovery();
        continue;
      }
      asked_.push_back(target);
      const std::string name = target.substr(target.rfind('/') + 1);
      const std::string path = target.substr(0, target.rfind('/'));
      const auto& there = objects_[path.substr(path.rfind('/') + 1)];
      const auto found = there.find(name);
      if (name == forbidden_) {
        transport.answer(403, "{}");
      } else if (found == there.end()) {
        transport.answer(404, "{}");
      } else {
        transport.answer(200, found->second);
      }
    }
    return any;
  }

  std::map<std::string, std::map<std::string, std::string>> objects_;  // by collection and name
  std::map<std::string, int> refused_;                                 // 0: no answer at all
  std::map<const void*, std::shared_ptr<postern::test::ScriptedFlow>> answered_;
  std::string forbidden_;
  std::vector<std::string> asked_;
  bool away_ = false;
};

// Objects as an API server writes them.
[[nodiscard]] inline std::string metadata(const std::string& name, int revision,
                                          const std::string& more = "") {
  return "\"metadata\":{\"name\":\"" + name + "\",\"namespace\":\"mail\",\"uid\":\"uid-" + name +
         "\",\"resourceVersion\":\"" + std::to_string(revision) + "\"" + more + "}";
}

struct MailServerText {
  std::string name = "example";
  std::string secret = "mail-tls";
  std::string ingress_class = "postern";
  int revision = 10;
  int generation = 1;
  std::string status = "{}";
  std::string auth_url = "";  // empty: no auth service
};
[[nodiscard]] inline std::string text_of(const MailServerText& server) {
  const std::string asking = R"(,"authentication":{"providers":[{"name":"accounts","http":)"
                             R"({"style":"AuthHTTP","url":")" +
                             server.auth_url + "\"}}]}";
  return R"({"apiVersion":"postern.dev/v1alpha1","kind":"MailServer",)" +
         metadata(server.name, server.revision,
                  ",\"generation\":" + std::to_string(server.generation)) +
         R"(,"spec":{"ingressClassName":")" + server.ingress_class +
         R"(","hostnames":["mail.example.com"],"protocols":{"imap":{}},)" +
         R"("tls":{"certificateRefs":[{"name":")" + server.secret +
         R"("}]},"backends":[{"name":"mailbox","service":{"name":"dovecot"}}])" +
         (server.auth_url.empty() ? "" : asking) + R"(},"status":)" + server.status + "}";
}

// Opaque, with the value k.
[[nodiscard]] inline std::string secret_text(const std::string& name, const std::string& base64,
                                             int revision) {
  return R"({"kind":"Secret","apiVersion":"v1",)" + metadata(name, revision) +
         R"(,"type":"Opaque","data":{"k":")" + base64 + "\"}}";
}

[[nodiscard]] inline std::string ingress_class_text(const std::string& name,
                                                    const std::string& mail_class,
                                                    int revision = 5) {
  const std::string parameters =
      mail_class.empty()
          ? ""
          : R"(,"parameters":{"apiGroup":"postern.dev","kind":"MailClass","name":")" + mail_class +
                "\"}";
  return R"({"kind":"IngressClass","apiVersion":"networking.k8s.io/v1","metadata":{"name":")" +
         name + R"(","uid":"u","resourceVersion":")" + std::to_string(revision) +
         R"("},"spec":{"controller":"postern.dev/controller")" + parameters + "}}";
}

[[nodiscard]] inline std::string mail_class_text(const std::string& name, int revision = 6) {
  return R"({"kind":"MailClass","apiVersion":"postern.dev/v1alpha1","metadata":{"name":")" + name +
         R"(","uid":"u","generation":1,"resourceVersion":")" + std::to_string(revision) +
         R"("},"spec":{"ports":[{"port":143},{"port":993}]}})";
}

}  // namespace postern::source
