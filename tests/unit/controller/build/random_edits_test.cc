// The incremental Builder against a new one over the whole world, after each of 2000 random edits:
// every resource, its sources, and every verdict.
#include <algorithm>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/controller/build/growing.h"

namespace postern::build {
namespace {

using namespace postern::testing;

constexpr std::int64_t kEditedAt = 1'800'000'000;
constexpr const char* kNamespaces[] = {"acme", "bolt", "crow"};

// With few names nearly everything is in conflict with something, with many nearly nothing.
class RandomWorld {
 public:
  RandomWorld(unsigned seed, std::size_t names) : random_(seed), names_(names) {}

  [[nodiscard]] std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }
  [[nodiscard]] bool once_in(std::size_t times) { return below(times) == 0; }
  [[nodiscard]] std::string name_space() { return kNamespaces[below(std::size(kNamespaces))]; }

  [[nodiscard]] model::ObjectKey key() {
    switch (below(6)) {
      case 0: return {"MailServer", name_space(), fmt::format("m{}", below(4))};
      case 1: return {"Secret", name_space(), fmt::format("tls{}", below(3))};
      case 2: return {"Service", name_space(), fmt::format("s{}", below(2))};
      case 3: return {"EndpointSlice", name_space(), fmt::format("e{}", below(3))};
      case 4: return model::name_space_key(name_space());
      default: return model::mail_class_key("postern");
    }
  }

  [[nodiscard]] model::Object object() {
    switch (below(12)) {
      case 0:
      case 1:
      case 2:
      case 3: return server();
      case 4:
      case 5:
      case 6: return secret();
      case 7: return service();
      case 8:
      case 9: return slice();
      case 10: return labelled();
      default: return mail_class();
    }
  }

 private:
  model::Object server() {
    const std::string ns = name_space();
    MkServer out = mk_server(fmt::format("{}/m{}", ns, below(4)));
    std::vector<std::string> hostnames;
    for (std::size_t i = 0; i <= below(3); ++i) hostnames.push_back(hostname(hostnames));
    out.hostnames(hostnames).created(fmt::format("2026-0{}-01T00:00:00Z", 1 + below(3)));
    out.with([&](model::MailServer& spec) { fill(spec, ns); });
    return model::MailServer(out);
  }
  std::string hostname(const std::vector<std::string>& others) {
    for (;;) {
      const std::size_t at = below(names_);
      std::string name = at == 0 ? "*.example.com" : fmt::format("h{}.example.com", at);
      if (std::ranges::count(others, name) == 0) return name;
    }
  }
  void fill(model::MailServer& spec, const std::string& ns) {
    spec.meta.generation = static_cast<std::int64_t>(1 + below(2));
    spec.meta.uid = fmt::format("uid-{}", below(2));
    if (once_in(8)) spec.ingress_class_name = "other";
    if (once_in(2)) spec.domains = {fmt::format("d{}.example", below(names_))};
    if (once_in(4)) spec.limits.max_connections = static_cast<std::uint32_t>(1 + below(20));
    spec.tls->certificate_refs.clear();
    for (std::size_t i = 0; i <= below(2); ++i) {
      spec.tls->certificate_refs.push_back({fmt::format("tls{}", below(3)), ns});
    }
    std::vector<model::ListenerSpec> listeners;
    if (!once_in(4)) listeners.push_back(mk_listener(143, once_in(5) ? "Disabled" : "StartTLS"));
    listeners.push_back(
        mk_listener(993, once_in(5) ? "StartTLS" : "Implicit", once_in(6) ? "Allow" : "Refuse"));
    if (once_in(3)) listeners.push_back(mk_listener(1993, "Implicit"));
    spec.protocols = {mk_imap(std::move(listeners))};
    for (std::size_t i = 0; i <= below(2); ++i) spec.backends.push_back(backend(ns, i));
  }
  model::BackendSpec backend(const std::string& ns, std::size_t index) {
    const std::string name = fmt::format("b{}", index);
    model::BackendSpec out =
        once_in(4) ? mk_address_backend(name, {{"one", "10.0.0.9"}, {"two", "127.0.0.9"}})
                   : mk_service_backend(name, fmt::format("s{}", below(2)), ns);
    if (once_in(3)) out.tls.client_certificate_ref = model::ObjectRef{"tls2", ns};
    return out;
  }
  model::Object secret() {
    auto out = mk_tls_secret(fmt::format("{}/tls{}", name_space(), below(3)),
                             {once_in(2) ? "*.example.com" : "h1.example.com"});
    out.certificate->not_after_unix_s = kEditedAt + static_cast<std::int64_t>(below(4000)) - 500;
    out.meta.generation = static_cast<std::int64_t>(below(3));
    out.data.insert_or_assign("tls.key", SharedSecret(fmt::format("key {}", below(50))));
    if (once_in(3)) out.certificate->problem = "the key does not belong to the certificate";
    if (once_in(3)) out.data.emplace("ca.crt", SharedSecret("-----BEGIN CERTIFICATE-----\n"));
    return out;
  }
  model::Object service() {
    auto out = mk_service(fmt::format("{}/s{}", name_space(), below(2)), {mk_port("imap", 143)});
    if (once_in(2)) out.ports.push_back(mk_port("imaps", 993));
    if (once_in(5)) out.ports = {mk_port("smtp", 25)};
    out.has_selector = once_in(2);
    if (once_in(3)) out.addresses = {*IpAddress::parse(once_in(2) ? "127.0.0.1" : "10.0.0.1")};
    return out;
  }
  model::Object slice() {
    return mk_slice(fmt::format("{}/e{}", name_space(), below(3)), fmt::format("s{}", below(2)),
                    {{"imap", "", 143}, {"imaps", "", 993}},
                    {mk_endpoint(fmt::format("10.0.1.{}", 1 + below(5)), "pod-0")});
  }
  model::Object labelled() {
    model::NamespaceObject out;
    out.meta.key = model::name_space_key(name_space());
    out.meta.labels["plan"] = once_in(2) ? "small" : "large";
    return out;
  }
  model::Object mail_class() {
    model::MailClass out;
    out.meta.key = model::mail_class_key("postern");
    if (once_in(2)) {
      out.ports.emplace(2);
      out.ports->at(0).port = 143;
      out.ports->at(1).port = 993;
      out.ports->at(1).socket.backlog = static_cast<std::uint32_t>(below(3));
    }
    if (once_in(2)) out.namespaces = rules();
    if (once_in(3)) out.egress = {{*Network::parse("10.0.1.0/24")}};
    return out;
  }
  std::vector<model::NamespaceRule> rules() {
    std::vector<model::NamespaceRule> out(2);
    out[0].name = "large";
    out[0].selector.match_labels = {{"plan", "large"}};
    out[1].name = "rest";
    out[1].max_mail_servers = static_cast<std::uint32_t>(1 + below(3));
    if (once_in(2)) out[1].hostnames = {"h1.example.com", "h2.example.com"};
    if (once_in(2)) out[1].limits.emplace().max_connections = 10;
    return out;
  }

