// What a status book is told in tests, and a book that is told it.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "controller/status/status_book.h"
#include "controller/status/status_lines.h"
#include "tests/support/manual_clock.h"

namespace postern::status {

using publish::ApplyReport;
using publish::Refusal;

inline const model::ObjectKey kServer{"MailServer", "mail", "example"};

inline build::Verdict verdict(std::int64_t generation = 1) {
  build::Verdict out;
  out.server = kServer;
  out.generation = generation;
  out.accepted = true;
  out.listeners = {{.port = 143, .off_reason = {}, .off_message = {}},
                   {.port = 993, .off_reason = {}, .off_message = {}}};
  out.resources = {{config::ResourceType::Server, "mail/example"}};
  return out;
}

inline model::Problem mk_problem(const std::string& reason, model::Severity severity) {
  model::Problem out;
  out.object = kServer;
  out.place = {"mail.yaml", 3, 5};
  out.field = "spec.tls";
  out.reason = reason;
  out.message = "is not as it should be";
  out.severity = severity;
  return out;
}

inline ApplyReport report(std::uint64_t connection, std::uint64_t sequence) {
  ApplyReport out;
  out.connection = connection;
  out.proxy = "proxy-" + std::to_string(connection);
  out.version = "v1";
  out.sequence = sequence;
  return out;
}

inline Refusal refusal(const std::string& name) {
  Refusal out;
  out.key = {config::ResourceType::Server, name};
  out.detail = "no such suite";
  out.field = "tls.cipherSuites[0]";
  return out;
}

class StatusBookTest : public testing::Test {
 protected:
  void learn(build::Verdict of, std::uint64_t sequence, model::Problems unreadable = {}) {
    Lesson lesson;
    lesson.verdicts = {std::move(of)};
    lesson.unreadable = std::move(unreadable);
    lesson.published = {"v" + std::to_string(sequence), sequence};
    lesson.caused_at = clock_.now();
    lesson.mail_class = class_;
    book_.learn(std::move(lesson));
  }
  std::set<model::ObjectKey> told() { return book_.to_tell(book_.take_touched()); }
  void learn_class(ServedClass of, std::uint64_t sequence) {
    Lesson lesson;
    lesson.published = {"v" + std::to_string(sequence), sequence};
    lesson.mail_class = class_ = std::move(of);
    book_.learn(std::move(lesson));
  }
  std::string reason(std::string_view type) {
    const auto status = book_.status(kServer);
    if (!status) return "no status";
    const Condition* condition = status->condition(type);
    return condition == nullptr ? "absent"
                                : std::string(word_of(condition->truth)) + " " + condition->reason;
  }
  std::vector<std::string> lines() {
    std::vector<std::string> out;
    for (const StatusLine& line : lines_.lines(book_, book_.take_touched())) {
      out.push_back(line.text);
    }
    return out;
  }

  test::ManualClock clock_;
  StatusBook book_{clock_};
  StatusLines lines_;
  std::optional<ServedClass> class_;
};

}  // namespace postern::status
