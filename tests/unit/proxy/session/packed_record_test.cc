#include "proxy/session/packed_record.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace postern::session {
namespace {

using dialogue::Failure;

Record filled_record() {
  Record record;
  record.began = Instant{} + Duration{5};
  record.auth_took = Duration{12};
  record.connect = Duration{1};
  record.mechanism = "PLAIN";
  record.port = 993;
  record.client = ClientAddress{{*IpAddress::parse("203.0.113.7"), 51234}};
  record.via = SocketAddress{*IpAddress::parse("10.0.0.5"), 40112};
  record.logged_in = true;
  record.refusal = Failure::CredentialsRefused;
  record.id = "ktl3xqyaaaaaaaaaaadq";
  record.tls = "TLSv1.3/TLS_AES_256_GCM_SHA384/resumed";
  record.server = "mail/example";
  record.user = "alice@example.org";
  record.auth = "directory";
  record.backend = "mail/example/box";
  record.endpoint = "box-1";
  return record;
}

TEST(PackedRecord, says_what_the_record_said) {
  const Record before = filled_record();
  const PackedRecord packed(before);
  EXPECT_EQ(packed.id(), before.id);
  EXPECT_EQ(packed.backend(), before.backend);
  EXPECT_EQ(packed.endpoint(), before.endpoint);
  EXPECT_EQ(packed.values().port, before.port);
  const Record after = packed.unpack();
  EXPECT_EQ(after.began, before.began);
  EXPECT_EQ(after.auth_took, before.auth_took);
  EXPECT_EQ(after.connect, before.connect);
  EXPECT_EQ(after.login, before.login);
  EXPECT_EQ(after.mechanism, before.mechanism);
  EXPECT_EQ(after.client, before.client);
  EXPECT_EQ(after.via, before.via);
  EXPECT_TRUE(after.logged_in);
  EXPECT_EQ(after.refusal, before.refusal);
  EXPECT_EQ(after.sni, "");
  EXPECT_EQ(after.tls, before.tls);
  EXPECT_EQ(after.server, before.server);
  EXPECT_EQ(after.user, before.user);
  EXPECT_EQ(after.auth, before.auth);
  EXPECT_EQ(after.auth_user, "");
}

TEST(PackedRecord, of_nothing_is_nothing) { EXPECT_EQ(PackedRecord(Record()).unpack().id, ""); }

TEST(PackedRecord, keeps_the_beginning_of_a_text_that_is_too_long) {
  Record record = filled_record();
  record.user.assign(70000, 'u');
  const Record after = PackedRecord(record).unpack();
  EXPECT_EQ(after.user, std::string(65535, 'u'));
  EXPECT_EQ(after.endpoint, "box-1");
}

TEST(PackedRecord, moves) {
  PackedRecord first(filled_record());
  const PackedRecord second = std::move(first);
  EXPECT_EQ(second.id(), "ktl3xqyaaaaaaaaaaadq");
}

}  // namespace
}  // namespace postern::session
