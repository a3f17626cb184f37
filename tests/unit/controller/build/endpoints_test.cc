#include <gtest/gtest.h>

#include "tests/unit/controller/build/scene.h"

namespace postern::build {
namespace {

using config::EndpointState;

const std::vector<model::SlicePort> kSlicePorts = {{"imap", "", 1143}, {"imaps", "", 1993}};

Scene with_slices(const model::BackendSpec& backend, std::vector<model::Object> slices) {
  slices.push_back(mk_tls_secret("mail/mail-tls", {"mail.example.com"}));
  slices.push_back(mk_service("mail/dovecot", {mk_port("imap", 143), mk_port("imaps", 993)}));
  return scene_of(mk_server().backend(backend), std::move(slices));
}

Words ids(const Scene& scene) {
  Words out;
  for (const config::Endpoint& endpoint : scene.endpoints()->endpoints) out.push_back(endpoint.id);
  return out;
}

model::SliceEndpoint ending(model::SliceEndpoint endpoint, bool serving) {
  endpoint.ready = false;
  endpoint.terminating = true;
  endpoint.serving = serving;
  return endpoint;
}

TEST(Endpoints, of_a_service_are_their_addresses_sorted) {
  EXPECT_EQ(ids(scene_of(working())), (Words{"10.0.0.1", "10.0.0.2"}));
}

TEST(Endpoints, of_a_stateful_set_are_its_declared_pods) {
  const Scene scene = with_slices(
      mk_stateful_backend("mailbox", 2),
      {mk_slice("mail/a", "dovecot", kSlicePorts,
                {mk_endpoint("10.0.0.3", "dovecot-2"), mk_endpoint("10.0.0.2", "dovecot-1"),
                 mk_endpoint("10.0.0.1", "dovecot-0")})});
  EXPECT_EQ(ids(scene), (Words{"dovecot-0", "dovecot-1"}));
  EXPECT_EQ(scene.endpoints()->endpoints[1].address.text(), "10.0.0.2");
}

TEST(Endpoints, prefer_the_host_name_of_a_pod) {
  auto pod = mk_endpoint("10.0.0.1");
  pod.hostname = "dovecot-1";
  EXPECT_EQ(ids(with_slices(mk_stateful_backend("mailbox", 2),
                            {mk_slice("mail/a", "dovecot", kSlicePorts, {pod})})),
            Words{"dovecot-1"});
}

TEST(Endpoints, take_the_port_of_the_slice_by_name) {
  const Scene scene =
      with_slices(mk_service_backend("mailbox"),
                  {mk_slice("mail/a", "dovecot", kSlicePorts, {mk_endpoint("10.0.0.1")})});
  EXPECT_EQ(scene.endpoints()->endpoints[0].port(Protocol::Imap), 1993);
}

TEST(Endpoints, without_the_port_are_left_out) {
  const Scene scene =
      with_slices(mk_service_backend("mailbox"),
                  {mk_slice("mail/a", "dovecot", {{"http", "", 80}}, {mk_endpoint("10.0.0.1")})});
  EXPECT_TRUE(scene.endpoints()->endpoints.empty());
}

TEST(Endpoints, of_a_slice_without_port_names_are_found_by_the_target_port) {
  const Scene scene =
      with_slices(mk_service_backend("mailbox"),
                  {mk_slice("mail/a", "dovecot", {{"", "", 993}}, {mk_endpoint("10.0.0.1")})});
  EXPECT_EQ(scene.endpoints()->endpoints[0].port(Protocol::Imap), 993);
}

TEST(Endpoints, have_the_state_of_their_conditions) {
  auto unready = mk_endpoint("10.0.0.2");
  unready.ready = false;
  const Scene scene = with_slices(
      mk_service_backend("mailbox"),
      {mk_slice("mail/a", "dovecot", kSlicePorts,
                {mk_endpoint("10.0.0.1"), unready, ending(mk_endpoint("10.0.0.3"), true),
                 ending(mk_endpoint("10.0.0.4"), false)})});
  const auto& endpoints = scene.endpoints()->endpoints;
  EXPECT_EQ(endpoints[0].state, EndpointState::Ready);
  EXPECT_EQ(endpoints[1].state, EndpointState::NotReady);
  EXPECT_EQ(endpoints[2].state, EndpointState::ServingTerminating);
  EXPECT_EQ(endpoints[3].state, EndpointState::NotReady);
}

TEST(Endpoints, told_twice_are_one_with_the_better_state) {
  auto unready = mk_endpoint("10.0.0.1");
  unready.ready = false;
  const Scene scene =
      with_slices(mk_service_backend("mailbox"),
                  {mk_slice("mail/a", "dovecot", kSlicePorts, {unready}),
                   mk_slice("mail/b", "dovecot", kSlicePorts, {mk_endpoint("10.0.0.1")})});
  ASSERT_EQ(ids(scene), Words{"10.0.0.1"});
  EXPECT_EQ(scene.endpoints()->endpoints[0].state, EndpointState::Ready);
}

TEST(Endpoints, of_both_families_are_reached_by_ipv4) {
  const Scene scene = with_slices(
      mk_stateful_backend("mailbox", 1),
      {mk_slice("mail/a", "dovecot", kSlicePorts, {mk_endpoint("2001:db8::1", "dovecot-0")}),
       mk_slice("mail/b", "dovecot", kSlicePorts, {mk_endpoint("10.0.0.1", "dovecot-0")})});
  ASSERT_EQ(ids(scene), Words{"dovecot-0"});
  EXPECT_EQ(scene.endpoints()->endpoints[0].address.text(), "10.0.0.1");
}

TEST(Endpoints, come_from_the_annotation_of_a_service) {
  auto service = mk_service("mail/dovecot", {mk_port("imaps", 993, 10993)});
  service.addresses = {*IpAddress::parse("127.0.0.12"), *IpAddress::parse("127.0.0.11")};
  const std::vector<model::Object> objects = {mk_tls_secret("mail/mail-tls", {"mail.example.com"}),
                                              service};
  const Scene scene = scene_of(working(), objects);
  EXPECT_EQ(ids(scene), (Words{"127.0.0.11", "127.0.0.12"}));
  EXPECT_EQ(scene.endpoints()->endpoints[0].port(Protocol::Imap), 10993);
  const Scene pods = scene_of(mk_server().backend(mk_stateful_backend("mailbox", 2)), objects);
  EXPECT_EQ(ids(pods), (Words{"dovecot-0", "dovecot-1"}));
  EXPECT_EQ(pods.endpoints()->endpoints[0].address.text(), "127.0.0.12");
}

TEST(Endpoints, of_written_addresses_use_the_standard_ports) {
  const Scene scene = scene_of(
      mk_server().backend(mk_address_backend("mailbox", {{"b", "10.0.0.2"}, {"a", "10.0.0.1"}})));
  EXPECT_EQ(ids(scene), (Words{"a", "b"}));
  EXPECT_EQ(scene.endpoints()->endpoints[0].port(Protocol::Imap), 993);
  EXPECT_EQ(scene.endpoints()->endpoints[0].address.text(), "10.0.0.1");
}

TEST(Endpoints, of_written_addresses_use_the_port_that_is_written) {
  auto backend = mk_address_backend("mailbox", {{"a", "127.0.0.1"}});
  model::BackendPortSpec port;
  port.port = 20143;
  port.tls = "StartTLS";
  backend.ports = {port};
  const Scene scene = scene_of(mk_server().backend(backend));
  EXPECT_EQ(scene.endpoints()->endpoints[0].port(Protocol::Imap), 20143);
  EXPECT_EQ(scene.backend()->ports[0].tls, config::BackendTlsMode::StartTls);
}

TEST(Endpoints, host_names_are_refused_by_name_and_the_others_serve) {
  const Scene scene = scene_of(mk_server().backend(
      mk_address_backend("mailbox", {{"a", "mail.example.net"}, {"b", "10.0.0.2"}})));
  EXPECT_EQ(scene.problems(), Words{"NotSupportedYet spec.backends[0].addresses[0].address"});
  EXPECT_EQ(ids(scene), Words{"b"});
  EXPECT_EQ(scene.backend()->declared_members, (Words{"a", "b"}));
}

model::SliceEndpoint of_pod(model::SliceEndpoint endpoint, const std::string& uid) {
  endpoint.target_uid = uid;
  return endpoint;
}

model::EndpointSliceObject slice_of(const std::string& name, std::uint64_t revision,
                                    std::vector<model::SliceEndpoint> endpoints) {
  auto slice = mk_slice("mail/" + name, "dovecot", kSlicePorts, std::move(endpoints));
  slice.revision = revision;
  return slice;
}

TEST(Endpoints, of_one_pod_in_two_slices_have_the_state_of_the_newer_one) {
  auto unready = of_pod(mk_endpoint("10.0.0.1"), "one");
  unready.ready = false;
  const auto ready = of_pod(mk_endpoint("10.0.0.1"), "one");
  for (const bool newer_is_first : {true, false}) {
    const Scene scene =
        with_slices(mk_service_backend("mailbox"),
                    {slice_of("a", newer_is_first ? 9 : 7, {newer_is_first ? unready : ready}),
                     slice_of("b", newer_is_first ? 7 : 9, {newer_is_first ? ready : unready})});
    ASSERT_EQ(scene.endpoints()->endpoints.size(), 1U);
    EXPECT_EQ(scene.endpoints()->endpoints[0].state, EndpointState::NotReady);
  }
}

TEST(Endpoints, with_the_address_of_a_pod_that_is_gone_are_those_of_the_live_one) {
  const Scene scene =
      with_slices(mk_service_backend("mailbox"),
                  {slice_of("a", 9, {ending(of_pod(mk_endpoint("10.0.0.1"), "old"), false)}),
                   slice_of("b", 7, {of_pod(mk_endpoint("10.0.0.1"), "new")})});
  ASSERT_EQ(scene.endpoints()->endpoints.size(), 1U);
  EXPECT_EQ(scene.endpoints()->endpoints[0].state, EndpointState::Ready);
}

TEST(Endpoints, of_a_member_that_moved_are_at_its_live_pod) {
  const Scene scene =
      with_slices(mk_stateful_backend("mailbox", 1),
                  {slice_of("a", 7,
                            {ending(of_pod(mk_endpoint("10.0.0.1", "dovecot-0"), "old"), true),
                             of_pod(mk_endpoint("10.0.0.2", "dovecot-0"), "new")})});
  ASSERT_EQ(scene.endpoints()->endpoints.size(), 1U);
  EXPECT_EQ(scene.endpoints()->endpoints[0].address.text(), "10.0.0.2");
}

}  // namespace
}  // namespace postern::build
