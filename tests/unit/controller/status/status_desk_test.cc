#include "controller/status/status_desk.h"

#include <sys/stat.h>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "controller/status/status_files.h"
#include "tests/support/manual_clock.h"

namespace postern::status {
namespace {

namespace fs = std::filesystem;

class StatusDeskTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "postern-status-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { fs::remove_all(directory_); }

  static Lesson lesson(const std::string& name) {
    build::Verdict verdict;
    verdict.server = {"MailServer", "mail", name};
    verdict.accepted = true;
    verdict.listeners = {{.port = 143, .off_reason = {}, .off_message = {}}};
    Lesson out;
    out.verdicts = {verdict};
    out.published = {"v1", 1};
    return out;
  }
  [[nodiscard]] std::string text_of(const std::string& name) const {
    std::ifstream in(directory_ / "status" / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path directory_;
  test::ManualClock clock_;
  std::unique_ptr<Log> log_ = make_null_log();
};

TEST_F(StatusDeskTest, writes_a_file_for_each_mail_server_that_only_its_owner_reads) {
  StatusFiles files((directory_ / "status").string(), *log_);
  StatusDesk desk({clock_, {}, &files});
  desk.learn(lesson("a"));
  desk.stop();
  EXPECT_NE(text_of("mail.a.yaml").find("name: a"), std::string::npos);
  struct stat found{};
  ASSERT_EQ(::stat((directory_ / "status").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0700U);
}

TEST_F(StatusDeskTest, takes_files_of_what_is_gone_away) {
  fs::create_directory(directory_ / "status");
  std::ofstream(directory_ / "status" / "mail.old.yaml")
      << "apiVersion: postern.dev/v1alpha1\nkind: MailServer\nmetadata:\n  namespace: mail\n"
         "  name: old\nstatus:\n  observedGeneration: 1\n";
  StatusFiles files((directory_ / "status").string(), *log_);
  StatusDesk desk({clock_, {}, &files});
  desk.learn(lesson("a"));
  Lesson gone;
  gone.gone = {{"MailServer", "mail", "a"}};
  desk.learn(gone);
  desk.learn(lesson("b"));
  desk.stop();
  EXPECT_FALSE(fs::exists(directory_ / "status" / "mail.old.yaml"));
  EXPECT_FALSE(fs::exists(directory_ / "status" / "mail.a.yaml"));
  EXPECT_TRUE(fs::exists(directory_ / "status" / "mail.b.yaml"));
}

TEST_F(StatusDeskTest, files_of_somebody_else_are_neither_replaced_nor_taken_away) {
  fs::create_directory(directory_ / "status");
  const std::string manifest =
      "apiVersion: postern.dev/v1alpha1\nkind: MailServer\nmetadata:\n  namespace: mail\n"
      "  name: a\nspec: {}\n";
  for (const char* name : {"mail.a.yaml", "mine.yaml"}) {
    std::ofstream(directory_ / "status" / name) << manifest;
  }
  StatusFiles files((directory_ / "status").string(), *log_);
  StatusDesk desk({clock_, {}, &files});
  desk.learn(lesson("a"));
  desk.learn(lesson("b"));
  desk.stop();
  EXPECT_EQ(text_of("mail.a.yaml"), manifest);
  EXPECT_EQ(text_of("mine.yaml"), manifest);
  EXPECT_FALSE(fs::exists(directory_ / "status" / "mail.b.yaml"));
}

TEST_F(StatusDeskTest, a_refused_name_leads_out_of_no_directory) {
  StatusFiles files((directory_ / "status").string(), *log_);
  StatusDesk desk({clock_, {}, &files});
  model::Problem wrong;
  wrong.object = {"MailServer", "../x", "a"};
  wrong.reason = "InvalidField";
  Lesson refused = lesson("b");
  refused.unreadable = {wrong};
  desk.learn(std::move(refused));
  desk.stop();
  EXPECT_TRUE(fs::exists(directory_ / "status" / "mail.b.yaml"));
  EXPECT_FALSE(fs::exists(directory_ / "x.a.yaml"));
}

TEST_F(StatusDeskTest, a_place_that_cannot_be_written_stops_nobody) {
  std::ofstream(directory_ / "status") << "a file\n";
  std::vector<std::string> lines;
  StatusFiles files((directory_ / "status").string(), *log_);
  StatusDesk desk({clock_, [&](const StatusLine& line) { lines.push_back(line.text); }, &files});
  desk.learn(lesson("a"));
  publish::ApplyReport report;
  report.connection = 1;
  report.sequence = 1;
  desk.hear(report);
  desk.stop();
  EXPECT_EQ(lines, std::vector<std::string>{"mailserver mail/a: Ready (1 listener)"});
}

// Keeps the reasons of Programmed in the order in which they are told.
class KeptReasons final : public Outlet {
 public:
  void put(const MailServerStatus& status) override {
    reasons.push_back(status.condition("Programmed")->reason);
  }
  void put(const MailClassStatus&) override {}
  void remove(const model::ObjectKey&) override {}
  void complete() override {}

  std::vector<std::string> reasons;
};

TEST_F(StatusDeskTest, what_a_proxy_has_not_answered_for_is_not_told_at_the_end) {
  KeptReasons kept;
  StatusDesk desk({clock_, {}, &kept});
  publish::ApplyReport report;
  report.connection = 1;
  report.sequence = 1;
  desk.hear(report);
  desk.learn(lesson("a"));
  Lesson next = lesson("a");
  next.published.sequence = 2;
  desk.learn(std::move(next));
  desk.stop();
  EXPECT_EQ(std::ranges::count(kept.reasons, "Pending"), 0);
}

TEST_F(StatusDeskTest, a_reader_of_a_file_never_sees_half_of_it) {
  StatusFiles files((directory_ / "status").string(), *log_);
  StatusDesk desk({clock_, {}, &files});
  for (int i = 0; i < 50; ++i) {
    Lesson next = lesson("a");
    next.verdicts[0].generation = i;
    desk.learn(std::move(next));
    const std::string text = text_of("mail.a.yaml");
    EXPECT_TRUE(text.empty() || text.ends_with("\n")) << text;
  }
}

}  // namespace
}  // namespace postern::status
