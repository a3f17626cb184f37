#include "controller/frames/list_cut.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/fragmenter.h"

namespace postern::frames {
namespace {

struct Seen {
  std::vector<std::string> pieces;
  ListHead head;
  bool whole = false;
  std::string fault;
};

Seen cut(const std::string& json, std::size_t size) {
  ListCut list;
  Seen seen;
  test::in_fragments(json, size, [&](ByteView fragment) {
    // Of its own size, so that reading past its end is seen.
    const std::string own(fragment);
    ByteView rest = own;
    for (Cut said = list.next(rest); said == Cut::Piece; said = list.next(rest)) {
      seen.pieces.emplace_back(list.piece());
    }
  });
  seen.head = list.head();
  seen.whole = list.whole();
  seen.fault = list.fault();
  return seen;
}

void expect_fault(const std::string& json, const std::string& words) {
  for (const std::size_t size : test::kFragmentSizes) {
    const Seen seen = cut(json, size);
    EXPECT_NE(seen.fault.find(words), std::string::npos)
        << seen.fault << ": " << json << " in fragments of " << size;
  }
}

TEST(ListCut, gives_each_object_as_it_was_written_and_what_stands_around) {
  const std::string first = R"({"metadata":{"name":"a","resourceVersion":"5"},"x":[{"y":"}]\""}]})";
  const std::string second = "{ \"metadata\" : {\"name\":\"\xC3\xA4\"} }";
  const std::string json =
      R"({"kind":"SecretList","apiVersion":"v1","metadata":{"labels":{"continue")"
      R"(:"no"},"resourceVersion":"1234","continue":"eyJ2\u003d",)"
      R"("remainingItemCount":7},"items":[)" +
      first + " ,\n" + second + R"(,{}],"extra":{"items":[1]}})" + "\n";
  for (const std::size_t size : test::kFragmentSizes) {
    const Seen seen = cut(json, size);
    EXPECT_EQ(seen.fault, "");
    EXPECT_TRUE(seen.whole);
    EXPECT_EQ(seen.pieces, (std::vector<std::string>{first, second, "{}"})) << size;
    EXPECT_EQ(seen.head.kind, "SecretList");
    EXPECT_EQ(seen.head.resource_version, "1234");
    EXPECT_EQ(seen.head.continue_token, "eyJ2=");
  }
}

TEST(ListCut, takes_the_fields_in_any_order) {
  const std::string json =
      R"({"items":[{"a":1}],"metadata":{"resourceVersion":"9"},"kind":"List"})";
  for (const std::size_t size : test::kFragmentSizes) {
    const Seen seen = cut(json, size);
    EXPECT_TRUE(seen.whole);
    EXPECT_EQ(seen.pieces.size(), 1U);
    EXPECT_EQ(seen.head.resource_version, "9");
    EXPECT_EQ(seen.head.kind, "List");
  }
}

TEST(ListCut, takes_lists_without_objects) {
  for (const char* items : {"[]", "null", "[ ]"}) {
    const std::string json =
        std::string(R"({"kind":"A","metadata":{"resourceVersion":"1","continue":null},"items":)") +
        items + "}";
    for (const std::size_t size : test::kFragmentSizes) {
      const Seen seen = cut(json, size);
      EXPECT_TRUE(seen.whole) << json;
      EXPECT_TRUE(seen.pieces.empty());
      EXPECT_EQ(seen.head.resource_version, "1");
    }
  }
}

TEST(ListCut, is_not_whole_before_its_end_and_never_without_items) {
  const std::string json = R"({"kind":"A","items":[{"a":1},{"b":2}]})";
  for (std::size_t most = 0; most < json.size(); ++most) {
    const Seen seen = cut(json.substr(0, most), test::kAllAtOnce);
    EXPECT_FALSE(seen.whole) << most;
    EXPECT_EQ(seen.fault, "") << most;
  }
  EXPECT_TRUE(cut(json, test::kAllAtOnce).whole);
  EXPECT_FALSE(cut(R"({"kind":"Status","code":500})", test::kAllAtOnce).whole);
}

TEST(ListCut, refuses_what_is_no_list) {
  expect_fault(R"({"items":[1]})", "no object");
  expect_fault(R"({"items":[[]]})", "no object");
  expect_fault(R"({"items":["a"]})", "no object");
  expect_fault(R"({"items":[{},null]})", "no object");
  expect_fault(R"({"items":{"a":1}})", "no object");
  expect_fault(R"({"items":"a"})", "no object");
  expect_fault(R"({"items":true})", "no object");
  expect_fault(R"({"items":[],"items":[]})", "twice");
  expect_fault(R"({"kind":"a","kind":"b"})", "twice");
  expect_fault(R"({"metadata":{},"metadata":{}})", "twice");
  expect_fault(R"({"metadata":{"continue":"a","continue":"b"}})", "twice");
  expect_fault(R"({"metadata":{"resourceVersion":12}})", "no text");
  expect_fault(R"({"metadata":{"continue":["a"]}})", "no text");
  expect_fault(R"({"kind":{"a":"b"}})", "no text");
  expect_fault(R"({"metadata":["a"]})", "no map");
  expect_fault(R"({"metadata":"a"})", "no map");
  expect_fault(R"({"items":[{}]}x)", "follows");
  expect_fault(R"({"items":[{"a":tru}]})", "word");
  expect_fault("{\"items\":[{\"a\":\"\xFF\"}]}", "UTF-8");
}

TEST(ListCut, says_nothing_more_once_it_refused) {
  ListCut list;
  ByteView octets = R"({"items":[1,{"a":1}]})";
  EXPECT_EQ(list.next(octets), Cut::Bad);
  octets = R"({"items":[]})";
  EXPECT_EQ(list.next(octets), Cut::Bad);
  EXPECT_FALSE(list.whole());
}

TEST(ListCut, holds_an_object_of_twelve_mebioctets_and_no_larger_one) {
  const auto list_of = [](std::size_t octets) {
    return R"({"items":[{"a":")" + std::string(octets - 8, 'x') + R"("}]})";
  };
  for (const std::size_t size : {std::size_t{4096}, test::kAllAtOnce}) {
    EXPECT_EQ(cut(list_of(kObjectOctets), size).pieces.size(), 1U);
    const Seen seen = cut(list_of(kObjectOctets + 1), size);
    EXPECT_TRUE(seen.pieces.empty());
    EXPECT_NE(seen.fault.find("12 MiB"), std::string::npos);
  }
}

}  // namespace
}  // namespace postern::frames
