#include "common/process/usage.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "common/base/ascii.h"
#include "common/base/version.h"
#include "common/process/nearest.h"

namespace postern::process {
namespace {

std::string command_name(const Usage& of) {
  const std::string& name = of.app.get_name();
  return &of.current == &of.app ? name : name + " " + of.current.get_name();
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
std::string unexpected(const Usage& of, const std::vector<std::string>& rest) {
  const auto flag = std::find_if(rest.begin(), rest.end(), [](const std::string& word) {
    return word.size() > 1 && word[0] == '-' && !is_digit(word[1]);
  });
  if (flag != rest.end()) {
    const std::string name = flag->substr(0, flag->find('='));
    const std::string guess = nearest(name, flags_of(of.current));
    if (guess == name) return fmt::format("write {} after the command", name);
    return fmt::format("there is no flag {}{}", printable(name, 60), meant(guess));
  }
  const std::string& word = rest.front();
  if (of.commands.empty() || &of.current != &of.app) {
    return fmt::format("'{}' is one argument too many", printable(word, 60));
  }
  return fmt::format("there is no command '{}'{}", printable(word, 60),
                     meant(nearest(word, of.commands)));
}

}  // namespace

Answered usage(const Usage& of, std::string sentence) {
  // One line, whatever the library's sentence contains.
  std::replace_if(sentence.begin(), sentence.end(), is_control, ' ');
  const std::string name = command_name(of);
  return {.exit_code = kExitUsage,
          .err = fmt::format("{}: {}; {} --help shows what there is", name, sentence, name)};
}

Answered usage_error(const Usage& of, const CLI::ParseError& error) {
  const std::vector<std::string> rest = of.app.remaining(true);
  const bool flag_among = std::any_of(
      rest.begin(), rest.end(), [](const std::string& word) { return word.starts_with("--"); });
  const bool extras = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  if (!rest.empty() && (extras || flag_among)) return usage(of, unexpected(of, rest));
  const std::string sentence = error.what();
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    return usage(of, sentence.substr(0, sentence.find(':')) + " takes one value, once");
  }
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    return usage(of, sentence + " (a switch: no value, or true or false)");
  }
  return usage(of, sentence);
}

void add_standing_flags(CLI::App& app) {
  app.set_help_flag("--help", "show this and end");
  app.set_version_flag("--version", fmt::format("{} {}", app.get_name(), version()),
                       "show it and end");
}

std::optional<Answered> parse(CLI::App& app, std::vector<std::string> words,
                              const std::function<Usage()>& where) {
  try {
    std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
    app.parse(std::move(words));
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    return Answered{.out = app.help()};
  } catch (const CLI::CallForVersion& called) {
    return Answered{.out = std::string(called.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    return usage_error(where(), error);
  }
}

std::optional<Answered> parse(CLI::App& app, std::vector<std::string> words) {
  return parse(app, std::move(words), [&app] { return Usage{app, app}; });
}

int say(const Answered& answered) {
  std::fputs(answered.out.c_str(), stdout);
  if (!answered.err.empty()) std::fprintf(stderr, "%s\n", answered.err.c_str());
  return answered.exit_code;
}

}  // namespace postern::process
