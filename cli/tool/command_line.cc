#include "cli/tool/command_line.h"

#include <memory>
#include <utility>

#include <CLI/CLI.hpp>

#include "cli/tool/why_flags.h"
#include "common/process/flags.h"

namespace postern::tool {
namespace {

using process::Usage;

// CLI11 keeps references into these while it parses.
struct Grammar {
  CLI::App app{"Postern, a mail ingress controller", "postern"};
  CLI::App* run = nullptr;
  CLI::App* check = nullptr;
  CLI::App* certgen = nullptr;
  CLI::App* why = nullptr;
  run::RunOptions run_options;
  CheckOptions check_options;
  CertgenOptions certgen_options;
  WhyOptions why_options;
};

void describe(Grammar& grammar) {
  CLI::App& app = grammar.app;
  process::add_standing_flags(app);
  app.require_subcommand(0, 1);
  grammar.run = app.add_subcommand("run", "serve the manifests of a directory");
  run::add_run_flags(*grammar.run, grammar.run_options);
  grammar.check = app.add_subcommand("check", "say what is wrong with manifests");
  grammar.check
      ->add_option("FILE", grammar.check_options.paths, "files or directories of manifests")
      ->type_name("");
  grammar.certgen =
      app.add_subcommand("certgen", "make the certificates of controller and proxies");
  grammar.certgen
      ->add_option("DIR", grammar.certgen_options.directory, "where they are made and renewed")
      ->type_name("");
  process::add_class_flag(*grammar.certgen, grammar.certgen_options.ingress_class);
  grammar.why = app.add_subcommand("why", "say where manifests lead a user, and why");
  add_why_flags(*grammar.why, grammar.why_options);
}

Usage where(const Grammar& grammar) {
  const CLI::App* current = &grammar.app;
  for (const CLI::App* command : {grammar.run, grammar.check, grammar.certgen, grammar.why}) {
    if (command->parsed()) current = command;
  }
  return {grammar.app, *current, {"run", "check", "certgen", "why"}};
}

Command chosen(Grammar& grammar) {
  const Usage of = where(grammar);
  if (grammar.run->parsed()) {
    if (grammar.run_options.directory.empty()) {
      return process::usage(of, "the directory is missing: postern run DIR");
    }
    return std::move(grammar.run_options);
  }
  if (grammar.check->parsed()) {
    if (grammar.check_options.paths.empty()) {
      return process::usage(of, "the files are missing: postern check FILE...");
    }
    return std::move(grammar.check_options);
  }
  if (grammar.certgen->parsed()) {
    if (grammar.certgen_options.directory.empty()) {
      return process::usage(of, "the directory is missing: postern certgen DIR");
    }
    return std::move(grammar.certgen_options);
  }
  if (grammar.why->parsed()) {
    if (auto what = missing(grammar.why_options)) return process::usage(of, std::move(*what));
    return std::move(grammar.why_options);
  }
  return process::usage(of,
                        "a command is missing: postern run DIR, postern check FILE..., postern "
                        "certgen DIR or postern why PATH...");
}

}  // namespace

Command read_command_line(std::vector<std::string> words) {
  const auto grammar = std::make_unique<Grammar>();
  describe(*grammar);
  auto answered =
      process::parse(grammar->app, std::move(words), [&grammar] { return where(*grammar); });
  if (answered) return std::move(*answered);
  return chosen(*grammar);
}

}  // namespace postern::tool
