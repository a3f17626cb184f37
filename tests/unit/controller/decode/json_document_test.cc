#include "controller/decode/json_document.h"

#include <gtest/gtest.h>

#include <string>

#include "controller/decode/decoder.h"
#include "controller/decode/schema_check.h"
#include "controller/decode/yaml.h"

namespace postern::decode {
namespace {

using Kind = Node::Kind;

std::string refusal(std::string_view text) {
  const auto read = read_json(text);
  return read ? "" : read.error();
}

std::string lists(int depth) {
  const auto count = static_cast<std::size_t>(depth);
  return std::string(count, '[') + std::string(count, ']');
}

TEST(JsonDocument, gives_each_value_its_kind) {
  const auto read = read_json(R"({"a":"x","b":-7,"c":true,"d":null,"e":[1,"2"],"f":{}})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->kind, Kind::Map);
  EXPECT_EQ(read->find("a")->kind, Kind::String);
  EXPECT_EQ(read->find("b")->kind, Kind::Number);
  EXPECT_EQ(read->find("b")->text, "-7");
  EXPECT_TRUE(read->find("c")->truth());
  EXPECT_EQ(read->find("d")->kind, Kind::Null);
  EXPECT_EQ(read->find("e")->items.size(), 2U);
  EXPECT_EQ(read->find("f")->kind, Kind::Map);
}

TEST(JsonDocument, keeps_text_that_yaml_would_type) {
  const auto read = read_json(R"({"a":"true","b":"12","c":"","d":"gr\u00fc\u00dfe\n"})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->find("a")->kind, Kind::String);
  EXPECT_EQ(read->find("b")->kind, Kind::String);
  EXPECT_EQ(read->find("c")->kind, Kind::String);
  EXPECT_EQ(read->find("d")->text, "grüße\n");
}

TEST(JsonDocument, keeps_numbers_as_they_are_written) {
  const auto read = read_json(R"([9223372036854775807,1.50,1e3])");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->items[0].text, "9223372036854775807");
  EXPECT_EQ(read->items[1].text, "1.50");
  EXPECT_EQ(read->items[2].text, "1e3");
}

TEST(JsonDocument, refuses_a_key_that_is_there_twice) {
  EXPECT_EQ(refusal(R"({"a":{"k":1,"l":2,"k":3}})"), "a key is there twice");
}

TEST(JsonDocument, refuses_what_is_too_deep) {
  EXPECT_EQ(refusal(lists(64)), "");
  EXPECT_EQ(refusal(lists(65)), "it is deeper than any object is");
}

TEST(JsonDocument, refuses_half_an_object_and_more_than_one) {
  EXPECT_NE(refusal(R"({"a":1)"), "");
  EXPECT_NE(refusal(R"({"a":1} {})"), "");
  EXPECT_NE(refusal(""), "");
}

TEST(JsonDocument, refuses_what_is_not_utf_8) { EXPECT_NE(refusal("{\"a\":\"\xff\"}"), ""); }

TEST(JsonDocument, refuses_more_values_than_any_object_has) {
  std::string many = "[";
  for (std::size_t i = 0; i < kMostNodes; ++i) many += "1,";
  many += "1]";
  EXPECT_EQ(refusal(many), "it has more values than any object has");
}

TEST(JsonDocument, says_nothing_of_the_text_in_a_refusal) {
  EXPECT_EQ(refusal(R"({"data":{"password":"geheim","password":"geheim"}})").find("geheim"),
            std::string::npos);
}

TEST(JsonDocument, leaves_managed_fields_out) {
  const auto read =
      read_json(R"({"metadata":{"managedFields":[{"a":{"b":[1]}}],"name":"n","labels":{}}})");
  ASSERT_TRUE(read);
  const Node* metadata = read->find("metadata");
  EXPECT_EQ(metadata->find("managedFields"), nullptr);
  EXPECT_EQ(metadata->find("name")->text, "n");
  EXPECT_NE(metadata->find("labels"), nullptr);
}

TEST(JsonDocument, becomes_the_object_that_yaml_becomes) {
  const std::string json = R"({"apiVersion":"v1","kind":"Service",
    "metadata":{"name":"dovecot","namespace":"mail","uid":"u","labels":{"a":"b"}},
    "spec":{"selector":{"app":"dovecot"},"ports":[{"name":"imap","port":143}]}})";
  auto document = read_json(json);
  ASSERT_TRUE(document);
  YamlDocuments yaml = read_yaml(json);
  ASSERT_EQ(yaml.documents.size(), 1U);
  const Decoder decoder;
  const auto of_json = decoder.decode(*document, "");
  auto of_yaml = decoder.decode(yaml.documents[0], "");
  ASSERT_TRUE(of_json.object && of_yaml.object);
  model::meta_of(*of_yaml.object).places = {};
  EXPECT_EQ(*of_json.object, *of_yaml.object);
}

TEST(JsonDocument, has_no_places_for_problems) {
  auto document = read_json(
      R"({"apiVersion":"postern.dev/v1alpha1","kind":"MailServer","metadata":{"name":"m","namespace":"a"}})");
  ASSERT_TRUE(document);
  const auto decoded = Decoder().decode(*document, "");
  EXPECT_FALSE(decoded.object);
  ASSERT_FALSE(decoded.problems.empty());
  EXPECT_EQ(decoded.problems[0].place, model::Place{});
  EXPECT_EQ(decoded.problems[0].object.path(), "a/m");
}

TEST(JsonDocument, does_not_keep_what_kubectl_remembers_of_a_secret) {
  auto document = read_json(
      R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"geheim","a":"b"}}})");
  ASSERT_TRUE(document);
  const auto decoded = Decoder().decode(*document, "");
  ASSERT_TRUE(decoded.object);
  EXPECT_EQ(model::meta_of(*decoded.object).annotations.size(), 1U);
}

