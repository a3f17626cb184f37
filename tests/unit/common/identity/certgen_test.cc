#include "common/identity/certgen.h"

#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "common/identity/pair.h"
#include "tests/support/stream_certificates.h"

namespace postern::identity {
namespace {

namespace fs = std::filesystem;
using test::slurp;
using test::spill;
using test::StreamAuthority;

constexpr std::chrono::hours kDay{24};

class CertgenTest : public testing::Test {
 protected:
  CertgenReport make(std::chrono::hours later = {}) {
    auto report = make_certificates(at(), "mail", start_ + later);
    EXPECT_TRUE(report) << report.error();
    return report ? *report : CertgenReport();
  }
  std::string error(const std::string& ingress_class = "mail") {
    auto report = make_certificates(at(), ingress_class, start_);
    EXPECT_FALSE(report);
    return report ? std::string() : report.error();
  }
  std::string at(const std::string& name = {}) const {
    return (folder_ / "certs") + (name.empty() ? "" : "/" + name);
  }
  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(at())) {
      if (entry.is_regular_file()) out[entry.path()] = slurp(entry.path());
    }
    return out;
  }
  Result<Validity, PairProblem> checked(Role role, std::chrono::hours later = {}) const {
    const std::string in = at(std::string(word_of(role)));
    const std::string ca = slurp(in + "/ca.crt");
    const std::string chain = slurp(in + "/tls.crt");
    const std::string key = slurp(in + "/tls.key");
    return check_pair({ca, chain, key}, {role, "mail"}, start_ + later);
  }
  static bool written(const CertgenReport& report, const std::string& ending) {
    for (const FileNote& file : report.files) {
      if (file.path.ends_with(ending)) return file.written;
    }
    ADD_FAILURE() << ending << " is not in the report";
    return false;
  }

