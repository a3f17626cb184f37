#include "tests/support/fake_api_server.h"

#include <gtest/gtest.h>

#include "tests/feature/kube/api_objects.h"
#include "tests/unit/controller/kube/asking.h"

namespace postern::test {
namespace {

const std::string kMaps = "/api/v1/namespaces/mail/configmaps";
const std::string kServers = "/apis/postern.dev/v1alpha1/namespaces/mail/mailservers";

class FakeApi : public ::testing::Test {
 protected:
  json::object object(const std::string& target) {
    return json::parse(asking.text(target)).as_object();
  }
  kube::Reply say(const std::string& method, const std::string& target, const json::object& body,
                  const std::string& type = "application/json") {
    kube::Request request;
    request.method = method;
    request.target = target;
    request.content_type = type;
    request.body = json::serialize(body);
    const auto answer = asking.ask(std::move(request));
    return answer ? *answer : kube::Reply{};
  }
  // Of a watch: the lines so far, once there are so many.
  std::vector<json::object> events(std::size_t wanted) {
    while (lines_.size() < wanted) {
      const std::string told = flow_.told.take();
      if (told.starts_with("octets:")) rest_ += told.substr(7);
      for (std::size_t end = 0; (end = rest_.find('\n')) != std::string::npos;) {
        lines_.push_back(json::parse(rest_.substr(0, end)).as_object());
        rest_.erase(0, end + 1);
      }
      if (told.starts_with("broken") || told == "end") break;
    }
    return lines_;
  }
  void watch(const std::string& query) {
    asking.open(get(kMaps + "?watch=true&" + query), flow_.reader());
    EXPECT_EQ("200", flow_.told.take());
  }
  static std::string name_of(const json::object& event) {
    return text_at(event, "object.metadata.name");
  }

  FakeApiServer server;

 private:
  ToldFlow flow_;
  std::vector<json::object> lines_;
  std::string rest_;

