#include "controller/decode/yaml.h"

#include <gtest/gtest.h>

#include "tests/unit/controller/decode/documents.h"

namespace postern::decode {
namespace {

using Kind = Node::Kind;

std::string problem_with(std::string_view text) {
  const YamlDocuments read = read_yaml(text);
  if (!read.problem) return "";
  EXPECT_TRUE(read.documents.empty());
  const Mark at = read.problem->mark;
  return std::to_string(at.line) + ":" + std::to_string(at.column) + " " + read.problem->message;
}

TEST(Yaml, types_scalars_as_kubernetes_does) {
  const struct {
    const char* text;
    Kind kind;
  } kRows[] = {{"yes", Kind::Boolean},       {"off", Kind::Boolean},     {"'yes'", Kind::String},
               {"12", Kind::Number},         {"-1.5e3", Kind::Number},   {"0x1F", Kind::Number},
               {"0143", Kind::Number},       {"\"12\"", Kind::String},   {"10.0.0.1", Kind::String},
               {"1m30s", Kind::String},      {"~", Kind::Null},          {"null", Kind::Null},
               {"''", Kind::String},         {".inf", Kind::Number},     {"1e", Kind::String},
               {"2026-11-21", Kind::String}, {"!!str 12", Kind::String}, {"1_000", Kind::Number}};
  for (const auto& row : kRows) {
    const Node node = document("a: " + std::string(row.text) + "\n");
    EXPECT_EQ(node.find("a")->kind, row.kind) << row.text;
  }
}

TEST(Yaml, keeps_the_places_of_keys_and_items) {
  const Node node = document("spec:\n  ports:\n  - 1\n  - {port: 2}\n");
  const Node* ports = node.find("spec")->find("ports");
  EXPECT_EQ(ports->mark.line, 2);
  EXPECT_EQ(ports->mark.column, 3);
  EXPECT_EQ(ports->items[0].mark.column, 5);
  EXPECT_EQ(ports->items[1].find("port")->mark.line, 4);
  EXPECT_EQ(ports->items[1].find("port")->mark.column, 6);
}

TEST(Yaml, reads_several_documents_and_leaves_out_empty_ones) {
  EXPECT_EQ(read_yaml("a: 1\n---\n---\n# nothing\n---\nb: 2\n").documents.size(), 2U);
  EXPECT_TRUE(read_yaml("").documents.empty());
}

TEST(Yaml, reads_json) {
  const Node node = document(R"({"spec": {"hostnames": ["a", "b"], "port": 1, "on": true}})");
  EXPECT_EQ(node.find("spec")->find("hostnames")->items[1].text, "b");
  EXPECT_EQ(node.find("spec")->find("port")->kind, Kind::Number);
  EXPECT_EQ(node.find("spec")->find("on")->kind, Kind::Boolean);
}

TEST(Yaml, fills_in_aliases_up_to_a_bound) {
  const Node node = document("a: &x {b: [1, 2]}\nc: *x\n");
  EXPECT_EQ(node.find("c")->find("b")->items.size(), 2U);

  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += (j == 0 ? "" : ", ") + before;
    bomb += "]\n";
  }
  EXPECT_NE(problem_with(bomb).find("grows beyond"), std::string::npos);

  std::string wide = "a: &a " + std::string(1 << 16, 'x') + "\nb: [";
  for (int i = 0; i < 200; ++i) wide += "*a, ";
  EXPECT_NE(problem_with(wide + "]\n").find("grows beyond"), std::string::npos);
}

TEST(Yaml, refuses_what_readers_differ_about) {
  EXPECT_EQ(problem_with("a: 1\nb: 2\na: 3\n"),
            "3:1 `a` is written twice (first in line 1): "
            "remove one");
  EXPECT_EQ(problem_with("? [a]\n: 1\n"), "1:3 a key must be plain text, not a list or a map");
  EXPECT_EQ(problem_with("a: !!binary aGk=\n"),
            "1:4 the tag tag:yaml.org,2002:binary is not supported: write the value without it");
  EXPECT_EQ(problem_with("a: &x [*x]\n"), "1:8 an alias cannot stand inside what it names");
  EXPECT_EQ(problem_with("a: 1\nb: \x01\n"), "2:4 a control character: the file must be text");
  EXPECT_EQ(problem_with("a: \xFF\n"), "1:1 not UTF-8: save the file as UTF-8");
}

TEST(Yaml, names_a_stray_sign_at_which_the_parser_would_stay_for_ever) {
  for (const char* text : {",]p2", "&an,dQQQ", "a: b\n---\n]\n", "}"}) {
    const std::string problem = problem_with(text);
    EXPECT_EQ(problem.find("beyond"), problem.npos) << text << " -> " << problem;
    EXPECT_NE(problem, "") << text;
  }
  EXPECT_EQ(problem_with(",]p2"), "1:1 a , ] or } where no value can begin: take it away");
  EXPECT_EQ(problem_with("---\n---\n---\n"), "");
}

TEST(Yaml, refuses_depths_without_using_them_up) {
  EXPECT_NE(problem_with(std::string(70, '[') + std::string(70, ']')), "");
  EXPECT_NE(problem_with(std::string(100'000, '[')), "");
  EXPECT_NE(problem_with(std::string(100'000, '{')), "");
}

TEST(Yaml, every_beginning_of_a_manifest_is_read_or_told) {
  const std::string whole = mail_server_with("  limits: {maxErrors: 5}\n");
  for (std::size_t end = 0; end <= whole.size(); ++end) {
    const YamlDocuments read = read_yaml(std::string_view(whole).substr(0, end));
    EXPECT_TRUE(!read.problem || !read.problem->message.empty());
  }
}

TEST(Document, wipe_leaves_no_scalar) {
  Node node = document("data: {password: hunter2, list: [hunter2]}");
  wipe(node);
  const Node* data = node.find("data");
  EXPECT_EQ(data->find("password")->text, std::string(7, '\0'));
  EXPECT_EQ(data->find("list")->items[0].text, std::string(7, '\0'));
}

}  // namespace
}  // namespace postern::decode
