#include <fmt/format.h>

#include <iterator>

#include "proxy/dialogue/failure.h"

namespace postern::dialogue {

namespace {

constexpr std::string_view kHead =
    R"(# What clients are told, and what it means

Every end of a session, and every refusal of a login, is one of the failures below. The name is the
label `failure` of the metrics and the field `failure` of the session log. The words are ours in all
three protocols; what a backend or an auth service said is kept from clients, unless
`loginErrors: PassThrough` was written.

A fault on our side never reads like a wrong password: a mail program keeps its password and tries
again. In IMAP the words stand behind the client's tag; when the session ends untagged they stand
behind `* BYE` without `NO` or `BAD`.

This page is printed from `proxy/dialogue/failure.cc`; `POSTERN_REWRITE=1` and the tests of
that room write it anew.
)";

std::string_view words(Retry retry) {
  switch (retry) {
    case Retry::SameConnection: return "on the same connection";
    case Retry::NewConnection: return "on a new connection";
    case Retry::Never: return "no; somebody has to change something first";
  }
  return "?";
}

std::string_view words(LogLevel level) {
  switch (level) {
    case LogLevel::Debug: return "debug";
    case LogLevel::Info: return "info";
    case LogLevel::Warning: return "warning";
    case LogLevel::Error: return "error";
  }
  return "?";
}

}  // namespace

std::string errors_markdown() {
  std::string page(kHead);
  for (const FailureRow& row : failure_rows()) {
    fmt::format_to(std::back_inserter(page),
                   "\n## {}\n\n{}\n\n"
                   "| | |\n|---|---|\n| IMAP | `{}` |\n| POP3 | `{}` |\n| SMTP | `{}` |\n"
                   "| may the client try again | {} |\n| log level | {} |\n",
                   row.name, row.meaning, row.imap, row.pop3, row.smtp, words(row.retry),
                   words(row.level));
  }
  return page;
}

}  // namespace postern::dialogue
