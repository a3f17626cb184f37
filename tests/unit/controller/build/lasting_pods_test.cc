#include "controller/build/lasting_pods.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>

namespace postern::build {
namespace {

model::EndpointSliceObject slice_of(std::initializer_list<std::string> pods) {
  model::EndpointSliceObject out;
  out.service = "mail";
  for (const std::string& pod : pods) {
    model::SliceEndpoint endpoint;
    endpoint.target_pod = pod;
    out.endpoints.push_back(std::move(endpoint));
  }
  return out;
}

TEST(LastingPods, pods_of_a_stateful_set_are_known_by_their_numbers) {
  const auto first = slice_of({"dovecot-0", "dovecot-12"});
  const auto second = slice_of({"dovecot-3"});
  const auto pods = lasting_pods({&first, &second});
  ASSERT_TRUE(pods);
  EXPECT_EQ(pods->set, "dovecot");
  EXPECT_EQ(pods->service, "") << "their host names are not of this Service";
}

TEST(LastingPods, governing_service_is_the_one_that_gives_host_names) {
  auto slice = slice_of({"dovecot-0", "dovecot-1"});
  for (model::SliceEndpoint& one : slice.endpoints) one.hostname = one.target_pod;
  EXPECT_EQ(lasting_pods({&slice})->service, "mail");
  slice.endpoints.back().hostname.clear();
  EXPECT_EQ(lasting_pods({&slice})->service, "");
}

TEST(LastingPods, other_pods_are_no_reason_to_doubt) {
  for (const auto& pods :
       {slice_of({}), slice_of({"dovecot-5c8f7d9b6-x2k5q"}), slice_of({"dovecot-5c8f7d9b6-24567"}),
        slice_of({"dovecot-0", "postfix-1"}), slice_of({"dovecot-0", "dovecot-x2k5q"}),
        slice_of({"dovecot"}), slice_of({"-1"}), slice_of({"dovecot-"}), slice_of({"dovecot-01"}),
        slice_of({"dovecot-0", ""})}) {
    EXPECT_FALSE(lasting_pods({&pods})) << (pods.endpoints.empty() ? "nobody" : "somebody");
  }
  EXPECT_FALSE(lasting_pods({}));
}

}  // namespace
}  // namespace postern::build
