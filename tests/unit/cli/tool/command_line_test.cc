#include "cli/tool/command_line.h"

#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "common/base/version.h"

namespace postern::tool {
namespace {

// An environment variable for the length of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

run::RunOptions run_options(std::vector<std::string> words) {
  Command command = read_command_line(std::move(words));
  if (const auto* answered = std::get_if<Answered>(&command)) {
    ADD_FAILURE() << answered->err;
    return {};
  }
  return std::get<run::RunOptions>(std::move(command));
}

Answered answered(std::vector<std::string> words) {
  Command command = read_command_line(std::move(words));
  if (auto* answer = std::get_if<Answered>(&command)) return std::move(*answer);
  ADD_FAILURE() << "was accepted";
  return {};
}

TEST(CommandLine, run_takes_every_flag) {
  const run::RunOptions options =
      run_options({"run", "manifests", "--workers", "3", "--listen-address", "127.0.0.1,::1",
                   "--port-offset", "10000", "--admin-address=[::1]:0", "--class", "internal",
                   "--log-format", "json", "--log-level", "debug", "--strict"});
  EXPECT_EQ(options.directory, "manifests");
  EXPECT_EQ(options.proxy.workers, 3U);
  ASSERT_EQ(options.proxy.listen_addresses.size(), 2U);
  EXPECT_EQ(options.proxy.listen_addresses[0].text(), "127.0.0.1");
  EXPECT_EQ(options.proxy.listen_addresses[1].text(), "::1");
  EXPECT_EQ(options.proxy.port_offset, 10000);
  EXPECT_EQ(options.proxy.admin_address.text(), "[::1]:0");
  EXPECT_EQ(options.proxy.ingress_class, "internal");
  EXPECT_EQ(options.proxy.log.format, LogFormat::Json);
  EXPECT_EQ(options.proxy.log.level, LogLevel::Debug);
  EXPECT_TRUE(options.strict);
}

TEST(CommandLine, run_has_defaults_for_all_but_the_directory) {
  const run::RunOptions options = run_options({"run", "manifests"});
  EXPECT_GE(options.proxy.workers, 1U);
  EXPECT_TRUE(options.proxy.listen_addresses.empty());
  EXPECT_EQ(options.proxy.port_offset, 0);
  EXPECT_EQ(options.proxy.admin_address.text(), "127.0.0.1:9901");
  EXPECT_EQ(options.proxy.ingress_class, "postern");
  EXPECT_EQ(options.proxy.log.format, std::nullopt);
  EXPECT_EQ(options.proxy.log.level, LogLevel::Info);
  EXPECT_FALSE(options.strict);
}

TEST(CommandLine, every_flag_is_a_variable_too) {
  const Variable workers("POSTERN_WORKERS", "5");
  const Variable offset("POSTERN_PORT_OFFSET", "20000");
  const Variable addresses("POSTERN_LISTEN_ADDRESS", "127.0.0.1,127.0.0.2");
  const Variable strict("POSTERN_STRICT", "true");
  const run::RunOptions options = run_options({"run", "manifests"});
  EXPECT_EQ(options.proxy.workers, 5U);
  EXPECT_EQ(options.proxy.port_offset, 20000);
  EXPECT_EQ(options.proxy.listen_addresses.size(), 2U);
  EXPECT_TRUE(options.strict);
}

TEST(CommandLine, a_flag_wins_over_its_variable) {
  const Variable workers("POSTERN_WORKERS", "5");
  EXPECT_EQ(run_options({"run", "manifests", "--workers", "2"}).proxy.workers, 2U);
}

TEST(CommandLine, a_wrong_variable_is_named) {
  const Variable workers("POSTERN_WORKERS", "many");
  const Answered answer = answered({"run", "manifests"});
  EXPECT_EQ(answer.exit_code, kExitUsage);
  EXPECT_NE(answer.err.find("POSTERN_WORKERS"), std::string::npos) << answer.err;
}

struct WrongLine {
  const char* says;
  std::vector<std::string> words;
  const char* expected;  // somewhere in the line
};

const WrongLine kWrongLines[] = {
    {"a letter is missing",
     {"run", "d", "--worker", "4"},
     "postern run: there is no flag --worker; did you mean --workers?"},
    {"one dash", {"run", "d", "-workers", "4"}, "did you mean --workers?"},
    {"with its value",
     {"run", "--prot-offset=5", "d"},
     "there is no flag --prot-offset; did you mean --port-offset?"},
    {"a flag of another program",
     {"run", "d", "--kubeconfig", "f"},
     "there is no flag --kubeconfig; postern run --help"},
    {"the flag counts, not the missing directory", {"run", "--strcit"}, "did you mean --strict?"},
    {"no number", {"run", "d", "--workers", "x"}, "'x' is not a number from 1 to 1024"},
    {"no worker", {"run", "d", "--workers", "0"}, "'0' is not a number from 1 to 1024"},
    {"half a number",
     {"run", "d", "--port-offset", "10k"},
     "'10k' is not a number from 0 to 65534"},
    {"beyond the ports", {"run", "d", "--port-offset", "65535"}, "--port-offset"},
    {"a negative number", {"run", "d", "--port-offset=-1"}, "'-1' is not a number"},
    {"a host name to listen on",
     {"run", "d", "--listen-address", "localhost"},
     "'localhost' is not an IP address; write for example 127.0.0.1,::1"},
    {"an empty address", {"run", "d", "--listen-address", "127.0.0.1,,::1"}, "'' is not an IP"},
    {"an address without a port",
     {"run", "d", "--admin-address", "127.0.0.1"},
     "'127.0.0.1' is not ADDRESS:PORT; write for example 127.0.0.1:9901"},
    {"an unknown format", {"run", "d", "--log-format", "xml"}, "'xml' is not json or text"},
    {"an unknown level",
     {"run", "d", "--log-level", "trace"},
     "'trace' is not debug, info, warning or error"},
    {"a value is missing", {"run", "d", "--workers"}, "--workers takes one value, once"},
    {"a flag said twice",
     {"run", "d", "--workers", "1", "--workers", "2"},
     "--workers takes one value, once"},
    {"a value for a switch", {"run", "d", "--strict=maybe"}, "no value, or true or false"},
    {"an empty directory name",
     {"run", "d", "--status-dir="},
     "--status-dir takes one value, once"},
    {"no directory for certificates", {"certgen"}, "the directory is missing: postern certgen DIR"},
    {"no directory", {"run"}, "the directory is missing: postern run DIR"},
    {"two directories", {"run", "a", "b"}, "'b' is one argument too many"},
    {"no files", {"check"}, "the files are missing: postern check FILE"},
    {"no command", {}, "a command is missing"},
    {"a slip in the command", {"rnu", "d"}, "there is no command 'rnu'; did you mean run?"},
    {"another word", {"serve"}, "there is no command 'serve'; postern --help"},
    {"a flag before the command", {"--strict", "run", "d"}, "write --strict after the command"},
    {"control octets come back printable", {"run", "d", "--workers", "1\n2"}, "'1\\x0a2' is not"},
};

TEST(CommandLine, wrong_lines_are_told_in_one_line) {
  for (const WrongLine& row : kWrongLines) {
    const Answered answer = answered(row.words);
    EXPECT_EQ(answer.exit_code, kExitUsage) << row.says;
    EXPECT_NE(answer.err.find(row.expected), std::string::npos) << row.says << ": " << answer.err;
    EXPECT_EQ(answer.err.find('\n'), std::string::npos) << row.says << ": " << answer.err;
    EXPECT_EQ(answer.out, "") << row.says;
  }
}

TEST(CommandLine, run_keeps_status_and_state_where_it_is_told) {
  const Variable state("POSTERN_STATE_DIR", "/var/lib/postern");
  const run::RunOptions options = run_options({"run", "d", "--status-dir", "s"});
  EXPECT_EQ(options.proxy.state_dir, "/var/lib/postern");
  EXPECT_EQ(options.status_dir, "s");
}

TEST(CommandLine, certgen_takes_a_directory_and_a_class) {
  Command command = read_command_line({"certgen", "certs", "--class", "internal"});
  ASSERT_TRUE(std::holds_alternative<CertgenOptions>(command));
  EXPECT_EQ(std::get<CertgenOptions>(command).directory, "certs");
  EXPECT_EQ(std::get<CertgenOptions>(command).ingress_class, "internal");
}

TEST(CommandLine, help_shows_flags_with_defaults_and_variables) {
  const Answered answer = answered({"run", "--help"});
  EXPECT_EQ(answer.exit_code, kExitDone);
  for (const char* part :
       {"DIR", "--workers", "--listen-address", "--port-offset", "--admin-address", "--class",
        "--status-dir", "--state-dir", "--log-format", "--log-level", "--strict", "127.0.0.1:9901",
        "POSTERN_PORT_OFFSET", "POSTERN_STRICT"}) {
    EXPECT_NE(answer.out.find(part), std::string::npos) << part << " in\n" << answer.out;
  }
}

TEST(CommandLine, help_wins_over_a_missing_directory) {
  EXPECT_EQ(answered({"run", "--help"}).exit_code, kExitDone);
  EXPECT_EQ(answered({"--help"}).exit_code, kExitDone);
  EXPECT_EQ(answered({"check", "--help"}).exit_code, kExitDone);
}

TEST(CommandLine, version_is_that_of_the_tree) {
  const Answered answer = answered({"--version"});
  EXPECT_EQ(answer.exit_code, kExitDone);
  EXPECT_EQ(answer.out, "postern " + std::string(version()) + "\n");
}

TEST(CommandLine, why_takes_the_address_of_zeros_for_a_source) {
  Command command =
      read_command_line({"why", "a.yaml", "--user", "joe@example.com", "--source", "0.0.0.0"});
  ASSERT_TRUE(std::holds_alternative<WhyOptions>(command));
  EXPECT_EQ(std::get<WhyOptions>(command).source, IpAddress::v4({0, 0, 0, 0}));
}

TEST(CommandLine, check_takes_files) {
  Command command = read_command_line({"check", "a.yaml", "dir"});
  ASSERT_TRUE(std::holds_alternative<CheckOptions>(command));
  EXPECT_EQ(std::get<CheckOptions>(command).paths, (std::vector<std::string>{"a.yaml", "dir"}));
}

}  // namespace
}  // namespace postern::tool
