#include "nanobrain/inference/prompts.h"

#include <fmt/format.h>

#include <string_view>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/json.h"
#include "nanobrain/base/utf8.h"

namespace nanobrain {

namespace {

std::string prompt_of(std::string_view line, const std::string& where) {
  const Json json = parse_json(line, where);
  require(
      json.is_object() && json.contains("prompt") && json["prompt"].is_string(),
      where,
      "holds no text under \"prompt\"; write {{\"prompt\": \"...\"}}");
  return json["prompt"];
}

} // namespace

std::vector<std::string> read_prompts(const std::filesystem::path& file) {
  const std::string text = read_file(file);
  require(
      !text.empty(), file.string(), "is empty; write a prompt on each line");
  const bool json =
      file.extension() == ".jsonl" || file.extension() == ".ndjson";
  std::vector<std::string> prompts;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t length = rest.find('\n');
    std::string_view line = rest.substr(0, length);
    rest.remove_prefix(length == rest.npos ? rest.size() : length + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string where =
        fmt::format("{}, line {}", file.string(), prompts.size() + 1);
    const size_t fault = find_invalid_utf8(line);
    require(
        fault == line.npos,
        where,
        "the prompt is not valid UTF-8 at byte {}; convert it first",
        fault);
    prompts.push_back(json ? prompt_of(line, where) : std::string(line));
  }
  return prompts;
}

} // namespace nanobrain
