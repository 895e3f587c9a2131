#include "nanobrain/base/json.h"

#include "nanobrain/base/file.h"
#include "nanobrain/base/json_fault.h"

namespace nanobrain {

Json parse_json(std::string_view text, std::string_view where) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    fail_json(error, text, where);
  }
}

Json read_json(const std::filesystem::path& path) {
  return parse_json(read_file(path), path.string());
}

void write_json(const std::filesystem::path& path, const Json& value) {
  write_file(
      path, value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

} // namespace nanobrain
