// What an answer of a service of style JSON means; the rows AU1 to AU7 of security 2.9 for it.
#include "proxy/auth/json_answer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/proxy/auth/mk.h"

namespace postern::auth {
namespace {

using test::json_of;
using test::mk_json_provider;
using test::mk_question;
using test::words;

class JsonAnswer : public ::testing::Test {
 protected:
  [[nodiscard]] std::string heard(const std::string& octets) const {
    return words(test::answer_to(question_, octets));
  }
  [[nodiscard]] std::string said(const std::string& document) const {
    return heard(json_of(document));
  }
  // Members of an answer of version 1.
  [[nodiscard]] std::string saying(const std::string& members) const {
    return said("{\"version\":1," + members + "}");
  }

  config::Provider provider_ = mk_json_provider();
  policy::Question question_ = mk_question(provider_);
};

TEST_F(JsonAnswer, reads_every_member_of_a_yes) {
  EXPECT_EQ(saying(R"("result":"accept")"), "accept");
  EXPECT_EQ(saying(R"("result":"accept","user":"bob","password":"p\u00e4\"","ttl":60,)"
                   R"("backend":{"address":"2001:db8::1","port":143},)"
                   R"("attributes":{"group":"a","shard.x":""})"),
            "accept user=bob password=pä\" backend=[2001:db8::1]:143 group=a shard.x= ttl=60");
}

TEST_F(JsonAnswer, reads_every_member_of_a_no) {
  EXPECT_EQ(saying(R"("result":"refuse")"), "refuse []");
  EXPECT_EQ(saying(R"("result":"refuse","reason":"credentials","message":"Try later","wait":2)"),
            "refuse [Try later] wait=2000");
  EXPECT_EQ(saying(R"("result":"refuse","reason":"unknown_user")"), "refuse [] unknown");
  EXPECT_EQ(saying(R"("result":"refuse","reason":"disabled")"), "unavailable");
}

TEST_F(JsonAnswer, is_asked_again_after_a_second_at_least) {
  EXPECT_EQ(saying(R"("result":"retry")"), "again 1000");
  EXPECT_EQ(saying(R"("result":"retry","wait":3)"), "again 3000");
}

TEST_F(JsonAnswer, passes_over_members_that_it_does_not_know) {
  EXPECT_EQ(saying(R"("result":"accept","later":{"user":[1,null,true,-1.5e3,{"user":"x"}]})"),
            "accept");
}

TEST_F(JsonAnswer, AU1_has_one_status_that_says_something) {
  for (const char* status : {"200 OK", "200 Whatever"}) {
    EXPECT_EQ(heard(json_of(R"({"version":1,"result":"accept"})", status)), "accept");
  }
  for (const char* status : {"201 Created", "202 Accepted", "206 Partial Content", "301 Moved",
                             "302 Found", "401 Unauthorized", "403 Forbidden", "404 Not Found",
                             "500 Internal Server Error", "503 Service Unavailable"}) {
    EXPECT_EQ(heard(json_of(R"({"version":1,"result":"accept"})", status)), "unavailable")
        << status;
    EXPECT_EQ(heard(json_of(R"({"version":1,"result":"refuse"})", status)), "unavailable")
        << status;
  }
}

TEST_F(JsonAnswer, AU1_has_one_type) {
  for (const char* type :
       {"application/json", "application/json; charset=utf-8", "Application/JSON ;x=y"}) {
    EXPECT_EQ(heard(json_of(R"({"version":1,"result":"accept"})", "200 OK", type)), "accept");
  }
  for (const char* type :
       {"text/html", "text/plain", "application/jsonx", "application/problem+json", "",
        "application/json, text/html", "application/json\r\nContent-Type: text/html",
        "application/json\r\nContent-Type: application/json"}) {
    EXPECT_EQ(heard(json_of(R"({"version":1,"result":"accept"})", "200 OK", type)), "unavailable")
        << type;
  }
  EXPECT_EQ(heard("HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n"
                  R"({"version":1,"result":"accept"})"),
            "unavailable");
}

TEST_F(JsonAnswer, AU1_is_whole_or_nothing) {
  const std::string whole = json_of(R"({"version":1,"result":"accept","user":"bob"})");
  for (std::size_t octets = 0; octets < whole.size(); ++octets) {
    EXPECT_EQ(heard(whole.substr(0, octets)), "unavailable") << octets;
  }
  EXPECT_EQ(heard(whole), "accept user=bob");
  EXPECT_EQ(heard("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"
                  R"({"version":1,"result":"accept"})"),
            "unavailable")
      << "nobody said how long it is";
}

TEST_F(JsonAnswer, comes_in_chunks_too) {
  EXPECT_EQ(heard("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n"
                  "5\r\n{\"ver\r\n1a\r\nsion\":1,\"result\":\"accept\"}\r\n0\r\n\r\n"),
            "accept");
}

TEST_F(JsonAnswer, AU1_is_one_object_and_nothing_else) {
  for (const char* document :
       {"", " ", "null", "true", "1", "\"accept\"", "[]", R"([{"version":1,"result":"accept"}])",
        R"({"version":1,"result":"accept"}{"version":1,"result":"accept"})",
        R"({"version":1,"result":"accept"} x)", R"({"version":1,"result":"accept",})",
        R"({'version':1,'result':'accept'})", R"({"version":1,"result":"accept"/**/})",
        R"({"version":1 "result":"accept"})", "\xef\xbb\xbf{\"version\":1,\"result\":\"accept\"}",
        "{\"version\":1,\"result\":\"accept\",\"x\":\"\xff\"}",
        "{\"version\":1,\"result\":\"accept\",\"x\":\"\n\"}",
        R"({"version":1,"result":"accept","x":"\ud800"})"}) {
    EXPECT_EQ(said(document), "unavailable") << document;
  }
  EXPECT_EQ(said(" \r\n{ \"version\" : 1 , \"result\" : \"accept\" }\t\n"), "accept");
}

TEST_F(JsonAnswer, AU3_is_bounded_in_length_depth_and_count) {
  const auto padded = [](std::size_t octets) {
    return R"("result":"accept","x":")" + std::string(octets, 'x') + '"';
  };
  EXPECT_EQ(saying(padded(15'000)), "accept");
  EXPECT_EQ(saying(padded(16'384)), "unavailable");
  EXPECT_EQ(saying(R"("result":"accept","x":[[[]]])"), "accept");
  EXPECT_EQ(saying(R"("result":"accept","x":[[[[]]]])"), "unavailable");
  const auto members = [](std::size_t count) {
    std::string out = R"("result":"accept")";
    for (std::size_t i = 0; i < count; ++i) out += ",\"m" + std::to_string(i) + "\":0";
    return out;
  };
  EXPECT_EQ(saying(members(62)), "accept");
  EXPECT_EQ(saying(members(63)), "unavailable");
  EXPECT_EQ(saying(R"("result":"accept",")" + std::string(65, 'n') + "\":0"), "unavailable");
}

TEST_F(JsonAnswer, AU3_has_so_many_attributes_and_no_larger_ones) {
  const auto attributes = [](std::size_t count, std::size_t octets) {
    std::string out = R"("result":"accept","attributes":{)";
    for (std::size_t i = 0; i < count; ++i) {
      out += (i > 0 ? "," : "") + ("\"a" + std::to_string(i)) + "\":\"" + std::string(octets, 'v') +
             "\"";
    }
    return out + "}";
  };
  EXPECT_TRUE(saying(attributes(32, 256)).starts_with("accept"));
  EXPECT_EQ(saying(attributes(33, 1)), "unavailable");
  EXPECT_EQ(saying(attributes(1, 257)), "unavailable");
  for (const char* wrong : {R"({"a":1})", R"({"a":null})", R"({"a b":"x"})", R"({"":"x"})",
                            R"({"a":"\u0000"})", R"({"a":{"b":"c"}})", "[]", "\"a\"", "null"}) {
    EXPECT_EQ(saying(std::string(R"("result":"accept","attributes":)") + wrong), "unavailable")
        << wrong;
  }
}

TEST_F(JsonAnswer, AU4_a_backend_is_a_literal_address_and_a_port) {
  const auto at = [&](const std::string& address, const std::string& port) {
    return saying(R"("result":"accept","backend":{"address":)" + address + ",\"port\":" + port +
                  "}");
  };
  EXPECT_EQ(at("\"10.0.0.1\"", "143"), "accept backend=10.0.0.1:143");
  for (const char* port : {"0", "65536", "-1", "1e3", "143.0", "\"143\"", "null",
                           "99999999999999999999", "4295032832"}) {
    EXPECT_EQ(at("\"10.0.0.1\"", port), "unavailable") << port;
  }
  for (const char* address : {"\"127.1\"", "\"0x7f000001\"", "\"2130706433\"", "\"localhost\"",
                              "\"unix:/run/x\"", "\"\"", "\"10.0.0.1:143\"", "\"[::1]\"",
                              "\"fe80::1%eth0\"", "\"10.0.0.01\"", "\"10.0.0.1\\u0000\"", "1"}) {
    EXPECT_EQ(at(address, "143"), "unavailable") << address;
  }
  EXPECT_EQ(saying(R"("result":"accept","backend":{"address":"10.0.0.1"})"), "unavailable");
  EXPECT_EQ(saying(R"("result":"accept","backend":{"port":143})"), "unavailable");
  EXPECT_EQ(saying(R"("result":"accept","backend":{})"), "unavailable");
  EXPECT_EQ(saying(R"("result":"accept","backend":"10.0.0.1")"), "unavailable");
}

TEST_F(JsonAnswer, AU5_one_pattern_is_a_yes) {
  for (const char* document : {R"({"result":"accept"})",
                               R"({"version":1})",
                               R"({"version":2,"result":"accept"})",
                               R"({"version":"1","result":"accept"})",
                               R"({"version":1.0,"result":"accept"})",
                               R"({"version":true,"result":"accept"})",
                               R"({"version":null,"result":"accept"})",
                               R"({"version":1,"result":"ACCEPT"})",
                               R"({"version":1,"result":"Accept"})",
                               R"({"version":1,"result":"accepted"})",
                               R"({"version":1,"result":"ok"})",
                               R"({"version":1,"result":"accept "})",
                               R"({"version":1,"result":""})",
                               R"({"version":1,"result":true})",
                               R"({"version":1,"result":1})",
                               R"({"version":1,"result":["accept"]})",
                               R"({"version":1,"result":null})",
                               R"({"version":1,"Result":"accept"})",
                               R"({"version":1,"x":{"result":"accept"}})",
                               R"({"version":1,"result":"accept\u0000"})"}) {
    EXPECT_EQ(said(document), "unavailable") << document;
  }
  EXPECT_EQ(saying(R"("\u0072esult":"acc\u0065pt")"), "accept") << "the same words, escaped";
}

TEST_F(JsonAnswer, AU5_nothing_is_said_twice) {
  for (const char* members :
       {R"("result":"accept","result":"accept")", R"("result":"refuse","result":"accept")",
        R"("result":"accept","result":"refuse")", R"("result":"accept","\u0072esult":"refuse")",
        R"("result":"accept","version":1)", R"("result":"accept","user":"a","user":"b")",
        R"("result":"accept","x":1,"x":1)", R"("result":"accept","x":{"y":1,"y":1})",
        R"("result":"accept","attributes":{"a":"1","a":"2"})",
        R"("result":"accept","backend":{"address":"10.0.0.1","port":1,"port":2})"}) {
    EXPECT_EQ(saying(members), "unavailable") << members;
  }
}

TEST_F(JsonAnswer, AU5_no_result_has_members_of_another) {
  for (const char* members :
       {R"("result":"accept","reason":"credentials")", R"("result":"accept","message":"no")",
        R"("result":"accept","wait":1)", R"("result":"refuse","user":"bob")",
        R"("result":"refuse","password":"x")", R"("result":"refuse","attributes":{})",
        R"("result":"refuse","ttl":1)", R"("result":"refuse","acting_as":"x")",
        R"("result":"refuse","backend":{"address":"10.0.0.1","port":1})",
        R"("result":"retry","user":"bob")", R"("result":"retry","message":"x")",
        R"("result":"retry","reason":"credentials")"}) {
    EXPECT_EQ(saying(members), "unavailable") << members;
  }
}

TEST_F(JsonAnswer, AU5_what_is_known_has_its_type) {
  for (const char* members :
       {R"("user":1)", R"("user":null)", R"("user":{})", R"("user":["a"])", R"("password":1)",
        R"("password":null)", R"("ttl":"60")", R"("ttl":-1)", R"("ttl":1.5)", R"("ttl":null)"}) {
    EXPECT_EQ(saying(std::string(R"("result":"accept",)") + members), "unavailable") << members;
  }
}

TEST_F(JsonAnswer, no_name_or_password_is_empty_too_long_or_has_control_octets) {
  for (const char* value : {"", "a\\nb", "a\\u0000", "\\u007f"}) {
    for (const char* member : {"user", "password"}) {
      EXPECT_EQ(saying(std::string(R"("result":"accept",")") + member + "\":\"" + value + "\""),
                "unavailable")
          << member << value;
    }
  }
  EXPECT_EQ(saying(R"("result":"accept","user":")" + std::string(1025, 'u') + "\""), "unavailable");
  EXPECT_EQ(saying(R"("result":"accept","password":")" + std::string(4097, 'p') + "\""),
            "unavailable");
  EXPECT_TRUE(saying(R"("result":"accept","password":")" + std::string(4096, 'p') + "\"")
                  .starts_with("accept"));
}

TEST_F(JsonAnswer, AU6_a_text_that_no_client_should_see_is_left_out) {
  for (const char* text : {"a\\r\\nb", "\\u001b[31m", "\\u0000", "[ALERT] pay now",
                           "[CAPABILITY IMAP4rev1] x", "[unclosed"}) {
    EXPECT_EQ(saying(std::string(R"("result":"refuse","message":")") + text + "\""), "refuse []")
        << text;
  }
  EXPECT_EQ(saying(R"("result":"refuse","message":")" + std::string(6000, 'x') + "\""),
            "refuse []");
  EXPECT_EQ(saying(R"("result":"refuse","message":"[EXPIRED] Renew it")"),
            "refuse [[EXPIRED] Renew it]");
}

TEST_F(JsonAnswer, AU7_a_wait_is_bounded) {
  EXPECT_EQ(saying(R"("result":"refuse","wait":999999999999)"), "refuse [] wait=10000");
  EXPECT_EQ(saying(R"("result":"retry","wait":999999999999)"), "again 10000");
  EXPECT_EQ(saying(R"("result":"refuse","wait":0)"), "refuse []");
  for (const char* wait : {"-1", "1e9", "\"1\"", "null", "1.5", "99999999999999999999999"}) {
    EXPECT_EQ(saying(std::string(R"("result":"refuse","wait":)") + wait), "unavailable") << wait;
  }
}

TEST_F(JsonAnswer, lets_nobody_act_as_somebody_else_who_was_not_named_again) {
  question_.acting_as = "boss";
  EXPECT_EQ(saying(R"("result":"accept")"), "refuse []");
  EXPECT_EQ(saying(R"("result":"accept","user":"boss")"), "refuse []");
  EXPECT_EQ(saying(R"("result":"accept","acting_as":"Boss")"), "unavailable");
  EXPECT_EQ(saying(R"("result":"accept","acting_as":"boss")"), "accept");
  EXPECT_EQ(saying(R"("result":"accept","acting_as":"boss","user":"a1")"), "accept user=a1");
  question_.acting_as.clear();
  EXPECT_EQ(saying(R"("result":"accept","acting_as":"boss")"), "unavailable");
}

TEST_F(JsonAnswer, no_fault_repeats_what_the_service_said) {
  const policy::Answer answer = test::answer_to(
      question_, json_of(R"({"version":1,"result":"accept","password":"geheim","password":"x"})"));
  ASSERT_TRUE(std::holds_alternative<policy::Unavailable>(answer));
  EXPECT_EQ(std::get<policy::Unavailable>(answer).detail, "a name is there twice");
}

TEST_F(JsonAnswer, leaves_no_secret_behind) {
  (void)saying(R"("result":"accept","password":"p\u0061ss")");
  (void)saying(R"("result":"accept","password":"pass","result":"x")");
  question_.secret.clear();
  EXPECT_EQ(Secret::live(), 0U);
}

}  // namespace
}  // namespace postern::auth