  test::TemporaryFolder folder_;
  WallTime start_{std::chrono::seconds{1'800'000'000}};
};

TEST_F(CertgenTest, makes_an_authority_and_a_pair_for_each_end) {
  const CertgenReport report = make();
  EXPECT_EQ(report.files.size(), 8U);
  EXPECT_TRUE(report.warnings.empty());
  for (const Role role : {Role::Controller, Role::Proxy}) {
    const auto valid = checked(role);
    ASSERT_TRUE(valid) << valid.error().sentence;
    EXPECT_EQ(valid->ends, start_ + 90 * kDay);
  }
  const auto authority = read_certificates(slurp(at("ca.crt")));
  ASSERT_EQ(authority.size(), 1U);
  EXPECT_GE(validity_of(authority.front().get()).ends, start_ + 3650 * kDay);
  EXPECT_EQ(X509_check_ca(authority.front().get()), 1);
  EXPECT_NE(X509_get_extension_flags(authority.front().get()) & EXFLAG_BCONS, 0U);
}

TEST_F(CertgenTest, keys_are_for_the_owner_alone_and_p256) {
  make();
  for (const char* name : {"ca.key", "controller/tls.key", "proxy/tls.key"}) {
    EXPECT_EQ(fs::status(at(name)).permissions() & fs::perms::all,
              fs::perms::owner_read | fs::perms::owner_write)
        << name;
    const Key key = read_key(slurp(at(name)));
    ASSERT_TRUE(key);
    EXPECT_EQ(EVP_PKEY_get_bits(key.get()), 256);
  }
  EXPECT_EQ(fs::status(at()).permissions() & fs::perms::all, fs::perms::owner_all);
}

TEST_F(CertgenTest, never_writes_over_what_is_valid) {
  make();
  const auto before = contents();
  for (const auto later : {std::chrono::hours(0), std::chrono::hours(59 * kDay)}) {
    for (const FileNote& file : make(later).files) EXPECT_FALSE(file.written) << file.path;
  }
  EXPECT_EQ(contents(), before);
}

TEST_F(CertgenTest, renews_leaves_when_two_thirds_of_their_life_are_over) {
  make();
  const auto before = contents();
  const CertgenReport report = make(60 * kDay);
  EXPECT_FALSE(written(report, "certs/ca.crt"));
  EXPECT_FALSE(written(report, "certs/ca.key"));
  EXPECT_FALSE(written(report, "controller/ca.crt"));
  for (const char* name : {"controller/tls.crt", "proxy/tls.crt", "controller/tls.key"}) {
    EXPECT_TRUE(written(report, name)) << name;
    EXPECT_NE(slurp(at(name)), before.at(at(name))) << name;
  }
  const auto valid = checked(Role::Proxy, 60 * kDay);
  ASSERT_TRUE(valid) << valid.error().sentence;
  EXPECT_EQ(valid->ends, start_ + 150 * kDay);
}

TEST_F(CertgenTest, renews_only_the_leaf_that_cannot_be_used) {
  make();
  spill(at("proxy/tls.key"), slurp(at("controller/tls.key")));
  const CertgenReport report = make();
  EXPECT_TRUE(written(report, "proxy/tls.crt"));
  EXPECT_TRUE(written(report, "proxy/tls.key"));
  EXPECT_FALSE(written(report, "controller/tls.crt"));
  EXPECT_TRUE(checked(Role::Proxy));
}

TEST_F(CertgenTest, an_authority_that_is_taken_away_is_replaced_and_stays_trusted) {
  make();
  const std::string old = slurp(at("ca.crt"));
  const std::string leaf = slurp(at("proxy/tls.crt"));
  fs::remove(at("ca.crt"));
  fs::remove(at("ca.key"));
  make();
  EXPECT_EQ(slurp(at("proxy/tls.crt")), leaf);
  EXPECT_EQ(slurp(at("proxy/ca.crt")), slurp(at("ca.crt")) + old);
  EXPECT_TRUE(checked(Role::Proxy));
  make(61 * kDay);  // now the new one signs
  const auto valid =
      check_pair({slurp(at("ca.crt")), slurp(at("proxy/tls.crt")), slurp(at("proxy/tls.key"))},
                 {Role::Proxy, "mail"}, start_ + 61 * kDay);
  EXPECT_TRUE(valid) << valid.error().sentence;
}

TEST_F(CertgenTest, an_expired_authority_is_made_anew_with_its_leaves) {
  make();
  const std::chrono::hours later = 3660 * kDay;
  const CertgenReport report = make(later);
  EXPECT_TRUE(written(report, "certs/ca.crt"));
  EXPECT_TRUE(written(report, "proxy/tls.crt"));
  EXPECT_TRUE(checked(Role::Controller, later));
  EXPECT_EQ(read_certificates(slurp(at("proxy/ca.crt"))).size(), 1U);
}

TEST_F(CertgenTest, leaves_end_with_their_authority_and_people_are_warned) {
  make();
  const std::chrono::hours later = 3600 * kDay;
  const CertgenReport report = make(later);
  ASSERT_EQ(report.warnings.size(), 1U);
  EXPECT_NE(report.warnings.front().find("the authority expires at"), std::string::npos);
  const auto valid = checked(Role::Proxy, later);
  ASSERT_TRUE(valid) << valid.error().sentence;
  EXPECT_LT(valid->ends, start_ + 3660 * kDay);
}

TEST_F(CertgenTest, without_the_authoritys_key_a_leaf_that_serves_is_kept) {
  make();
  const auto before = contents();
  fs::remove(at("ca.key"));
  EXPECT_TRUE(make().warnings.empty());
  const CertgenReport report = make(60 * kDay);
  EXPECT_EQ(report.warnings.size(), 2U);
  EXPECT_EQ(slurp(at("proxy/tls.crt")), before.at(at("proxy/tls.crt")));
}

TEST_F(CertgenTest, without_the_authoritys_key_a_leaf_that_does_not_serve_is_an_error) {
  make();
  fs::remove(at("ca.key"));
  fs::remove(at("proxy/tls.crt"));
  EXPECT_NE(error().find("ca.key is missing"), std::string::npos);
  EXPECT_FALSE(fs::exists(at("proxy/tls.crt")));
}

TEST_F(CertgenTest, uses_an_authority_that_the_user_put_there) {
  fs::create_directories(at());
  const StreamAuthority own({start_ - kDay, start_ + 365 * kDay}, "x");
  const test::Authority foreign;
  spill(at("ca.crt"), own.pem());
  spill(at("ca.key"), foreign.issue({"a"}).chain_pem.text());
  EXPECT_NE(error().find("each class has a directory"), std::string::npos);
  const StreamAuthority mine({start_ - kDay, start_ + 365 * kDay}, "mail");
  spill(at("ca.crt"), mine.pem());
  spill(at("ca.key"), mine.key_pem());
  EXPECT_FALSE(written(make(), "certs/ca.crt"));
  EXPECT_EQ(slurp(at("ca.crt")), mine.pem());
  EXPECT_TRUE(checked(Role::Controller));
}

TEST_F(CertgenTest, a_directory_is_of_one_class) {
  make();
  const auto before = contents();
  EXPECT_NE(error("other").find("each class has a directory of its own"), std::string::npos);
  fs::remove(at("ca.crt"));
  fs::remove(at("ca.key"));
  EXPECT_NE(error("other").find("is valid and for spiffe://postern/class/mail/controller"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(at("ca.crt")));
  EXPECT_EQ(slurp(at("proxy/tls.crt")), before.at(at("proxy/tls.crt")));
}

TEST_F(CertgenTest, says_what_to_do_with_a_lonely_key) {
  make();
  fs::remove(at("ca.crt"));
  EXPECT_NE(error().find("put ca.crt back"), std::string::npos);
}

TEST_F(CertgenTest, never_writes_over_an_authority_that_it_cannot_read) {
  make();
  const std::string good = slurp(at("ca.crt"));
  for (const std::string& bad :
       {std::string("\x30\x82\x01"), good.substr(0, good.size() / 2), good + good.substr(0, 200)}) {
    spill(at("ca.crt"), bad);
    const auto before = contents();
    EXPECT_NE(error().find("ca.crt is not certificates as PEM, 32 at most"), std::string::npos);
    EXPECT_EQ(contents(), before);
  }
}

TEST_F(CertgenTest, takes_as_many_authorities_as_it_says) {
  make();
  const std::string good = slurp(at("ca.crt"));
  std::string many;
  for (std::size_t i = 0; i < kMostCertificates; ++i) many += good;
  spill(at("ca.crt"), many);
  EXPECT_EQ(read_certificates(many).size(), kMostCertificates);
  make();
  spill(at("ca.crt"), many + good);
  EXPECT_NE(error().find("32 at most"), std::string::npos);
}

TEST_F(CertgenTest, refuses_a_class_that_is_no_name) {
  EXPECT_NE(error("a/b").find("is not the name of a class"), std::string::npos);
  EXPECT_FALSE(fs::exists(at()));
}

TEST_F(CertgenTest, says_why_it_cannot_write) {
  spill(at(), "a file");
  EXPECT_NE(error().find("cannot"), std::string::npos);
}

}  // namespace
}  // namespace postern::identity
