#include "proxy/adopt/last_known_good.h"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/wire/snapshot_codec.h"
#include "tests/support/kept_lines.h"
#include "tests/support/random_resources.h"
#include "tests/support/temporary_folder.h"

namespace postern::adopt {
namespace {

using Medium = LastKnownGood::Medium;

constexpr std::size_t kHeadOctets = 107;

std::shared_ptr<const config::Resource> share(config::Resource resource) {
  resource.version = wire::version_of(resource);
  return std::make_shared<const config::Resource>(std::move(resource));
}

SavedConfig mk_config(const std::string& version, std::uint64_t seed = 1, int resources = 2) {
  postern::test::RandomResources random(seed);
  SavedConfig config{version, {{"mailservers", seed}, {"secrets", 7}}, {}};
  for (int i = 0; i < resources; ++i) {
    const auto type = static_cast<config::ResourceType>(1 + i % 4);  // no SECRET
    config.resources.push_back(share(random.resource(type)));
  }
  return config;
}

void expect_equal(const SavedConfig& a, const SavedConfig& b) {
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.revision, b.revision);
  ASSERT_EQ(a.resources.size(), b.resources.size());
  for (std::size_t i = 0; i < a.resources.size(); ++i) {
    EXPECT_EQ(wire::octets(*a.resources[i]), wire::octets(*b.resources[i]));
  }
}

class LastKnownGoodFile : public testing::Test {
 protected:
  std::unique_ptr<LastKnownGood> open(Medium medium = Medium::Disk) {
    auto file = LastKnownGood::open({folder(), medium, {}}, log_);
    EXPECT_TRUE(file) << file.error();
    return std::move(*file);
  }
  // What a process that starts now would serve.
  std::optional<Restored> restore() { return open()->restore(); }
  // `previous` is `old` and proven, `current` is `now` and not.
  void save_both(const SavedConfig& old, const SavedConfig& now) {
    const auto file = open();
    ASSERT_TRUE(file->save(old));
    ASSERT_TRUE(file->prove());
    ASSERT_TRUE(file->save(now));
  }
  [[nodiscard]] std::string folder() const { return above_ / "state"; }
  [[nodiscard]] std::string path(const std::string& name) const { return folder() + "/" + name; }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(const std::string& name, const std::string& content) const {
    std::ofstream(path(name), std::ios::binary | std::ios::trunc) << content;
  }

  postern::test::TemporaryFolder above_;
  postern::test::KeptLines log_;
};

TEST_F(LastKnownGoodFile, gives_back_what_was_saved_and_proven) {
  const SavedConfig config = mk_config("v1", 5, 40);
  {
    const auto file = open();
    EXPECT_FALSE(file->restore());
    ASSERT_TRUE(file->save(config));
    ASSERT_TRUE(file->prove());
  }
  const auto restored = restore();
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->from, Restored::From::Current);
  EXPECT_TRUE(restored->is_proven);
  expect_equal(restored->config, config);
  EXPECT_TRUE(log_.lines().empty());
}

TEST_F(LastKnownGoodFile, starts_from_the_previous_one_after_a_crash) {
  save_both(mk_config("good"), mk_config("poison", 2));
  for (int start = 0; start < 3; ++start) {
    const auto restored = restore();
    ASSERT_TRUE(restored);
    EXPECT_EQ(restored->from, Restored::From::Previous);
    expect_equal(restored->config, mk_config("good"));
  }
}

TEST_F(LastKnownGoodFile, tries_an_unproven_one_once_where_there_is_no_other) {
  ASSERT_TRUE(open()->save(mk_config("first")));
  const auto restored = restore();
  ASSERT_TRUE(restored);
  EXPECT_FALSE(restored->is_proven);
  EXPECT_EQ(restored->config.version, "first");
  EXPECT_FALSE(restore());
  EXPECT_FALSE(restore());
  EXPECT_EQ(log_.count("two processes crash"), 2U);
}

