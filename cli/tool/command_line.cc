#include "cli/tool/command_line.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/tool/nearest.h"
#include "common/base/ascii.h"
#include "common/base/version.h"

namespace postern::tool {
namespace {

// CLI11 keeps references into these while it parses.
struct Grammar {
  CLI::App app{"Postern, a mail ingress controller", "postern"};
  CLI::App* run = nullptr;
  CLI::App* check = nullptr;
  run::RunOptions run_options;
  CheckOptions check_options;
};

void describe(Grammar& grammar) {
  CLI::App& app = grammar.app;
  app.set_help_flag("--help", "show this and end");
  app.set_version_flag("--version", fmt::format("postern {}", version()), "show it and end");
  app.require_subcommand(0, 1);
  grammar.run = app.add_subcommand("run", "serve the manifests of a directory");
  run::add_run_flags(*grammar.run, grammar.run_options);
  grammar.check = app.add_subcommand("check", "say what is wrong with manifests");
  grammar.check
      ->add_option("FILE", grammar.check_options.paths, "files or directories of manifests")
      ->type_name("");
}

// The command that was being read when the parse ended.
const CLI::App& current(const Grammar& grammar) {
  if (grammar.run->parsed()) return *grammar.run;
  if (grammar.check->parsed()) return *grammar.check;
  return grammar.app;
}

std::string command_name(const Grammar& grammar) {
  const CLI::App& app = current(grammar);
  return &app == &grammar.app ? "postern" : "postern " + app.get_name();
}

Answered usage(const Grammar& grammar, std::string sentence) {
  // One line, whatever the library's sentence contains.
  std::replace_if(sentence.begin(), sentence.end(), is_control, ' ');
  const std::string name = command_name(grammar);
  return {.exit_code = kExitUsage,
          .err = fmt::format("{}: {}; {} --help shows what there is", name, sentence, name)};
}

std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string meant(const std::string& guess) {
  return guess.empty() ? std::string() : fmt::format("; did you mean {}?", guess);
}

// What nothing in the grammar wanted, an unknown flag first: it explains the others.
std::string unexpected(const Grammar& grammar, const std::vector<std::string>& rest) {
  const auto flag = std::find_if(rest.begin(), rest.end(), [](const std::string& word) {
    return word.size() > 1 && word[0] == '-' && !is_digit(word[1]);
  });
  if (flag != rest.end()) {
    const std::string name = flag->substr(0, flag->find('='));
    const std::string guess = nearest(name, flags_of(current(grammar)));
    if (guess == name) return fmt::format("write {} after the command", name);
    return fmt::format("there is no flag {}{}", printable(name, 60), meant(guess));
  }
  const std::string& word = rest.front();
  if (&current(grammar) != &grammar.app) {
    return fmt::format("'{}' is one argument too many", printable(word, 60));
  }
  return fmt::format("there is no command '{}'{}", printable(word, 60),
                     meant(nearest(word, {"run", "check"})));
}

Command usage_error(const Grammar& grammar, const CLI::ParseError& error) {
  const std::vector<std::string> rest = grammar.app.remaining(true);
  const bool flag_among = std::any_of(
      rest.begin(), rest.end(), [](const std::string& word) { return word.starts_with("--"); });
  const bool extras = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  if (!rest.empty() && (extras || flag_among)) return usage(grammar, unexpected(grammar, rest));
  const std::string sentence = error.what();
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    return usage(grammar, sentence.substr(0, sentence.find(':')) + " takes one value, once");
  }
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    return usage(grammar, sentence + " (a switch: no value, or true or false)");
  }
  return usage(grammar, sentence);
}

Command chosen(Grammar& grammar) {
  if (grammar.run->parsed()) {
    if (grammar.run_options.directory.empty()) {
      return usage(grammar, "the directory is missing: postern run DIR");
    }
    return std::move(grammar.run_options);
  }
  if (grammar.check->parsed()) {
    if (grammar.check_options.paths.empty()) {
      return usage(grammar, "the files are missing: postern check FILE...");
    }
    return std::move(grammar.check_options);
  }
  return usage(grammar, "a command is missing: postern run DIR, or postern check FILE...");
}

}  // namespace

Command read_command_line(std::vector<std::string> words) {
  const auto grammar = std::make_unique<Grammar>();
  try {
    describe(*grammar);
    std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
    grammar->app.parse(std::move(words));
    return chosen(*grammar);
  } catch (const CLI::CallForHelp&) {
    return Answered{.out = grammar->app.help()};
  } catch (const CLI::CallForVersion& called) {
    return Answered{.out = std::string(called.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    return usage_error(*grammar, error);
  }
}

}  // namespace postern::tool
