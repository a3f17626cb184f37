#include "proxy/control/apply_result.h"

#include <gtest/gtest.h>

namespace postern::control {
namespace {

namespace pb = config::v1alpha1;
using config::ResourceType;

adopt::ResourceError mk_error(const std::string& name, const std::string& detail) {
  adopt::ResourceError error;
  error.key = {ResourceType::Server, name};
  error.detail = detail;
  return error;
}

TEST(ApplyResult, fits_into_one_message_however_much_is_refused) {
  adopt::Outcome outcome{adopt::State::PartiallyActive, {}};
  for (int i = 0; i < 20'000; ++i) {
    outcome.errors.push_back(mk_error(std::to_string(i), std::string(1000, 'x')));
  }
  const pb::ProxyMessage message = result_message({"1", {}, outcome, std::chrono::seconds(0)});
  EXPECT_LT(message.ByteSizeLong(), std::size_t{4} << 20);
  ASSERT_EQ(message.result().errors_size(), 20'000);
  EXPECT_EQ(message.result().errors(0).detail().size(), 1000U);
  EXPECT_TRUE(message.result().errors(19'999).detail().empty());
}

TEST(ApplyResult, says_how_long_it_took) {
  const adopt::Outcome outcome;
  const pb::ProxyMessage message =
      result_message({"1", {}, outcome, std::chrono::microseconds(2'000'345)});
  EXPECT_EQ(message.result().apply_time().seconds(), 2);
  EXPECT_EQ(message.result().apply_time().nanos(), 345'000);
}

TEST(ApplyResult, has_a_code_for_each_failure_to_decode) {
  pb::Resource resource;
  resource.set_type(pb::RESOURCE_TYPE_ENDPOINTS);
  resource.set_name("mailbox");
  resource.set_version("2");
  const auto code = [&](wire::DecodeFailure failure) {
    return error_message(resource, {failure, "endpoints", "wrong"}, nullptr).code();
  };
  EXPECT_EQ(code(wire::DecodeFailure::Invalid), pb::ResourceError::CODE_INVALID);
  EXPECT_EQ(code(wire::DecodeFailure::Unsupported), pb::ResourceError::CODE_UNSUPPORTED);
  EXPECT_EQ(code(wire::DecodeFailure::MissingBase), pb::ResourceError::CODE_MISSING_BASE);
}

}  // namespace
}  // namespace postern::control
