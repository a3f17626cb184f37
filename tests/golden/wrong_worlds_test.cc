// Worlds with something wrong in them: which object is told what, what is off, and what goes on.
// docs/refusals.md is their table.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "controller/build/builder.h"
#include "controller/status/conditions.h"
#include "controller/world/world.h"
#include "tests/golden/wrong_world.h"
#include "tests/support/committed_page.h"

namespace postern::golden {
namespace {

using config::ResourceKey;
using config::ResourceType;

const decode::Decoder& decoder() {
  static const decode::Decoder kDecoder;
  return kDecoder;
}

constexpr const char* kClass = "mail";

// What came of a world, after its last step.
class Result {
 public:
  explicit Result(const WrongWorld& wrong) {
    world::World world;
    build::Builder builder;
    build::Terms terms;
    terms.class_name = kClass;
    terms.now_unix_s = wrong.now_unix_s;
    for (std::size_t i = 0; i < wrong.steps.size(); ++i) {
      const Step& step = wrong.steps[i];
      world::Touched touched;
      if (i == 0) touched = enter(world, common_beside(step));
      touched.merge(enter(world, step));
      for (const model::ObjectKey& key : step.without) touched.merge(world.remove(key));
      for (const model::Problem& problem : step.problems) {
        if (problem.object == model::mail_class_key(kClass)) {
          terms.class_broken = world.mail_class(kClass) == nullptr;
        }
      }
      take(builder.update(world, touched, terms), step.problems);
    }
  }

  [[nodiscard]] const model::Problems& problems() const { return problems_; }
  [[nodiscard]] const std::map<ResourceKey, config::Resource>& resources() const {
    return resources_;
  }
  [[nodiscard]] const std::map<model::ObjectKey, build::Verdict>& verdicts() const {
    return verdicts_;
  }

 private:
  // An object of common.yaml that the file writes anew is not there, even if it is refused.
  static Step common_beside(const Step& step) {
    Step common = common_objects(decoder());
    std::erase_if(common.objects, [&](const model::Object& object) {
      return std::ranges::any_of(step.problems, [&](const model::Problem& problem) {
        return problem.severity == model::Severity::Refused &&
               problem.object == model::meta_of(object).key;
      });
    });
    return common;
  }
  static world::Touched enter(world::World& world, const Step& step) {
    world::Touched touched;
    for (const model::Object& object : step.objects) touched.merge(world.apply(object));
    return touched;
  }
  void take(build::Changes changes, const model::Problems& of_reading) {
    for (const ResourceKey& key : changes.removals) resources_.erase(key);
    for (const config::FreshResource& resource : changes.upserts) {
      resources_.insert_or_assign(resource.key(), *resource);
    }
    for (const model::ObjectKey& key : changes.gone) verdicts_.erase(key);
    for (build::Verdict& verdict : changes.verdicts) {
      verdicts_.insert_or_assign(verdict.server, std::move(verdict));
    }
    problems_ = of_reading;
    std::ranges::copy(changes.class_problems, std::back_inserter(problems_));
    for (const auto& [key, verdict] : verdicts_) {
      std::ranges::copy(verdict.problems, std::back_inserter(problems_));
    }
  }

