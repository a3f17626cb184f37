#include "common/identity/pair.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/stream_certificates.h"

namespace postern::identity {
namespace {

using test::around;
using test::PairFiles;
using test::StreamAuthority;

const Identity kProxy{Role::Proxy, "mail"};
const Identity kController{Role::Controller, "mail"};
constexpr const char* kProxyName = "URI:spiffe://postern/class/mail/proxy";

WallTime now() { return std::chrono::system_clock::now(); }

struct Row {
  const char* what;
  PairFiles files;
  PairFailure failure;
  const char* words;
};

void refuses(const Row& row, const Identity& wanted = kProxy) {
  SCOPED_TRACE(row.what);
  const auto valid = check_pair(row.files.text(), wanted, now());
  ASSERT_FALSE(valid);
  EXPECT_EQ(valid.error().failure, row.failure) << word_of(valid.error().failure);
  EXPECT_NE(valid.error().sentence.find(row.words), std::string::npos) << valid.error().sentence;
  EXPECT_EQ(valid.error().sentence.find("PRIVATE"), std::string::npos);
}

TEST(Pair, takes_what_certgen_makes_and_says_until_when) {
  const StreamAuthority authority;
  for (const Identity& who : {kProxy, kController}) {
    const auto life = around(now());
    const auto valid = check_pair(authority.issue(who, life).text(), who, now());
    ASSERT_TRUE(valid) << valid.error().sentence;
    EXPECT_EQ(std::chrono::system_clock::to_time_t(valid->ends),
              std::chrono::system_clock::to_time_t(life.ends));
  }
}

TEST(Pair, takes_certificates_that_others_made) {
  const StreamAuthority authority;
  for (const char* usage : {"", "clientAuth", "serverAuth,clientAuth"}) {
    for (const test::KeyKind kind : {test::KeyKind::Ec, test::KeyKind::Rsa}) {
      const auto names = std::string("DNS:proxy.example.org,") + kProxyName;
      const auto files = authority.issue_odd(names, kind, usage);
      const auto valid = check_pair(files.text(), kProxy, now());
      EXPECT_TRUE(valid) << usage << ": " << valid.error().sentence;
    }
  }
}

TEST(Pair, is_refused_when_something_cannot_be_read) {
  const StreamAuthority authority;
  const PairFiles good = authority.issue(kProxy);
  PairFiles files = good;
  files.authorities = "none";
  refuses({"ca.crt is text", files, PairFailure::Unreadable, "ca.crt"});
  files = good;
  files.chain.clear();
  refuses({"tls.crt is empty", files, PairFailure::Unreadable, "tls.crt"});
  files = good;
  files.chain.resize(files.chain.size() / 2);
  refuses({"tls.crt is cut", files, PairFailure::Unreadable, "tls.crt"});
  files = good;
  files.key = good.chain;
  refuses({"tls.key is a certificate", files, PairFailure::Unreadable, "tls.key"});
}

TEST(Pair, is_refused_when_the_key_does_not_fit_or_is_weak) {
  const StreamAuthority authority;
  PairFiles files = authority.issue(kProxy);
  files.key = authority.issue(kProxy).key;
  refuses({"key of another", files, PairFailure::KeyMismatch, "does not belong"});
  refuses({"RSA of 1024 bits", authority.issue_odd(kProxyName, test::KeyKind::WeakRsa),
           PairFailure::WeakKey, "1024 bits"});
}

TEST(Pair, is_refused_outside_its_dates) {
  const StreamAuthority authority;
  refuses({"expired", authority.issue(kProxy, around(now(), 7'200, -60)), PairFailure::Expired,
           "expired at"});
  refuses({"of tomorrow", authority.issue(kProxy, around(now(), -3'600, 7'200)),
           PairFailure::NotYetValid, "not valid before"});
  const StreamAuthority old(around(now(), 7'200, -60));
  refuses({"its authority expired", old.issue(kProxy), PairFailure::Expired, "authority"});
}

TEST(Pair, is_refused_when_it_is_somebody_else) {
  const StreamAuthority authority;
  refuses({"the controller's", authority.issue(kController), PairFailure::WrongIdentity,
           "is for spiffe://postern/class/mail/controller"});
  refuses({"of another class", authority.issue({Role::Proxy, "other"}), PairFailure::WrongIdentity,
           "class/other/proxy"});
  refuses({"no URI", authority.issue_odd("DNS:proxy"), PairFailure::WrongIdentity, "no URI names"});
  refuses({"no names", authority.issue_odd({}), PairFailure::WrongIdentity, "no URI names"});
  const std::string two = std::string(kProxyName) + ",URI:spiffe://postern/class/other/proxy";
  refuses({"two URIs", authority.issue_odd(two), PairFailure::WrongIdentity, "2 URI names"});
  refuses({"another URI", authority.issue_odd("URI:https://example.org/"),
           PairFailure::WrongIdentity, "not a name of the form"});
}

TEST(Pair, is_refused_when_the_authority_did_not_sign_it) {
  const StreamAuthority authority;
  const StreamAuthority foreign;  // of the same name
  PairFiles files = foreign.issue(kProxy);
  files.authorities = authority.pem();
  refuses({"foreign", files, PairFailure::NotTrusted, "not signed by ca.crt"});
  files = authority.issue(kProxy);
  files.authorities = files.chain;
  refuses({"its own authority", files, PairFailure::NotTrusted, "not signed by ca.crt"});
  refuses({"only good for servers",
           authority.issue_odd(kProxyName, test::KeyKind::Ec, "serverAuth"),
           PairFailure::NotTrusted, "purpose"});
}

TEST(Pair, is_good_under_one_of_several_authorities) {
  const StreamAuthority older;
  const StreamAuthority newer;
  for (const StreamAuthority* signing : {&older, &newer}) {
    PairFiles files = signing->issue(kProxy);
    files.authorities = older.pem() + "# comment\n" + newer.pem();
    const auto valid = check_pair(files.text(), kProxy, now());
    EXPECT_TRUE(valid) << valid.error().sentence;
  }
}

}  // namespace
}  // namespace postern::identity
