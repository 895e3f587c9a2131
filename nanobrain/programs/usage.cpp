// What the command line refuses, and how it says so.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <concepts>

#include "nanobrain/base/nearest.h"
#include "nanobrain/programs/program.h"

namespace nanobrain {

namespace {

/// What is wrong with a number's text; empty where nothing is.
template <class T>
std::string number_fault(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  bool ok = stop == end && error != std::errc::invalid_argument;
  if constexpr (std::floating_point<T>) ok = ok && std::isfinite(value);
  if (!ok) {
    constexpr const char* kWanted = std::floating_point<T> ? "number"
                                    : std::unsigned_integral<T>
                                        ? "whole number from 0"
                                        : "whole number";
    return fmt::format("must be a {}, but is \"{}\"", kWanted, text);
  }
  return error == std::errc() ? "" : fmt::format("is out of range: {}", text);
}

std::string empty_fault(const std::string& text) {
  return text.empty() ? "must not be empty" : "";
}

/// The subcommand that the words on the command line have reached.
CLI::App& innermost(CLI::App& program) {
  CLI::App* app = &program;
  while (!app->get_subcommands().empty()) {
    app = app->get_subcommands().front();
  }
  return *app;
}

/// "nanobrain tokenizer train".
std::string full_name(const CLI::App& app) {
  return app.get_parent() == nullptr
             ? app.get_name()
             : full_name(*app.get_parent()) + " " + app.get_name();
}

std::string describe_extra(CLI::App& app, const std::string& word) {
  std::vector<std::string> known;
  if (word.starts_with("-")) {
    for (const CLI::Option* option : app.get_options()) {
      for (const auto& name : option->get_lnames()) {
        known.push_back("--" + name);
      }
    }
    const std::string flag = word.substr(0, word.find('='));
    return fmt::format("has no flag {}{}", flag, suggest_name(flag, known));
  }
  for (const CLI::App* sub : app.get_subcommands({})) {
    known.push_back(sub->get_name());
  }
  return known.empty()
             ? fmt::format("does not take the argument \"{}\"", word)
             : fmt::format(
                   "has no command \"{}\"{}", word, suggest_name(word, known));
}

/// CLI11's messages about an option, "--bytes: 1 required INT missing", in the
/// words of the others.
std::string describe_fault(const std::string& message) {
  const size_t colon = message.find(": ");
  if (colon == std::string::npos) return message;
  const std::string option = message.substr(0, colon);
  const std::string fault = message.substr(colon + 2);
  if (fault.starts_with("At Most 1 required")) {
    return option + " is given more than once; keep one";
  }
  if (fault.starts_with("1 required") || fault.starts_with("At least 1")) {
    return option + " needs a value";
  }
  constexpr std::string_view kValue = "Value ", kNotInRange = " not in range ";
  if (const size_t at = fault.find(kNotInRange);
      fault.starts_with(kValue) && at != std::string::npos) {
    return fmt::format(
        "{} must be from {}, but is \"{}\"",
        option,
        fault.substr(at + kNotInRange.size()),
        fault.substr(kValue.size(), at - kValue.size()));
  }
  constexpr std::string_view kNotIn = " not in ";
  if (const size_t at = fault.find(kNotIn); at != std::string::npos) {
    return fmt::format(
        "{} must be one of {}, but is \"{}\"",
        option,
        fault.substr(at + kNotIn.size()),
        fault.substr(0, at));
  }
  return option + " " + fault;
}

} // namespace

std::string subcommand_name(const CLI::App& app) {
  const std::string name = full_name(app);
  return app.get_parent() == nullptr ? name : name.substr(name.find(' ') + 1);
}

void check_values(CLI::App& program) {
  for (CLI::Option* option : program.get_options()) {
    const std::string type = option->get_type_name();
    const std::string name = option->get_name();
    if (type.starts_with("INT")) {
      option->check(number_fault<int64_t>);
    } else if (type.starts_with("UINT")) {
      option->check(number_fault<uint64_t>);
    } else if (type.starts_with("FLOAT")) {
      option->check(number_fault<double>);
    } else if (
        type.starts_with("TEXT") && name != "--prompt" && name != "--text") {
      option->check(empty_fault);
    }
    // An empty list is no default to show.
    if (option->get_default_str() == "[]") option->default_str("");
  }
  for (CLI::App* sub : program.get_subcommands({})) check_values(*sub);
}

std::string describe_usage_error(
    CLI::App& program, const CLI::ParseError& error) {
  CLI::App& app = innermost(program);
  const auto extras = program.remaining(true);
  return fmt::format(
      "[{}] {}\nSee: {} --help",
      subcommand_name(app),
      extras.empty() ? describe_fault(error.what())
                     : describe_extra(app, extras.front()),
      full_name(app));
}

} // namespace nanobrain