  model::Problems problems_;
  std::map<ResourceKey, config::Resource> resources_;
  std::map<model::ObjectKey, build::Verdict> verdicts_;
};

std::string members_of(const config::EndpointSet& set) {
  if (set.endpoints.empty()) return "nobody: users are told to come back later";
  std::vector<std::string> out;
  for (const config::Endpoint& endpoint : set.endpoints) out.push_back(endpoint.id);
  return fmt::format("{}", fmt::join(out, ", "));
}

std::string body_of(const config::Resource& resource) {
  if (const auto* listener = resource.as<config::Listener>()) {
    std::vector<std::string> out;
    for (const config::Tenant& tenant : listener->tenants) {
      out.push_back(fmt::format("{} [{}]", tenant.server, fmt::join(tenant.hostnames, ", ")));
    }
    return fmt::format("{}", fmt::join(out, "; "));
  }
  if (const auto* set = std::get_if<config::EndpointSet>(&resource.body)) return members_of(*set);
  if (const auto* material = std::get_if<config::SecretMaterial>(&resource.body)) {
    const auto* pair = std::get_if<config::KeyPair>(material);
    return pair == nullptr ? "authorities"
                           : fmt::format("{}", fmt::join(pair->dns_names.strings(), ", "));
  }
  return "";
}

std::string report(const Result& result) {
  std::string out = "told:\n";
  for (const model::Problem& problem : result.problems()) {
    const bool warning = problem.severity == model::Severity::Warning;
    out += fmt::format("  {}{}: {}\n", problem.reason, warning ? " (warning)" : "",
                       model::to_text(problem));
  }
  out += "off:\n";
  for (const auto& [key, verdict] : result.verdicts()) {
    for (const build::ListenerVerdict& one : verdict.listeners) {
      if (one.off_reason.empty()) continue;
      out += fmt::format("  {} port {}: {}: {}\n", key.path(), one.port, one.off_reason,
                         one.off_message);
    }
  }
  out += "goes on:\n";
  for (const auto& [key, resource] : result.resources()) {
    const std::string body = body_of(resource);
    out +=
        fmt::format("  {} {}{}{}\n", name_of(key.type), key.name, body.empty() ? "" : ": ", body);
  }
  return out;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class WrongWorlds : public ::testing::TestWithParam<std::string> {};

TEST_P(WrongWorlds, tell_who_is_wrong_and_the_rest_goes_on) {
  const WrongWorld wrong = read_wrong_world(decoder(), GetParam());
  EXPECT_FALSE(wrong.title.empty()) << "needs a line '# title: …'";
  const std::string got = report(Result(wrong));
  const std::string expected = wrong_world_path(GetParam() + ".out");
  if (std::getenv("POSTERN_REWRITE") != nullptr) std::ofstream(expected) << got;
  EXPECT_EQ(got, read_text(expected));
}

INSTANTIATE_TEST_SUITE_P(Golden, WrongWorlds, ::testing::ValuesIn(wrong_world_names()),
                         [](const auto& row) {
                           std::string name = row.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

std::vector<std::string> objects_of(const Result& result) {
  std::vector<std::string> out;
  for (const model::Problem& problem : result.problems()) {
    std::string object = problem.object.kind + " " + problem.object.path();
    if (std::ranges::count(out, object) == 0) out.push_back(std::move(object));
  }
  return out;
}

// The place in the file says nothing to who reads the page; nor does the object, if there is one.
std::string words_of(const Result& result) {
  std::vector<std::string> out;
  const bool several = objects_of(result).size() > 1;
  for (model::Problem problem : result.problems()) {
    problem.place = {};
    if (!several) problem.object = {};
    const bool warning = problem.severity == model::Severity::Warning;
    out.push_back(fmt::format("`{}`{} {}", problem.reason, warning ? " (warning)" : "",
                              model::to_text(problem)));
  }
  return fmt::format("{}", fmt::join(out, "<br>"));
}

std::string goes_on(const Result& result) {
  std::vector<std::string> out;
  for (const auto& [key, verdict] : result.verdicts()) {
    std::vector<std::uint16_t> ports;
    for (const build::ListenerVerdict& one : verdict.listeners) {
      if (one.off_reason.empty()) ports.push_back(one.port);
    }
    if (ports.empty()) continue;
    out.push_back(fmt::format("{} on {}", key.path(), fmt::join(ports, ", ")));
  }
  for (const auto& [key, resource] : result.resources()) {
    const auto* set = std::get_if<config::EndpointSet>(&resource.body);
    if (set == nullptr || !set->endpoints.empty()) continue;
    out.push_back(fmt::format("{} by nobody: its users are told to come back", key.name));
  }
  return out.empty() ? "nothing" : fmt::format("{}", fmt::join(out, "<br>"));
}

TEST(WrongWorlds, are_a_page_of_the_documentation) {
  std::string page =
      "# What is refused, and what goes on\n\n"
      "Manifests that are right one by one and wrong together. Each row is a world of\n"
      "`tests/golden/wrong_worlds`: its file stands beside `common.yaml`, where `mail/example` "
      "and\n"
      "`bolt/mail` both serve IMAP on 143 and 993. What is wrong with one manifest alone is in\n"
      "[errors.md](errors.md) and `tests/golden/refused`. This page is written by a test\n"
      "(`POSTERN_REWRITE=1`).\n\n"
      "| world | object | is told | goes on |\n|---|---|---|---|\n";
  for (const std::string& name : wrong_world_names()) {
    const WrongWorld wrong = read_wrong_world(decoder(), name);
    const Result result(wrong);
    page += fmt::format("| {} | {} | {} | {} |\n", wrong.title,
                        fmt::join(objects_of(result), "<br>"), words_of(result), goes_on(result));
  }
  test::expect_committed("docs/refusals.md", page);
}

// Accepted tells what is refused: a warning that is not in the table of reasons would be in no
// condition.
TEST(WrongWorlds, warn_in_a_condition) {
  for (const std::string& name : wrong_world_names()) {
    const Result result(read_wrong_world(decoder(), name));
    for (const model::Problem& problem : result.problems()) {
      const bool is_told = problem.severity != model::Severity::Warning ||
                           status::condition_of(problem.reason) != "Accepted";
      EXPECT_TRUE(is_told) << name << ": " << problem.reason;
    }
  }
}

TEST(WrongWorlds, are_many) { EXPECT_GE(wrong_world_names().size(), 60U); }

}  // namespace
}  // namespace postern::golden