  std::mt19937 random_;
  std::size_t names_;
};

std::string text_of(const config::Resource& resource) {
  std::string out = std::string(name_of(resource.type())) + " " + resource.name + " from";
  for (const config::SourceRef& source : resource.sources) {
    out += fmt::format(" {}/{}/{}@{}#{}", source.kind, source.object_namespace, source.name,
                       source.uid, source.generation);
  }
  return out;
}

std::string text_of(const Verdict& verdict) {
  std::string out = fmt::format("{} {} {} {}\n", verdict.server.path(), verdict.uid,
                                verdict.generation, verdict.accepted);
  for (const ListenerVerdict& one : verdict.listeners) {
    out += fmt::format("  {} {}: {}\n", one.port, one.off_reason, one.off_message);
  }
  for (const model::Problem& problem : verdict.problems) {
    out += fmt::format("  {} {} {}\n", problem.severity == model::Severity::Refused, problem.reason,
                       model::to_text(problem));
  }
  for (const config::ResourceKey& key : verdict.resources) out += "  " + key.name + "\n";
  return out;
}

bool same(const Verdict& a, const Verdict& b) {
  return a.uid == b.uid && a.generation == b.generation && a.accepted == b.accepted &&
         a.listeners == b.listeners && a.resources == b.resources &&
         std::ranges::equal(a.problems, b.problems, [](const auto& one, const auto& other) {
           return one.object == other.object && one.place == other.place &&
                  one.field == other.field && one.reason == other.reason &&
                  one.message == other.message && one.severity == other.severity;
         });
}

// What a Builder says that has seen nothing before, and remembers what this one remembered.
void expect_equal(const Growing& growing, const Changes& fresh) {
  ASSERT_EQ(fresh.upserts.size(), growing.held.size());
  for (const config::FreshResource& given : fresh.upserts) {
    const config::Resource& expected = *given;
    const auto held = growing.held.find(expected.key());
    ASSERT_NE(held, growing.held.end()) << text_of(expected);
    const bool same =
        held->second.body == expected.body && held->second.sources == expected.sources;
    ASSERT_TRUE(same) << text_of(held->second) << "\n" << text_of(expected);
  }
  ASSERT_EQ(fresh.verdicts.size(), growing.verdicts.size());
  for (const Verdict& expected : fresh.verdicts) {
    const Verdict& known = growing.verdicts.at(expected.server);
    ASSERT_TRUE(same(known, expected)) << text_of(known) << text_of(expected);
  }
}

void edit(RandomWorld& random, Growing& growing) {
  const std::size_t edits = random.once_in(5) ? 3 : 1;
  for (std::size_t i = 0; i < edits; ++i) {
    growing.touch(random.once_in(4) ? growing.world().remove(random.key())
                                    : growing.world().apply(random.object()));
  }
  if (random.once_in(20)) growing.terms.now_unix_s += 50;
  if (random.once_in(50)) growing.terms.class_broken = !growing.terms.class_broken;
}

void expect_as_new(RandomWorld random, int edits) {
  Growing growing;
  growing.terms.now_unix_s = kEditedAt;
  world::Touched everything;
  everything.all = true;
  int something = 0;
  for (int i = 0; i < edits; ++i) {
    SCOPED_TRACE(fmt::format("edit {}", i));
    edit(random, growing);
    Builder fresh = growing.renewed();
    (void)growing.update();
    expect_equal(growing, fresh.update(growing.world(), everything, growing.terms));
    if (::testing::Test::HasFatalFailure()) return;
    if (!growing.held.empty()) ++something;
  }
  EXPECT_GT(something, edits / 4) << "mostly there was nothing: this says little";
}

TEST(RandomEdits, among_conflicts_leave_what_a_new_builder_would_make) {
  expect_as_new(RandomWorld(20261121, 7), 1000);
}

TEST(RandomEdits, with_few_conflicts_leave_what_a_new_builder_would_make) {
  expect_as_new(RandomWorld(20261122, 60), 1000);
}

}  // namespace
}  // namespace postern::build