// What an API server stores of the same ten lines: each block with its defaults.
TEST(JsonDocument, with_the_defaults_that_an_api_server_filled_in_says_what_was_written) {
  const Decoder decoder;
  const std::string written = R"({"apiVersion":"postern.dev/v1alpha1","kind":"MailServer",
    "metadata":{"name":"example","namespace":"mail"},"spec":{"hostnames":["mail.example.com"],
    "protocols":{"imap":{"capabilities":{}}},
    "tls":{"certificateRefs":[{"name":"mail-tls"}],"resumption":{}},
    "routing":{},"limits":{},"timeouts":{},"logging":{},
    "backends":[{"name":"mailbox","service":{"name":"dovecot"},"tls":{},"login":{}}]}})";
  auto yaml = read_yaml(written);
  ASSERT_EQ(yaml.documents.size(), 1U);
  auto filled = read_json(written);
  ASSERT_TRUE(filled);
  Findings findings;
  check_structure(decoder.schemas().mail_server, *filled, "", findings);  // as a server does
  const auto write_all = [](auto& self, Node& node) -> void {
    node.written = true;
    for (Node& item : node.items) self(self, item);
    for (Member& member : node.members) self(self, member.value);
  };
  write_all(write_all, *filled);
  auto of_yaml = decoder.decode(yaml.documents[0], "");
  auto of_server = decoder.decode(*filled, "");
  const auto reasons = [](const Decoded& decoded) {
    std::vector<std::string> out;
    for (const model::Problem& problem : decoded.problems) out.push_back(problem.field);
    return out;
  };
  EXPECT_EQ(reasons(of_yaml), reasons(of_server));
  ASSERT_EQ(of_yaml.object.has_value(), of_server.object.has_value());
  if (!of_yaml.object) return;
  model::meta_of(*of_yaml.object).places = {};
  EXPECT_EQ(*of_yaml.object, *of_server.object);
}

}  // namespace
}  // namespace postern::decode