 protected:
  Asking asking{plain_access(server.port())};  // last: it ends before what it tells is gone
};

TEST_F(FakeApi, lists_in_pages_of_one_revision) {
  for (const char* const name : {"mail/a", "mail/b", "mail/c"}) server.put(api_config_map(name));
  const json::object first = object(kMaps + "?limit=2");
  EXPECT_EQ("ConfigMapList", text_of(first, "kind"));
  EXPECT_EQ(2U, first.at("items").as_array().size());
  EXPECT_FALSE(first.at("items").as_array()[0].as_object().contains("kind"));
  server.put(api_config_map("mail/d"));
  const json::object second =
      object(kMaps + "?limit=2&continue=" + text_at(first, "metadata.continue"));
  ASSERT_EQ(1U, second.at("items").as_array().size());
  EXPECT_EQ(text_at(first, "metadata.resourceVersion"),
            text_at(second, "metadata.resourceVersion"));
}

TEST_F(FakeApi, forgets_pages_when_it_is_compacted) {
  for (const char* const name : {"mail/a", "mail/b"}) server.put(api_config_map(name));
  const json::object first = object(kMaps + "?limit=1");
  server.put(api_config_map("mail/c"));
  server.compact();
  const json::object second =
      object(kMaps + "?limit=1&continue=" + text_at(first, "metadata.continue"));
  EXPECT_EQ("Expired", text_of(second, "reason"));
}

TEST_F(FakeApi, tells_watches_of_every_change) {
  server.put(api_config_map("mail/a"));
  const std::string revision = text_at(object(kMaps), "metadata.resourceVersion");
  watch("resourceVersion=" + revision);
  server.put(api_config_map("mail/b"));
  server.put(api_config_map("other/b"));
  server.put(api_config_map("mail/a", "two"));
  server.erase("configmaps", "mail", "b");
  const auto told = events(3);
  ASSERT_EQ(3U, told.size());
  EXPECT_EQ("ADDED", text_of(told[0], "type"));
  EXPECT_EQ("MODIFIED", text_of(told[1], "type"));
  EXPECT_EQ("DELETED", text_of(told[2], "type"));
  EXPECT_EQ("b", name_of(told[2]));
}

TEST_F(FakeApi, streams_a_list_and_marks_its_end) {
  server.put(api_config_map("mail/a"));
  watch("sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
  const auto told = events(2);
  ASSERT_EQ(2U, told.size());
  EXPECT_EQ("a", name_of(told[0]));
  EXPECT_EQ("BOOKMARK", text_of(told[1], "type"));
  EXPECT_EQ("true", text_of(member(member(member(told[1], "object"), "metadata"), "annotations"),
                            "k8s.io/initial-events-end"));
}

TEST_F(FakeApi, says_gone_inside_a_watch) {
  server.put(api_config_map("mail/a"));
  server.compact();
  watch("resourceVersion=1000");
  const auto told = events(1);
  ASSERT_EQ(1U, told.size());
  EXPECT_EQ("ERROR", text_of(told[0], "type"));
  EXPECT_EQ("410", text_at(told[0], "object.code"));
}

TEST_F(FakeApi, counts_generations_of_specs_and_not_of_status) {
  server.put(api_mail_server("mail/one", "a.example.test"));
  json::object body = api_mail_server("mail/one", "a.example.test");
  body.erase("spec");
  body["status"] = {{"observedGeneration", 1}};
  const std::string target = kServers + "/one/status?fieldManager=postern&force=true";
  EXPECT_EQ(200, say("PATCH", target, body, "application/apply-patch+yaml").head.status);
  json::object held = object(kServers + "/one");
  EXPECT_EQ("1", text_at(held, "metadata.generation"));
  EXPECT_EQ("1", text_at(held, "status.observedGeneration"));
  server.put(api_mail_server("mail/one", "b.example.test"));
  held = object(kServers + "/one");
  EXPECT_EQ("2", text_at(held, "metadata.generation"));
  EXPECT_EQ("1", text_at(held, "status.observedGeneration"));
}

TEST_F(FakeApi, applies_the_same_status_without_a_new_revision) {
  server.put(api_mail_server("mail/one", "a.example.test"));
  json::object body = api_mail_server("mail/one", "a.example.test");
  body.erase("spec");
  body["status"] = {{"observedGeneration", 1}, {"protocols", "IMAP"}};
  const std::string target = kServers + "/one/status?fieldManager=postern&force=true";
  say("PATCH", target, body, "application/apply-patch+yaml");
  const std::string revision = text_at(object(kServers + "/one"), "metadata.resourceVersion");
  say("PATCH", target, body, "application/apply-patch+yaml");
  EXPECT_EQ(revision, text_at(object(kServers + "/one"), "metadata.resourceVersion"));
  body["status"] = {{"observedGeneration", 1}};
  say("PATCH", target, body, "application/apply-patch+yaml");
  EXPECT_FALSE(member(object(kServers + "/one"), "status").contains("protocols"));
  EXPECT_EQ(404, say("PATCH", kServers + "/none/status?fieldManager=postern", body,
                     "application/apply-patch+yaml")
                     .head.status);
}

TEST_F(FakeApi, refuses_to_update_what_changed_meanwhile) {
  const std::string leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
  json::object lease = api_object("coordination.k8s.io/v1", "Lease", "default/leader");
  EXPECT_EQ(201, say("POST", leases, lease).head.status);
  EXPECT_EQ(409, say("POST", leases, lease).head.status);
  lease = object(leases + "/leader");
  lease["spec"] = {{"holderIdentity", "a"}};
  EXPECT_EQ(200, say("PUT", leases + "/leader", lease).head.status);
  EXPECT_EQ(409, say("PUT", leases + "/leader", lease).head.status);
}

TEST_F(FakeApi, lets_in_by_token_alone_when_it_has_some) {
  server.look([](ApiState& state) { state.tokens = {{"secret", "controller"}}; });
  EXPECT_EQ("Unauthorized", text_of(object(kMaps), "reason"));
}

TEST_F(FakeApi, takes_a_fault_as_often_as_it_is_told) {
  server.fault({.what = ApiFault::What::Status,
                .verb = "list",
                .plural = "configmaps",
                .times = 2,
                .code = 429,
                .reason = "TooManyRequests",
                .retry_after = 1});
  for (const int wanted : {429, 429, 200}) {
    const auto answer = asking.ask(kMaps);
    ASSERT_TRUE(answer);
    EXPECT_EQ(wanted, answer->head.status);
    EXPECT_EQ(wanted == 429, answer->head.retry_after.has_value());
  }
}

TEST_F(FakeApi, keeps_what_it_holds_while_its_door_is_closed) {
  server.put(api_config_map("mail/a"));
  server.close_door();
  EXPECT_EQ(broken(kube::Broken::Why::Unreachable), asking.text(kMaps));
  server.open_door();
  EXPECT_EQ(1U, object(kMaps).at("items").as_array().size());
}

TEST_F(FakeApi, shows_a_frozen_user_an_earlier_view) {
  server.put(api_config_map("mail/a"));
  server.look([](ApiState& state) { state.frozen[""] = state.store.revision(); });
  server.put(api_config_map("mail/b"));
  server.erase("configmaps", "mail", "a");
  const json::object list = object(kMaps);
  ASSERT_EQ(1U, list.at("items").as_array().size());
  server.look([](ApiState& state) { state.frozen.clear(); });
  EXPECT_EQ("b", text_at(object(kMaps).at("items").as_array()[0].as_object(), "metadata.name"));
}

TEST_F(FakeApi, cuts_a_watch_in_the_middle_of_an_object) {
  server.put(api_config_map("mail/a"));
  server.fault({.what = ApiFault::What::Cut, .verb = "watch"});
  watch("resourceVersion=0");
  EXPECT_TRUE(events(1).empty());
}

TEST_F(FakeApi, says_which_groups_it_has) {
  EXPECT_EQ("APIGroupList", text_of(object("/apis"), "kind"));
  EXPECT_EQ("APIResourceList", text_of(object("/apis/gateway.networking.k8s.io/v1beta1"), "kind"));
  server.look([](ApiState& state) { state.missing = {"gateway.networking.k8s.io"}; });
  EXPECT_EQ("404 page not found\n", asking.text("/apis/gateway.networking.k8s.io/v1beta1"));
  EXPECT_EQ("404 page not found\n",
            asking.text("/apis/gateway.networking.k8s.io/v1beta1/referencegrants"));
}

}  // namespace
}  // namespace postern::test