TEST_F(LastKnownGoodFile, trusts_one_that_was_proven_at_the_second_try) {
  ASSERT_TRUE(open()->save(mk_config("first")));
  {
    const auto file = open();
    ASSERT_TRUE(file->restore());
    ASSERT_TRUE(file->prove());
  }
  const auto restored = restore();
  ASSERT_TRUE(restored);
  EXPECT_TRUE(restored->is_proven);
}

TEST_F(LastKnownGoodFile, never_makes_an_unproven_one_the_previous) {
  save_both(mk_config("good"), mk_config("changed", 2));
  {
    const auto file = open();
    static_cast<void>(file->restore());
    ASSERT_TRUE(file->save(mk_config("changed again", 3)));
  }
  const auto restored = restore();
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->config.version, "good");
}

TEST_F(LastKnownGoodFile, takes_as_previous_what_was_proven_while_current_changed) {
  save_both(mk_config("old"), mk_config("now", 2));
  ASSERT_TRUE(open()->save_previous(mk_config("of half a minute ago", 3)));
  const auto restored = restore();
  ASSERT_TRUE(restored);
  expect_equal(restored->config, mk_config("of half a minute ago", 3));
}

TEST_F(LastKnownGoodFile, is_readable_by_nobody_else) {
  ::umask(0);
  save_both(mk_config("a"), mk_config("b"));
  struct stat about{};
  ASSERT_EQ(::stat(folder().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777, 0700U);
  for (const char* name : {"current", "previous"}) {
    ASSERT_EQ(::stat(path(name).c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 07777, 0600U);
  }
}

TEST_F(LastKnownGoodFile, closes_a_folder_that_was_open_to_others) {
  std::filesystem::create_directory(folder());
  ASSERT_EQ(::chmod(folder().c_str(), 0777), 0);
  static_cast<void>(open());
  struct stat about{};
  ASSERT_EQ(::stat(folder().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777, 0700U);
}

TEST_F(LastKnownGoodFile, holds_private_keys_and_secret_texts_in_memory_only) {
  SavedConfig config{"v", {}, {}};
  const config::KeyPair pair{"chain", SharedSecret("the private key"), {"mail.example"}, 1};
  config.resources = {
      share({"mail/tls", "", {}, config::SecretMaterial(pair)}),
      share({"mail/key#key",
             "",
             {},
             config::SecretMaterial(config::SecretText{SharedSecret("the secret text")})}),
      share({"mail/ca", "", {}, config::SecretMaterial(config::TrustBundle{"ca"})})};
  ASSERT_TRUE(open(Medium::Disk)->save(config));
  EXPECT_EQ(content("current").find("private key"), std::string::npos);
  EXPECT_EQ(content("current").find("secret text"), std::string::npos);
  const auto from_disk = restore();
  ASSERT_TRUE(from_disk);
  ASSERT_EQ(from_disk->config.resources.size(), 1U);
  EXPECT_EQ(from_disk->config.resources[0]->name, "mail/ca");

  ASSERT_TRUE(open(Medium::Memory)->save(config));
  const auto from_memory = restore();
  ASSERT_TRUE(from_memory);
  expect_equal(from_memory->config, config);
}

TEST_F(LastKnownGoodFile, never_holds_ticket_keys) {
  const SharedSecret master(std::string(32, 'k'));
  const SavedConfig config{
      "v",
      {},
      {share({"ticket-keys", "", {}, config::TicketKeys{master, master, master, 1}}),
       share({"mail/ticket-keys/own",
              "",
              {},
              config::SecretMaterial(config::OwnTicketKeys{master})})}};
  for (const Medium medium : {Medium::Disk, Medium::Memory}) {
    ASSERT_TRUE(open(medium)->save(config));
    EXPECT_EQ(content("current").find("kkkk"), std::string::npos);
    const auto restored = restore();
    ASSERT_TRUE(restored);
    EXPECT_TRUE(restored->config.resources.empty());
  }
}

TEST_F(LastKnownGoodFile, finds_out_what_the_folder_is_made_of) {
  std::string name = "/dev/shm/postern-test-XXXXXX";
  if (std::filesystem::exists("/dev/shm") && ::mkdtemp(name.data())) {
    auto file = LastKnownGood::open({name, Medium::AsFound, {}}, log_);
    ASSERT_TRUE(file);
    EXPECT_TRUE((*file)->keeps_private_keys());
    std::filesystem::remove_all(name);
  }
  EXPECT_FALSE(open(Medium::Disk)->keeps_private_keys());
}

TEST_F(LastKnownGoodFile, ignores_a_newer_format_with_one_line) {
  save_both(mk_config("good"), mk_config("newer", 2));
  std::string octets = content("current");
  octets.replace(octets.find(" 1\n"), 3, " 2\n");
  put("current", octets);
  const auto restored = restore();
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->config.version, "good");
  EXPECT_EQ(log_.lines().size(), 1U);
  EXPECT_EQ(log_.count("newer program"), 1U);
}

TEST_F(LastKnownGoodFile, ignores_one_that_is_cut_anywhere) {
  save_both(mk_config("good", 1, 1), mk_config("cut", 2, 1));
  ASSERT_TRUE(open()->prove());
  const std::string whole = content("current");
  for (std::size_t size = 0; size < whole.size(); size += size < kHeadOctets ? 1 : 3) {
    put("current", whole.substr(0, size));
    const auto restored = restore();
    ASSERT_TRUE(restored) << size;
    EXPECT_EQ(restored->from, Restored::From::Previous) << size;
    EXPECT_EQ(restored->config.version, "good") << size;
  }
  EXPECT_GE(log_.lines().size(), kHeadOctets);
}

TEST_F(LastKnownGoodFile, believes_no_octet_that_was_changed) {
  save_both(mk_config("good", 1, 1), mk_config("changed", 2, 1));
  ASSERT_TRUE(open()->prove());
  const std::string whole = content("current");
  for (std::size_t at = 0; at < whole.size(); at += at < kHeadOctets ? 1 : 3) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x15);
    put("current", changed);
    const auto restored = restore();
    ASSERT_TRUE(restored) << at;
    EXPECT_EQ(restored->config.version, "good") << at;
  }
  put("current", whole + "more");
  EXPECT_EQ(restore()->config.version, "good");
}

