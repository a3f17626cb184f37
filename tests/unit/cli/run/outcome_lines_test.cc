#include "cli/run/outcome_lines.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace postern::run {
namespace {

using adopt::BoundListener;
using config::ResourceType;

BoundListener bound(std::uint16_t port) {
  return {.port = port, .address = {IpAddress::v4({127, 0, 0, 1}), port}};
}

loop::LoadReport load_of(std::vector<std::uint16_t> ports) {
  loop::LoadReport load;
  load.served.push_back({"mail/example", std::move(ports)});
  return load;
}

std::vector<std::string> texts(const loop::LoadReport& load, const Adopted& adopted) {
  std::vector<std::string> out;
  for (const OutcomeLine& line : lines_of(load, adopted)) out.push_back(line.text);
  return out;
}

using Texts = std::vector<std::string>;

TEST(OutcomeLines, all_listeners_open_is_ready) {
  const std::vector<BoundListener> open = {bound(143), bound(993)};
  EXPECT_EQ(texts(load_of({143, 993}), {{}, open, 0}),
            (Texts{"mailserver mail/example: Ready (2 listeners)"}));
}

TEST(OutcomeLines, one_listener_on_two_addresses_is_one) {
  const std::vector<BoundListener> open = {bound(143), bound(143)};
  EXPECT_EQ(texts(load_of({143}), {{}, open, 0}),
            (Texts{"mailserver mail/example: Ready (1 listener)"}));
}

TEST(OutcomeLines, a_port_in_use_degrades_and_says_what_to_do) {
  const std::vector<BoundListener> open = {bound(143)};
  const adopt::Outcome outcome{adopt::State::PartiallyActive,
                               {{.key = {ResourceType::Listener, "993"},
                                 .version = "v",
                                 .running_version = "",
                                 .code = adopt::ErrorCode::BindFailed,
                                 .field = "",
                                 .detail = "127.0.0.1:10993: Address already in use"}}};
  const Texts said = texts(load_of({143, 993}), {outcome, open, 10000});
  ASSERT_EQ(said.size(), 2U);
  EXPECT_NE(said[0].find("port 10993"), std::string::npos);
  EXPECT_NE(said[0].find("--port-offset 11000"), std::string::npos);
  EXPECT_EQ(said[1], "mailserver mail/example: Degraded (1 of 2 listeners)");
}

TEST(OutcomeLines, a_refused_server_is_rejected_although_its_ports_are_open) {
  const std::vector<BoundListener> open = {bound(993)};
  const adopt::Outcome outcome{adopt::State::PartiallyActive,
                               {{.key = {ResourceType::Server, "mail/example"},
                                 .version = "v",
                                 .running_version = "",
                                 .code = adopt::ErrorCode::BadCertificate,
                                 .field = "tls.keyPairs[0]",
                                 .detail = "the key does not fit\n"}}};
  const Texts said = texts(load_of({993}), {outcome, open, 0});
  ASSERT_EQ(said.size(), 2U);
  EXPECT_NE(said[0].find("mail/example: tls.keyPairs[0]: the key does not fit\\x0a"),
            std::string::npos)
      << said[0];
  EXPECT_EQ(said[1], "mailserver mail/example: Rejected");
}

TEST(OutcomeLines, what_the_controller_left_out_is_rejected) {
  loop::LoadReport load;
  load.not_served = {"mail/other"};
  EXPECT_EQ(texts(load, {{}, {}, 0}), (Texts{"mailserver mail/other: Rejected"}));
}

}  // namespace
}  // namespace postern::run
