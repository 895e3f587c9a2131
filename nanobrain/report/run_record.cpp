// run_record(): what a report shows of one run.
#include <fmt/format.h>

#include <sstream>

#include "nanobrain/base/file.h"
#include "nanobrain/report/report_data.h"
#include "nanobrain/run/metrics_log.h"
#include "nanobrain/sweep/failure.h"
#include "nanobrain/yaml/yaml.h"

namespace nanobrain {

namespace {

constexpr size_t kMostPoints = 1'000;
constexpr std::string_view kSampleHeading = "== step ";

/// A report that is passed on should not tell where its maker's files are.
Json from_here(Json config) {
  const std::string here = fs::current_path().string() + "/";
  for (auto& [key, value] : config.items()) {
    if (!value.is_string()) continue;
    const auto text = value.get<std::string>();
    if (text.starts_with(here)) value = text.substr(here.size());
  }
  return config;
}

/// Six digits are more than a curve shows, and a third of the bytes.
Json rounded(const Json& value) {
  if (!value.is_number_float()) return value;
  return std::strtod(
      fmt::format("{:.6g}", value.get<double>()).c_str(), nullptr);
}

/// Of the records that have `wanted`: steps, tokens, time and more columns.
Json curve(
    const std::vector<Json>& records,
    const std::string& wanted,
    const std::vector<std::pair<const char*, const char*>>& more) {
  std::vector<std::pair<const char*, const char*>> columns = {
      {"step", "step"}, {"tokens", "tokens"}, {"elapsed_s", "elapsed_s"}};
  columns.insert(columns.end(), more.begin(), more.end());
  Json lists = Json::object();
  for (const auto& [name, key] : columns) {
    Json list = Json::array();
    for (const Json& record : records) {
      if (record.contains(wanted))
        list.push_back(rounded(record.value(key, Json())));
    }
    lists[name] = thinned(list, kMostPoints);
  }
  return lists;
}

/// Host and build of the last start of a run (run.json).
void add_session(const Json& facts, Json& record) {
  const Json sessions = facts.value("sessions", Json::array());
  if (sessions.empty()) return;
  const Json& last = sessions.back();
  const Json host = last.value("host", Json::object());
  for (const auto& [key, value] : host.items()) {
    const bool build =
        key == "commit" || key == "compiler" || key == "build_type";
    record[build ? "build" : "host"][key] = value;
  }
  // Not when it started: runs of one machine and build are shown as one.
  for (const char* key :
       {"libtorch", "isa", "arithmetic", "device", "threads"}) {
    if (last.contains(key)) record["build"][key] = last[key];
  }
}

/// samples.txt: a heading a sample; those of a step come in the order of the
/// prompts.
Json read_samples(const fs::path& path, const Json& prompts) {
  Json samples = Json::array();
  if (!fs::exists(path)) return samples;
  std::istringstream text(read_file(path));
  std::string line;
  int64_t last_step = -1;
  size_t of_step = 0;
  while (std::getline(text, line)) {
    if (line.starts_with(kSampleHeading)) {
      const int64_t step = std::atoll(line.c_str() + kSampleHeading.size());
      of_step = step == last_step ? of_step + 1 : 0;
      last_step = step;
      const bool known = prompts.is_array() && of_step < prompts.size();
      samples.push_back(
          {{"step", step},
           {"prompt", known ? prompts[of_step] : Json("")},
           {"text", ""}});
    } else if (!samples.empty()) {
      auto& all = samples.back()["text"].get_ref<std::string&>();
      if (!all.empty()) all += '\n';
      all += line;
    }
  }
  for (Json& sample : samples) {
    auto& all = sample["text"].get_ref<std::string&>();
    while (all.ends_with('\n')) all.pop_back();
    const auto prompt = sample["prompt"].get<std::string>();
    if (all.starts_with(prompt)) all.erase(0, prompt.size());
  }
  return samples;
}

} // namespace

Json thinned(const Json& list, size_t most) {
  if (list.size() <= most) return list;
  const size_t step = (list.size() + most - 1) / most;
  Json rest = Json::array();
  for (size_t i = (list.size() - 1) % step; i < list.size(); i += step) {
    rest.push_back(list[i]);
  }
  return rest;
}

Json run_record(const RunFolder& run) {
  Json record = {
      {"config", Json::object()},
      {"host", Json::object()},
      {"build", Json::object()}};
  Json prompts;
  if (fs::exists(run.config())) {
    record["config"] = from_here(flat_keys(read_yaml(run.config())));
    prompts = record["config"].value("train.sample_prompts", Json());
  }
  // A sweep goes on with a damaged one: the rest of its run is shown.
  failure_of([&] {
    if (!fs::exists(run.record())) return;
    add_session(read_json(run.record()), record);
  });
  const auto metrics = fs::exists(run.metrics()) ? read_metrics(run.metrics())
                                                 : std::vector<Json>();
  record["train"] = curve(
      metrics,
      "train_loss",
      {{"loss", "train_loss"},
       {"tokens_per_s", "tokens_per_s"},
       {"lr", "lr"},
       {"grad_norm", "grad_norm"}});
  record["validation"] = curve(
      metrics,
      "val_loss",
      {{"loss", "val_loss"}, {"bits_per_byte", "val_bits_per_byte"}});
  record["samples"] = read_samples(run.samples(), prompts);
  return record;
}

} // namespace nanobrain
