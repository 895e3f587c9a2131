#include "nanobrain/report/report_folder.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> parts_of(const fs::path& folder) {
  std::vector<std::string> parts;
  for (const fs::path& part : fs::absolute(folder).lexically_normal()) {
    if (!part.empty()) parts.push_back(part.string());
  }
  return parts;
}

std::string last_parts(const std::vector<std::string>& parts, size_t count) {
  fs::path name;
  for (size_t i = parts.size() - std::min(count, parts.size());
       i < parts.size();
       ++i) {
    name /= parts[i];
  }
  return name.string();
}

} // namespace

std::vector<ReportFolder> name_folders(const std::vector<fs::path>& folders) {
  std::vector<std::vector<std::string>> parts;
  for (const fs::path& folder : folders) {
    parts.push_back(parts_of(folder));
    require<UsageError>(
        std::count(parts.begin(), parts.end(), parts.back()) == 1,
        folder.string(),
        "is given twice");
  }
  std::vector<ReportFolder> named;
  for (size_t i = 0; i < folders.size(); ++i) {
    const auto is_shared = [&](const std::string& name, size_t count) {
      return std::count_if(parts.begin(), parts.end(), [&](const auto& others) {
               return last_parts(others, count) == name;
             }) > 1;
    };
    size_t count = 1;
    while (is_shared(last_parts(parts[i], count), count)) ++count;
    named.push_back({folders[i], last_parts(parts[i], count)});
  }
  return named;
}

std::string join_names(const std::vector<ReportFolder>& folders) {
  std::vector<std::string> names;
  for (const ReportFolder& folder : folders) names.push_back(folder.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

} // namespace nanobrain
