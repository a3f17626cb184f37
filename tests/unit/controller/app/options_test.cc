#include "controller/app/options.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <CLI/CLI.hpp>

#include "common/process/usage.h"
#include "controller/app/program.h"

namespace postern::controller_app {
namespace {

// What is wrong with the words; empty: nothing.
std::string wrong(std::vector<std::string> words, ControllerOptions& options) {
  CLI::App app{"", "postern-controller"};
  add_controller_flags(app, options);
  const auto answered = process::parse(app, std::move(words));
  return answered ? answered->err : std::string();
}

TEST(ControllerOptions, follow_a_cluster_unless_told_otherwise) {
  ControllerOptions options;
  EXPECT_EQ(wrong({}, options), "");
  EXPECT_EQ(options.directory, "");
  EXPECT_TRUE(options.cluster.namespaces.empty());
  EXPECT_TRUE(options.cluster.leader_election);
  EXPECT_EQ(wrong({"--source", "kubernetes"}, options), "");
  EXPECT_EQ(options.directory, "");
  EXPECT_EQ(wrong({"--source", "directory:mail"}, options), "");
  EXPECT_EQ(options.directory, "mail");
}

TEST(ControllerOptions, read_namespaces_and_switches) {
  ControllerOptions options;
  EXPECT_EQ(wrong({"--namespaces", "b,a,b", "--leader-election", "off", "--kubeconfig", "k",
                   "--context", "c", "--lease-namespace", "postern"},
                  options),
            "");
  EXPECT_EQ(options.cluster.namespaces, (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(options.cluster.leader_election);
  EXPECT_EQ(options.cluster.kubeconfig, "k");
  EXPECT_EQ(options.cluster.context, "c");
  EXPECT_EQ(options.cluster.lease_namespace, "postern");
}

TEST(ControllerOptions, leave_the_class_out_only_where_namespaces_are_named) {
  ControllerOptions options;
  EXPECT_EQ(wrong({"--certs", "c"}, options), "");
  EXPECT_TRUE(options.cluster.cluster_objects);
  EXPECT_EQ(what_is_missing(options), std::nullopt);
  EXPECT_EQ(wrong({"--cluster-objects", "off"}, options), "");
  EXPECT_NE(what_is_missing(options), std::nullopt);
  EXPECT_EQ(wrong({"--namespaces", "mail"}, options), "");
  EXPECT_EQ(what_is_missing(options), std::nullopt);
}

TEST(ControllerOptions, refuse_what_leads_elsewhere) {
  ControllerOptions options;
  for (const char* bad : {"", "a,", ",a", "A", "a/b", "../x", "-a", "a-", "a b"}) {
    EXPECT_NE(wrong({"--namespaces", bad}, options), "") << bad;
  }
  EXPECT_NE(wrong({"--namespaces", std::string(64, 'a')}, options), "");
  EXPECT_NE(wrong({"--lease-namespace", "a,b"}, options), "");
  EXPECT_NE(wrong({"--leader-election", "yes"}, options), "");
  EXPECT_NE(wrong({"--source", "directory:"}, options), "");
  EXPECT_NE(wrong({"--source", "etcd"}, options), "");
}

TEST(ControllerOptions, of_a_cluster_write_no_status_files) {
  EXPECT_EQ(status_dir_of("", ""), "");
  EXPECT_EQ(status_dir_of("", "x"), "");
  EXPECT_EQ(status_dir_of("mail", ""), "mail/.postern/status");
  EXPECT_EQ(status_dir_of("mail", "none"), "");
}

}  // namespace
}  // namespace postern::controller_app
