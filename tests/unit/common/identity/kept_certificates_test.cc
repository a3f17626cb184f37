#include "common/identity/kept_certificates.h"

#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/kept_lines.h"
#include "tests/support/manual_clock.h"
#include "tests/support/stream_certificates.h"

namespace postern::identity {
namespace {

namespace fs = std::filesystem;
using test::around;
using test::PairFiles;
using test::slurp;
using test::spill;
using test::StreamAuthority;

const Identity kOwner{Role::Proxy, "mail"};

class KeptCertificatesTest : public testing::Test {
 protected:
  KeptCertificatesTest() { fs::create_directories(certs()); }

  KeptCertificates& open(bool watch = false) {
    KeptSettings settings;
    settings.directory = certs();
    settings.who = kOwner;
    settings.watch = watch;
    settings.poll = Duration(20);
    settings.private_parents = {private_.path()};
    auto kept = KeptCertificates::open(settings, {log_, clock_, metrics_});
    EXPECT_TRUE(kept) << kept.error();
    kept_ = std::move(*kept);
    return *kept_;
  }
  std::string certs() const { return folder_ / "certs"; }
  PairFiles issue(identity::Validity valid) const { return authority_.issue(kOwner, valid); }
  PairFiles issue() const { return issue(around(clock_.wall())); }
  std::string shown(const std::string& name) const { return slurp(kept_->current() + "/" + name); }
  bool shows(const PairFiles& files) const {
    return shown("ca.crt") == files.authorities && shown("tls.crt") == files.chain &&
           shown("tls.key") == files.key;
  }
  std::uint64_t problems(const std::string& reason) {
    return metrics_.counter("postern_stream_certificate_problems_total", "", {{"reason", reason}})
        .value();
  }
  std::int64_t expiry() {
    return metrics_.gauge("postern_stream_certificate_expiry_timestamp_seconds", "").value();
  }