TEST_F(LastKnownGoodFile, serves_nothing_when_neither_is_usable) {
  save_both(mk_config("a"), mk_config("b"));
  put("current", "rubbish");
  put("previous", "");
  EXPECT_FALSE(restore());
  EXPECT_EQ(log_.lines().size(), 2U);
}

TEST_F(LastKnownGoodFile, follows_no_link_and_opens_no_pipe) {
  save_both(mk_config("good"), mk_config("b"));
  std::filesystem::rename(path("current"), above_ / "elsewhere");
  std::filesystem::create_symlink(above_ / "elsewhere", path("current"));
  EXPECT_EQ(restore()->config.version, "good");
  std::filesystem::remove(path("current"));
  ASSERT_EQ(::mkfifo(path("current").c_str(), 0600), 0);
  EXPECT_EQ(restore()->config.version, "good");
  EXPECT_EQ(log_.lines().size(), 2U);
}

TEST_F(LastKnownGoodFile, leaves_out_a_resource_that_this_program_cannot_read) {
  SavedConfig config = mk_config("v", 1, 1);
  config::Resource future = *mk_config("v", 2, 1).resources[0];
  future.required_features = {"of-the-next-version"};
  config.resources.push_back(share(std::move(future)));
  ASSERT_TRUE(open()->save(config));
  const auto restored = restore();
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->config.resources.size(), 1U);
  EXPECT_EQ(log_.count("cannot read"), 1U);
}

TEST_F(LastKnownGoodFile, belongs_to_one_process) {
  const auto file = open();
  const auto second = LastKnownGood::open({folder(), Medium::Disk, {}}, log_);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().find("another process"), std::string::npos);
}

TEST_F(LastKnownGoodFile, says_why_it_cannot_be_written) {
  const auto file = open();
  std::filesystem::remove_all(folder());
  const auto saved = file->save(mk_config("v"));
  ASSERT_FALSE(saved);
  EXPECT_FALSE(saved.error().empty());
  EXPECT_FALSE(LastKnownGood::open({above_ / "no/such/folder", Medium::Disk, {}}, log_));
}

}  // namespace
}  // namespace postern::adopt
