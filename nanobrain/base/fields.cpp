#include "nanobrain/base/fields.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "nanobrain/base/error.h"
#include "nanobrain/base/nearest.h"

namespace nanobrain {

namespace {

/// JSON has no word for numbers that are not finite, and dumps null.
std::string show_value(const Json& value) {
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// `it` is how the message names the value: "is", or "one is" in a list.
size_t index_of_word(
    const std::string& word,
    const std::string& where,
    const std::vector<std::string>& words,
    const char* it = "is") {
  const auto found = std::ranges::find(words, word);
  if (found != words.end()) return static_cast<size_t>(found - words.begin());
  const std::string nearest = nearest_name(word, words);
  fail<UsageError>(
      where,
      "must be {}, but {} \"{}\"{}",
      one_of(words).text,
      it,
      word,
      nearest.empty() ? "" : "; did you mean " + nearest + "?");
}

void check_rule(
    const std::string& path,
    const Json& value,
    const FieldRule& rule,
    const char* it = "is") {
  if (value.is_array()) {
    for (const Json& each : value) check_rule(path, each, rule, "one is");
  } else if (value.is_string() && !rule.words.empty()) {
    index_of_word(value, path, rule.words, it);
  } else if (value.is_number() && !rule.may_change) {
    require<UsageError>(
        rule.contains(value.get<double>()),
        path,
        "must be {}, but {} {}",
        rule.text,
        it,
        show_value(value));
  }
}

bool may_differ(const FieldLine& field) {
  return std::ranges::any_of(field.rules, &FieldRule::may_change);
}

} // namespace

namespace fields_detail {

void require_type(
    bool ok,
    const std::string& where,
    const std::string& wanted,
    const Json& value) {
  require<UsageError>(
      ok, where, "must be {}, but is {}", wanted, show_value(value));
}

void require_keys(
    const Json& object,
    const std::string& where,
    const std::vector<std::string>& known) {
  // "run.yaml" where no key follows.
  const std::string place = where.substr(0, where.find_last_not_of(':') + 1);
  require_type(
      object.is_object(), place, "a mapping of keys to values", object);
  for (const auto& [key, value] : object.items()) {
    require<UsageError>(
        std::ranges::find(known, key) != known.end(),
        place,
        "has no key \"{}\"{}",
        key,
        suggest_name(key, known));
  }
}

std::string join_path(const std::string& where, const char* name) {
  return where + (where.ends_with(':') ? " " : ".") + name;
}

int64_t read_integer(const Json& value, const std::string& where) {
  const double number = value.is_number() ? value.get<double>() : NAN;
  // 1e6 is how people write a million steps.
  const bool fits =
      value.is_number_float()
          ? std::nearbyint(number) == number && std::abs(number) < 9e15
          : value.is_number_integer() && !(value.is_number_unsigned() &&
                                           value.get<uint64_t>() > INT64_MAX);
  require_type(fits, where, "an integer", value);
  return value.get<int64_t>();
}

size_t read_word(
    const Json& value,
    const std::string& where,
    const std::vector<std::string>& words) {
  require_type(value.is_string(), where, "a string", value);
  return index_of_word(value, where, words);
}

} // namespace fields_detail

std::string describe_fields(const std::vector<FieldLine>& fields) {
  std::string text;
  for (const auto& [path, value, help, rules] : fields) {
    text += fmt::format("  {} = {}: {}", path, value.dump(), help);
    for (const FieldRule& rule : rules) {
      text += (&rule == &rules.front() ? " (" : ", ") + rule.text;
    }
    text += rules.empty() ? "\n" : ")\n";
  }
  return text;
}

void check_fields(const std::vector<FieldLine>& fields) {
  for (const FieldLine& field : fields) {
    for (const FieldRule& rule : field.rules) {
      check_rule(field.path, field.value, rule);
    }
  }
}

void require_resumable(
    const std::vector<FieldLine>& before, const std::vector<FieldLine>& now) {
  std::map<std::string, std::array<const FieldLine*, 2>> fields;
  for (const FieldLine& field : before) fields[field.path][0] = &field;
  for (const FieldLine& field : now) fields[field.path][1] = &field;
  const auto show = [](const FieldLine* field) {
    return field == nullptr ? "left out" : field->value.dump();
  };
  // In the order of their lines: what differs first is the cause of the rest.
  for (const auto* lines : {&before, &now}) {
    for (const FieldLine& field : *lines) {
      const auto [was, is] = fields.at(field.path);
      require<UsageError>(
          (was != nullptr && is != nullptr && was->value == is->value) ||
              may_differ(field),
          field.path,
          "is {} in the run to resume, but {} now; leave it as it was or start "
          "a new run in another folder",
          show(was),
          show(is));
    }
  }
}

} // namespace nanobrain