  test::ManualClock clock_;
  test::KeptLines log_;
  Metrics metrics_;
  test::TemporaryFolder folder_;
  test::TemporaryFolder private_;
  StreamAuthority authority_{around(clock_.wall(), 3'600, 864'000)};
  std::unique_ptr<KeptCertificates> kept_;
};

TEST_F(KeptCertificatesTest, shows_a_good_pair_in_a_directory_that_only_we_can_read) {
  const PairFiles files = issue();
  files.write_to(certs());
  EXPECT_TRUE(open().usable());
  EXPECT_TRUE(shows(files));
  EXPECT_EQ(expiry(), 1'800'000'000 + 86'400);
  struct stat facts{};
  ASSERT_EQ(::stat((kept_->current() + "/tls.key").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat(fs::path(kept_->current()).parent_path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0700U);
}

TEST_F(KeptCertificatesTest, takes_the_next_good_pair_whole) {
  issue().write_to(certs());
  open();
  const PairFiles next = issue(around(clock_.wall(), 60, 172'800));
  next.write_to(certs());
  EXPECT_TRUE(kept_->look());
  EXPECT_TRUE(shows(next));
  EXPECT_EQ(expiry(), 1'800'000'000 + 172'800);
  EXPECT_FALSE(kept_->look());
  EXPECT_EQ(log_.count("in force"), 2U);
}

TEST_F(KeptCertificatesTest, keeps_the_last_good_pair_whatever_comes) {
  const PairFiles good = issue();
  good.write_to(certs());
  open();
  PairFiles bad = issue();
  bad.key = good.key;
  PairFiles foreign = StreamAuthority(around(clock_.wall())).issue(kOwner, around(clock_.wall()));
  foreign.authorities = authority_.pem();
  const PairFiles all[] = {bad,
                           foreign,
                           issue(around(clock_.wall(), 100, -1)),
                           issue(around(clock_.wall(), -100, 200)),
                           authority_.issue({Role::Controller, "mail"}, around(clock_.wall())),
                           authority_.issue({Role::Proxy, "other"}, around(clock_.wall())),
                           {"", "", ""}};
  for (const PairFiles& files : all) {
    files.write_to(certs());
    EXPECT_FALSE(kept_->look());
    EXPECT_TRUE(shows(good));
    EXPECT_FALSE(kept_->problem().empty());
  }
  fs::remove_all(certs());
  EXPECT_FALSE(kept_->look());
  EXPECT_TRUE(shows(good));
  for (const char* reason : {"key_mismatch", "not_trusted", "expired", "not_yet_valid"}) {
    EXPECT_EQ(problems(reason), 1U) << reason;
  }
  EXPECT_EQ(problems("wrong_identity"), 2U);
  EXPECT_EQ(problems("unreadable"), 2U);
}

TEST_F(KeptCertificatesTest, tells_each_reason_once_until_all_is_well_again) {
  const PairFiles good = issue();
  PairFiles bad = issue();
  bad.key = good.key;
  good.write_to(certs());
  open();
  for (std::size_t round = 1; round <= 2; ++round) {
    bad.write_to(certs());
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(kept_->look());
    fs::remove(certs() + "/tls.crt");
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(kept_->look());
    EXPECT_EQ(log_.count("refused"), 2 * round);
    EXPECT_EQ(problems("key_mismatch"), 3 * round);
    good.write_to(certs());
    EXPECT_FALSE(kept_->look());
    EXPECT_TRUE(kept_->problem().empty());
  }
  EXPECT_EQ(log_.count("PRIVATE"), 0U);
}

TEST_F(KeptCertificatesTest, says_when_the_pair_in_force_has_expired_and_goes_on_with_it) {
  const PairFiles files = issue();
  files.write_to(certs());
  open();
  clock_.pass(std::chrono::hours(25));
  EXPECT_FALSE(kept_->look());
  EXPECT_TRUE(shows(files));
  EXPECT_EQ(log_.count("the certificate expired at"), 1U);
  EXPECT_EQ(expiry(), 1'800'000'000 + 86'400);
}

TEST_F(KeptCertificatesTest, before_the_first_good_pair_shows_one_that_trusts_nobody) {
  EXPECT_FALSE(open().usable());
  EXPECT_EQ(expiry(), 0);
  const PairFiles nobody{shown("ca.crt"), shown("tls.crt"), shown("tls.key")};
  EXPECT_FALSE(read_certificates(nobody.authorities).empty());
  const auto valid = check_pair(nobody.text(), {Role::Proxy, "nobody"}, clock_.wall());
  ASSERT_FALSE(valid);
  EXPECT_EQ(valid.error().failure, PairFailure::NotTrusted);
  issue().write_to(certs());
  EXPECT_TRUE(kept_->look());
  EXPECT_TRUE(kept_->usable());
}

TEST_F(KeptCertificatesTest, follows_the_links_of_a_mounted_secret) {
  const auto turn = [&](const std::string& set, const PairFiles& files) {
    files.write_to(certs() + "/" + set);
    fs::create_symlink(set, certs() + "/..next");
    fs::rename(certs() + "/..next", certs() + "/..data");
  };
  const PairFiles first = issue();
  turn("..one", first);
  for (const char* name : {"ca.crt", "tls.crt", "tls.key"}) {
    fs::create_symlink(std::string("..data/") + name, certs() + "/" + name);
  }
  EXPECT_TRUE(open().usable());
  const PairFiles second = issue();
  turn("..two", second);
  EXPECT_TRUE(kept_->look());
  EXPECT_TRUE(shows(second));
}

TEST_F(KeptCertificatesTest, its_own_thread_takes_what_comes_and_reads_nothing_half_written) {
  issue().write_to(certs());
  open(true);
  const PairFiles next = issue(around(clock_.wall(), 60, 172'800));
  next.write_to(certs());
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (expiry() != 1'800'000'000 + 172'800 && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
  }
  EXPECT_TRUE(shows(next));
}

TEST_F(KeptCertificatesTest, leaves_nothing_behind) {
  issue().write_to(certs());
  open();
  issue().write_to(certs());
  kept_->look();
  EXPECT_FALSE(fs::is_empty(private_.path()));
  kept_.reset();
  EXPECT_TRUE(fs::is_empty(private_.path()));
}

TEST_F(KeptCertificatesTest, without_a_private_directory_there_is_nothing_to_show) {
  KeptSettings settings;
  settings.directory = certs();
  settings.private_parents = {folder_ / "absent"};
  const auto kept = KeptCertificates::open(settings, {log_, clock_, metrics_});
  ASSERT_FALSE(kept);
  EXPECT_NE(kept.error().find("no private directory"), std::string::npos);
}

}  // namespace
}  // namespace postern::identity
