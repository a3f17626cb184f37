#include "controller/model/problem.h"

#include <gtest/gtest.h>

#include "controller/model/meta.h"

namespace postern::model {
namespace {

TEST(Problem, text_has_place_object_field_and_words) {
  Problem problem;
  problem.message = "is missing";
  EXPECT_EQ(to_text(problem), "is missing");
  problem.field = "spec.hostnames";
  EXPECT_EQ(to_text(problem), "spec.hostnames: is missing");
  problem.object = {"MailServer", "mail", "example"};
  problem.place = {"mail.yaml", 14, 5};
  EXPECT_EQ(to_text(problem),
            "mail.yaml:14:5: MailServer mail/example: spec.hostnames: is missing");
  problem.place.line = 0;
  EXPECT_EQ(to_text(problem), "mail.yaml: MailServer mail/example: spec.hostnames: is missing");
}

TEST(Problem, text_names_a_field_that_is_not_supported_once) {
  Problem problem;
  problem.field = "spec.filters";
  problem.reason = kNotSupportedYet;
  problem.message = "not supported yet: spec.filters; take it away";
  EXPECT_EQ(to_text(problem), "not supported yet: spec.filters; take it away");
}

TEST(Meta, place_of_a_field_without_one_is_its_parents) {
  Meta meta;
  meta.places = Places("a.yaml", {{"spec.tls", 5, 3}, {"", 1, 1}});
  EXPECT_EQ(meta.place_of("spec.tls").line, 5);
  EXPECT_EQ(meta.place_of("spec.tls.certificateRefs[0].name").line, 5);
  EXPECT_EQ(meta.place_of("spec.backends[1]").line, 1);
  EXPECT_EQ(Meta{}.place_of("spec").line, 0);
}

}  // namespace
}  // namespace postern::model
