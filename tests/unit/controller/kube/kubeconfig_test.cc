#include "controller/kube/kubeconfig.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "controller/kube/config_tree.h"
#include "tests/support/temporary_folder.h"

namespace postern::kube {
namespace {

// A file with one cluster and one user, each with these lines.
std::string config(const std::string& cluster, const std::string& user = "    token: s3cret\n") {
  return "apiVersion: v1\nkind: Config\ncurrent-context: here\n"
         "clusters:\n- name: c\n  cluster:\n" +
         cluster + "users:\n- name: u\n  user:\n" + user +
         "contexts:\n- name: here\n  context: {cluster: c, user: u, namespace: mail}\n"
         "- name: nobody\n  context: {cluster: c}\n"
         "- name: lost\n  context: {cluster: gone, user: u}\n";
}
const std::string kServer = "    server: https://api.test:6443\n";

Result<FoundAccess, std::string> parse(const std::string& yaml, const std::string& context = {}) {
  return parse_kubeconfig(yaml, {context, "/etc/kube"});
}
std::string refusal(const std::string& yaml, const std::string& context = {}) {
  const auto found = parse(yaml, context);
  return found ? "taken" : found.error();
}

TEST(Kubeconfig, leads_from_the_context_to_server_and_user) {
  const auto found = parse(config(kServer));
  ASSERT_TRUE(found) << found.error();
  EXPECT_TRUE(found->access.tls);
  EXPECT_EQ(found->access.host, "api.test");
  EXPECT_EQ(found->access.port, 6443);
  EXPECT_EQ(found->access.token.given.reveal(), "s3cret");
  EXPECT_EQ(found->in_namespace, "mail");
  EXPECT_TRUE(found->warnings.empty());
}

TEST(Kubeconfig, takes_the_context_that_was_asked_for) {
  const auto found = parse(config(kServer), "nobody");
  ASSERT_TRUE(found) << found.error();
  EXPECT_TRUE(found->access.token.empty());
  EXPECT_EQ(found->in_namespace, "");
}

TEST(Kubeconfig, says_which_names_there_are) {
  EXPECT_EQ(refusal(config(kServer), "elsewhere"),
            "it has no context `elsewhere`; there are: here, nobody, lost");
  EXPECT_EQ(refusal(config(kServer), "lost"), "it has no cluster `gone`; there are: c");
  EXPECT_EQ(refusal("{}"), "it has no current-context: give --context");
  EXPECT_EQ(refusal("{current-context: a}"), "it has no context `a`; there are: none");
}

TEST(Kubeconfig, finds_files_beside_itself) {
  const auto found = parse(config(kServer + "    certificate-authority: pki/ca.crt\n",
                                  "    client-certificate: ../own.crt\n"
                                  "    client-key: /keys/own.key\n    tokenFile: token\n"));
  ASSERT_TRUE(found) << found.error();
  EXPECT_EQ(found->access.authorities.file, "/etc/kube/pki/ca.crt");
  EXPECT_EQ(found->access.certificate.file, "/etc/own.crt");
  EXPECT_EQ(found->access.key.file, "/keys/own.key");
  EXPECT_EQ(found->access.token.file, "/etc/kube/token");
}

TEST(Kubeconfig, takes_what_stands_inline_before_files) {
  const auto found = parse(config(kServer + "    certificate-authority: ca.crt\n"
                                            "    certificate-authority-data: cGVt\n",
                                  "    client-certificate-data: |\n      b25l\n      IHR3bw==\n"
                                  "    client-key-data: a2V5\n"));
  ASSERT_TRUE(found) << found.error();
  EXPECT_EQ(found->access.authorities.given.reveal(), "pem");
  EXPECT_EQ(found->access.authorities.file, "");
  EXPECT_EQ(found->access.certificate.given.reveal(), "one two");
  EXPECT_EQ(found->access.key.given.reveal(), "key");
}

TEST(Kubeconfig, refuses_what_is_no_base64) {
  for (const char* const wrong : {"\"c3Vy%\"", "YQ", "\"====\"", "YQ==YQ=="}) {
    EXPECT_EQ(refusal(config(kServer + "    certificate-authority-data: " + wrong + "\n")),
              "the cluster `c`: `certificate-authority-data` is no base64")
        << wrong;
  }
}

TEST(Kubeconfig, knows_servers_of_all_forms) {
  struct Form {
    const char* url;
    const char* host;
    int port;
    const char* prefix;
  };
  for (const Form& form : {Form{"https://api.test", "api.test", 443, ""},
                           {"https://api.test/", "api.test", 443, ""},
                           {"HTTPS://10.0.0.1:1/a/b/", "10.0.0.1", 1, "/a/b"},
                           {"https://[fd00::1]:6443", "fd00::1", 6443, ""},
                           {"https://[::1]", "::1", 443, ""}}) {
    const auto found = parse(config("    server: \"" + std::string(form.url) + "\"\n"));
    ASSERT_TRUE(found) << form.url << ": " << found.error();
    EXPECT_EQ(found->access.host, form.host);
    EXPECT_EQ(found->access.port, form.port);
    EXPECT_EQ(found->access.prefix, form.prefix);
  }
  for (const char* const wrong :
       {"", "api.test", "ftp://a", "https://", "https://a:0", "https://a:x", "https://a:65536",
        "https://u:p@a", "https://a?b", "https://a/b?c", "https://a/../b", "https://[fd00::1",
        "https://[api.test]", "https://a b", "https://a\\r\\nX: y"}) {
    EXPECT_EQ(refusal(config("    server: \"" + std::string(wrong) + "\"\n")),
              "the cluster `c` has no `server` of the form https://HOST:PORT")
        << wrong;
  }
}

TEST(Kubeconfig, names_the_server_otherwise_where_it_says_so) {
  const auto found = parse(config(kServer + "    tls-server-name: other.test\n"));
  ASSERT_TRUE(found) << found.error();
  EXPECT_EQ(found->access.server_name, "other.test");
}

TEST(Kubeconfig, warns_where_nobody_is_verified) {
  const auto found = parse(config(kServer + "    insecure-skip-tls-verify: true\n"));
  ASSERT_TRUE(found) << found.error();
  EXPECT_TRUE(found->access.unverified);
  ASSERT_EQ(found->warnings.size(), 1U);
  EXPECT_NE(found->warnings.front().find("insecure-skip-tls-verify"), std::string::npos);
  EXPECT_FALSE(parse(config(kServer + "    insecure-skip-tls-verify: false\n"))->access.unverified);
  EXPECT_NE(refusal(config(kServer + "    insecure-skip-tls-verify: yes\n")), "taken");
  EXPECT_NE(refusal(config(kServer + "    insecure-skip-tls-verify: true\n"
                                     "    certificate-authority: ca.crt\n")),
            "taken");
}

TEST(Kubeconfig, refuses_by_name_what_it_cannot_do) {
  for (const std::string key : {"exec", "auth-provider", "username", "password", "as", "as-uid",
                                "as-groups", "as-user-extra"}) {
    const std::string said = refusal(config(kServer, "    " + key + ": {a: b}\n"));
    EXPECT_TRUE(said.starts_with("the user `u` has `" + key + "`: ")) << said;
  }
  const std::string said = refusal(config(kServer + "    proxy-url: http://a\n"));
  EXPECT_TRUE(said.starts_with("the cluster `c` has `proxy-url`: ")) << said;
}

TEST(Kubeconfig, refuses_half_a_client_certificate) {
  EXPECT_NE(refusal(config(kServer, "    client-certificate: a\n")), "taken");
  EXPECT_NE(refusal(config(kServer, "    client-key: a\n")), "taken");
}

TEST(Kubeconfig, sends_no_secrets_in_clear_text_but_at_home) {
  EXPECT_NE(refusal(config("    server: http://10.0.0.1\n")), "taken");
  EXPECT_EQ(refusal(config("    server: http://10.0.0.1\n"), "nobody"), "taken");
  EXPECT_EQ(refusal(config("    server: http://127.0.0.1:8001\n")), "taken");
  EXPECT_EQ(refusal(config("    server: http://localhost\n")), "taken");
  EXPECT_EQ(refusal(config("    server: http://[::1]\n")), "taken");
}

TEST(Kubeconfig, refuses_text_that_grows_or_that_readers_differ_about) {
  EXPECT_EQ(refusal("a: &x [1]\nb: 1\n"), "line 1: anchors are not taken");
  EXPECT_EQ(refusal("a: 1\nb: *x\n"), "line 2: it is no YAML");
  EXPECT_EQ(refusal("a: !!int 1\n"), "line 1: tags are not taken");
  EXPECT_EQ(refusal("a: 1\na: 2\n"), "line 2: a key is written twice");
  EXPECT_EQ(refusal("? [a]\n: 1\n"), "line 1: a key must be plain text");
  EXPECT_EQ(refusal("{}\n---\n{}\n"), "it has more than one document");
  EXPECT_EQ(refusal(""), "it is empty");
  EXPECT_EQ(refusal("a: \xFF\n"), "it is no UTF-8");
  for (const std::string nest : {"- ", "[", "{", "a: [", "? "}) {
    std::string deep;
    while (deep.size() + nest.size() <= kMaxConfigOctets) deep += nest;
    EXPECT_TRUE(refusal(deep).starts_with("line ")) << nest;
  }
  EXPECT_EQ(refusal("{a: " + std::string(40, '[') + std::string(40, ']') + "}"),
            "line 1: it is too deep");
  EXPECT_EQ(refusal(std::string(kMaxConfigOctets + 1, ' ')), "it is larger than 1 MiB");
  std::string many = "a:\n";
  for (int i = 0; i < 20'001; ++i) many += "- b\n";
  EXPECT_NE(refusal(many).find("there are too many values"), std::string::npos);
}

TEST(Kubeconfig, quotes_no_value_where_it_is_broken) {
  EXPECT_EQ(refusal("users:\n- user: {token: s3cret, \"s3cret\n").find("s3cret"),
            std::string::npos);
  EXPECT_EQ(refusal(config(kServer, "    client-key-data: \"s3cret!\"\n")).find("s3cret"),
            std::string::npos);
}

TEST(Kubeconfig, is_read_from_a_file) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "config") << config(kServer, "    tokenFile: token\n");
  const auto found = read_kubeconfig(folder / "config", "");
  ASSERT_TRUE(found) << found.error();
  EXPECT_EQ(found->access.token.file, folder / "token");
  EXPECT_EQ(read_kubeconfig(folder / "none", "").error(),
            (folder / "none") + ": No such file or directory");
  EXPECT_EQ(read_kubeconfig(folder / "config", "x").error().find(folder / "config"), 0U);
}

}  // namespace
}  // namespace postern::kube
