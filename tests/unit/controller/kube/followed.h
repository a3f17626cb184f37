// A reflector on a scripted transport, a hand-turned agenda and a sink that writes down what it is
// told, a line each.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "controller/kube/reflector.h"
#include "tests/support/fragmenter.h"
#include "tests/support/scripted_transport.h"
#include "tests/support/turned_agenda.h"

namespace postern::kube {

class KeptWords final : public ReflectorSink {
 public:
  void on_replace_begin() override { said.emplace_back("begin"); }
  void on_object(std::string_view json) override { add("object ", json); }
  void on_object_gone(std::string_view json) override { add("not ", json); }
  void on_replace_end(Revision revision) override { add("end ", number(revision)); }
  void on_change(Change change, std::string_view json, Revision revision) override {
    static constexpr std::string_view kWords[] = {"added ", "modified ", "deleted "};
    add(kWords[static_cast<std::size_t>(change)], std::string(json) + " at " + number(revision));
  }
  void on_bookmark(Revision revision) override { add("bookmark ", number(revision)); }
  void on_standing(Standing standing, std::string_view words) override {
    static constexpr std::string_view kWords[] = {"Listing", "Watching",  "Unreachable",
                                                  "Refused", "Forbidden", "Missing"};
    add(kWords[static_cast<std::size_t>(standing)], words.empty() ? "" : ": " + std::string(words));
  }

  std::vector<std::string> said;

 private:
  static std::string number(Revision revision) {
    return revision ? std::to_string(*revision) : "none";
  }
  void add(std::string_view what, std::string_view rest) {
    said.push_back(std::string(what) + std::string(rest));
  }
};

using Lines = std::vector<std::string>;

inline std::string object(int number, int version) {
  return R"({"kind":"Secret","metadata":{"name":"s)" + std::to_string(number) +
         R"(","resourceVersion":")" + std::to_string(version) + R"("}})";
}
inline std::string event(std::string_view type, const std::string& of) {
  return R"({"type":")" + std::string(type) + R"(","object":)" + of + "}\n";
}
inline std::string bookmark(int version, bool end = false) {
  return event("BOOKMARK",
               R"({"kind":"Secret","metadata":{"resourceVersion":")" + std::to_string(version) +
                   (end ? R"(","annotations":{"k8s.io/initial-events-end":"true"}}})" : "\"}}"));
}
inline std::string status(int code, const std::string& reason, const std::string& more = "") {
  return R"({"kind":"Status","message":"no","reason":")" + reason + R"(","code":)" +
         std::to_string(code) + more + "}";
}
inline const std::string kTooLarge =
    status(504, "Timeout", R"(,"details":{"causes":[{"reason":"ResourceVersionTooLarge"}]})");
inline std::string list(const std::vector<std::string>& items, int version,
                        const std::string& more = "") {
  std::string json = R"({"kind":"SecretList","metadata":{"resourceVersion":")" +
                     std::to_string(version) + "\"" +
                     (more.empty() ? "" : R"(,"continue":")" + more + "\"") + R"(},"items":[)";
  for (const std::string& item : items) json += (json.ends_with('[') ? "" : ",") + item;
  return json + "]}";
}

class Followed : public ::testing::Test {
 protected:
  void start(Collection collection = {
                 .name = "secrets", .target = "/api/v1/secrets", .kind = "Secret"}) {
    reflector_ = std::make_unique<Reflector>(
        std::move(collection), sink_,
        Grounds{transport_, agenda_, clock_, metrics_, [this] { return random_; }, reach});
    reflector_->start();
  }
  // The server does not take streamed lists: the first page is asked for.
  void start_paged() {
    start();
    flow().answer(422, status(422, "Invalid"));
    agenda_.turn();
  }
  // Read whole at version 10, one object s1, and watching.
  void start_watching() {
    start_paged();
    flow().answer(200, list({object(1, 7)}, 10));
    flow().head(200);
    forget();
  }
  [[nodiscard]] test::ScriptedFlow& flow() { return *transport_.flows.back(); }
  [[nodiscard]] std::string target() { return flow().request.target; }
  // How long the next question is waited for; and it is asked.
  Duration waited() {
    const std::size_t before = transport_.flows.size();
    const Duration wait = agenda_.next_in();
    agenda_.pass(wait);
    EXPECT_EQ(transport_.flows.size(), before + 1);
    return wait;
  }
  void forget() { sink_.said.clear(); }
  [[nodiscard]] Lines said() { return std::exchange(sink_.said, {}); }

  test::ManualClock clock_;
  test::TurnedAgenda agenda_{clock_};
  test::ScriptedTransport transport_;
  Metrics metrics_;
  double random_ = 0.5;
  Reach* reach = nullptr;
  KeptWords sink_;
  std::unique_ptr<Reflector> reflector_;
};

}  // namespace postern::kube
