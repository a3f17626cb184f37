#include "proxy/auth/response_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fragmenter.h"
#include "tests/unit/proxy/auth/mk.h"

namespace postern::auth {
namespace {

using config::Strictness;

// "200 Auth-Status=OK body? reusable", "more", or "fault".
std::string read(Strictness strictness, ByteView octets, std::size_t fragment) {
  ResponseReader reader(strictness);
  switch (test::read_all(reader, octets, fragment)) {
    case Reading::NeedMore: return "more";
    case Reading::Malformed: return "fault";
    case Reading::Done: break;
  }
  std::string out = std::to_string(reader.response().status);
  for (const HttpField& field : reader.response().fields) {
    out.append(" ").append(field.name).append("=").append(field.value);
  }
  return out + (reader.response().may_be_followed ? " +" : "");
}

struct Spoken {
  const char* claim;
  std::string octets;
  const char* result;
};

void read_all(Strictness strictness, const std::vector<Spoken>& rows) {
  for (const Spoken& row : rows) {
    for (const std::size_t fragment : postern::test::kFragmentSizes) {
      if (row.octets.size() / fragment > 5000) continue;  // it would take seconds
      EXPECT_EQ(read(strictness, row.octets, fragment), row.result)
          << row.claim << ", " << fragment << " at a time";
    }
  }
}

const std::string kOk = "HTTP/1.1 200 OK\r\nAuth-Status: OK\r\n";

TEST(ResponseReader, strictly_an_answer_is_whole_or_none) {
  read_all(
      Strictness::Strict,
      {{"no body", kOk + "Content-Length: 0\r\n\r\n", "200 Auth-Status=OK Content-Length=0 +"},
       {"a body", kOk + "Content-Length: 3\r\n\r\nabc", "200 Auth-Status=OK Content-Length=3 +"},
       {"chunks", kOk + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "200 Auth-Status=OK Transfer-Encoding=chunked +"},
       {"the service closes", kOk + "Connection: close\r\nContent-Length: 0\r\n\r\n",
        "200 Auth-Status=OK Connection=close Content-Length=0"},
       {"HTTP/1.0 without a length ends with its header",
        "HTTP/1.0 200 OK\r\nAuth-Status: OK\r\n\r\n", "200 Auth-Status=OK"},
       {"without a length nothing may follow", kOk + "\r\n", "200 Auth-Status=OK"},
       {"blanks around a value", "HTTP/1.1 204 x\r\nA: \t b \t\r\n\r\n", "204 A=b +"},
       {"half a header", kOk, "more"},
       {"half a body", kOk + "Content-Length: 3\r\n\r\nab", "more"},
       {"half of chunks", kOk + "Transfer-Encoding: chunked\r\n\r\n3\r\nab", "more"}});
}

TEST(ResponseReader, AU1_what_is_not_http_is_a_fault) {
  read_all(Strictness::Strict,
           {{"another protocol", "* OK IMAP4rev1 ready\r\n\r\n", "fault"},
            {"noise", std::string("\x16\x03\x01\x00\x05hello\r\n\r\n", 14), "fault"},
            {"no status line", "Auth-Status: OK\r\n\r\n", "fault"},
            {"bare LF", "HTTP/1.1 200 OK\nAuth-Status: OK\n\n", "fault"},
            {"a NUL", std::string("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n", 27), "fault"},
            {"two lengths", kOk + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "fault"},
            {"length and chunks",
             kOk + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "fault"}});
}

TEST(ResponseReader, AU5_folded_lines_and_blanks_before_a_colon_are_faults) {
  read_all(Strictness::Strict,
           {{"folded by a space", "HTTP/1.1 200 OK\r\nAuth-Status:\r\n OK\r\n\r\n", "fault"},
            {"folded by a tab", "HTTP/1.1 200 OK\r\nAuth-Status:\r\n\tOK\r\n\r\n", "fault"},
            {"a blank before the colon", "HTTP/1.1 200 OK\r\nAuth-Status : OK\r\n\r\n", "fault"}});
}

TEST(ResponseReader, AU3_more_than_16_KiB_is_a_fault_at_once) {
  const std::string endless = kOk + "X: " + std::string(20'000, 'x');
  const std::string many = [] {
    std::string out = kOk;
    for (int i = 0; i < 2000; ++i) out += "X-Line: yyyy\r\n";
    return out;
  }();
  const std::string body =
      kOk + "Transfer-Encoding: chunked\r\n\r\nffff\r\n" + std::string(20'000, 'x');
  read_all(Strictness::Strict, {{"a line without end", endless, "fault"},
                                {"lines without end", many, "fault"},
                                {"a body without end", body, "fault"},
                                {"a body of 32 MiB, told before it comes",
                                 kOk + "Content-Length: 33554432\r\n\r\n", "fault"}});
  read_all(Strictness::Nginx,
           {{"a line without end", endless, "fault"}, {"lines without end", many, "fault"}});
}

TEST(ResponseReader, AU8_octets_behind_an_answer_end_its_connection) {
  const std::string answer = kOk + "Content-Length: 0\r\n\r\n";
  EXPECT_EQ(read(Strictness::Strict, answer + answer, 1000), "200 Auth-Status=OK Content-Length=0");
  EXPECT_EQ(read(Strictness::Strict, answer + "x", 1000), "200 Auth-Status=OK Content-Length=0");
}

TEST(ResponseReader, trailers_of_chunks_are_no_fields) {
  read_all(Strictness::Strict, {{"a yes behind a no",
                                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nAuth-Status: "
                                 "no\r\n\r\n0\r\nAuth-Status: OK\r\n\r\n",
                                 "200 Transfer-Encoding=chunked Auth-Status=no +"}});
}

TEST(ResponseReader, ARES_1_to_4_as_nginx_reads_headers) {
  read_all(
      Strictness::Nginx,
      {{"any version", "HTTP/0.9 500 no\r\nAuth-Status: OK\r\n\r\n", "500 Auth-Status=OK"},
       {"no status line", "Auth-Status: OK\r\n\r\n", "0 Auth-Status=OK"},
       {"an odd status line", "HTTP/1.1\r\nA: b\r\n\r\n", "0 A=b"},
       {"bare LF", "HTTP/1.1 200 OK\nAuth-Status: OK\n\n", "200 Auth-Status=OK"},
       {"a CR within a line", "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", "fault"},
       {"an underscore in a name", "HTTP/1.1 200 OK\r\nX_Y: b\r\n\r\n", "fault"},
       {"a name that begins with a hyphen", "HTTP/1.1 200 OK\r\n-Y: b\r\n\r\n", "fault"},
       {"folded", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "fault"},
       {"no colon", "HTTP/1.1 200 OK\r\nHello\r\nA: b\r\n\r\n", "200 A=b"},
       {"spaces are stripped, tabs are not", "HTTP/1.1 200 OK\r\nA:  \tb  \r\n\r\n", "200 A=\tb"},
       {"nothing is decoded", "HTTP/1.1 200 OK\r\nA: new%20user\r\n\r\n", "200 A=new%20user"},
       {"a header without its end", "HTTP/1.1 200 OK\r\nA: b\r\n", "more"}});
  const std::string behind = "HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody";
  EXPECT_EQ(read(Strictness::Nginx, behind, 1000), "200 A=b");
}

TEST(ResponseReader, ARES_5_a_header_over_1024_octets_is_read_all_the_same) {
  const std::string longer = "HTTP/1.1 200 OK\r\nX: " + std::string(2000, 'x') + "\r\nA: b\r\n\r\n";
  EXPECT_EQ(read(Strictness::Nginx, longer, 100), "200 X=" + std::string(2000, 'x') + " A=b");
}

}  // namespace
}  // namespace postern::auth
