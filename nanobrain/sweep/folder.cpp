#include "nanobrain/sweep/folder.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/file.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/yaml/yaml.h"

namespace nanobrain {

namespace {

constexpr int64_t kFormat = 1;

/// The first key in which two sweeps differ.
std::string differing_key(const Json& a, const Json& b) {
  for (const auto& [key, value] : a.items()) {
    if (!b.contains(key) || b[key] != value) return key;
  }
  return "";
}

Json read_keys(const SweepFolder& folder) {
  Json keys = read_yaml(folder.config());
  const std::string where = folder.config().string();
  const Json format = keys.is_object() ? keys.value("format", Json()) : Json();
  require(
      format == kFormat,
      where,
      "is of format {}, but this nanobrain reads {}; use the nanobrain that "
      "made it, or name another folder",
      format.dump(),
      kFormat);
  keys.erase("format");
  return keys;
}

/// What `read` makes of a run's file. Error if that is damaged.
template <class Read>
auto read_run_file(const fs::path& path, const Read& read) {
  try {
    return read(read_json(path), path.string());
  } catch (const Error& error) {
    throw Error(
        fmt::format("{}; remove it: a sweep does its run again", error.what()));
  }
}

/// A new folder with the sweep and its base in it, or none.
void make_sweep_folder(
    const SweepFolder& folder, const Json& keys, const Json& base) {
  Json whole = {{"format", kFormat}};
  whole.update(keys);
  AtomicDirectory made(folder.root);
  const SweepFolder inside{made.path()};
  write_file(inside.base(), to_yaml(base));
  write_file(inside.config(), to_yaml(whole));
  made.commit();
}

} // namespace

fs::path SweepFolder::data(const CellTokenizer& tokenizer) const {
  return root / "data" /
         fmt::format("{}-{}", tokenizer.kind, tokenizer.vocab_size);
}

SeedFolder SweepFolder::seed(const std::string& id, const RunSeed& seed) const {
  return {cell(id) / ("seed-" + seed.name())};
}

DataConfig SweepFolder::data_of(const Cell& cell) const {
  if (!cell.tokenizer) return cell.config.data;
  const fs::path made = data(*cell.tokenizer);
  return {
      .tokenizer = made,
      .train = made / "train.tokens",
      .val = made / "val.tokens"};
}

void open_sweep_folder(const SweepFolder& folder, const SweepConfig& sweep) {
  const Json keys = write_fields(sweep);
  const auto base_of = [](const fs::path& path) {
    return write_fields(parse_run_config(path));
  };
  const Json base = base_of(sweep.base);
  if (!fs::exists(folder.config())) {
    try {
      return make_sweep_folder(folder, keys, base);
    } catch (const Error&) {
      // Another that started together with this one may have made it.
      if (!fs::exists(folder.config())) throw;
    }
  }
  const auto require_same = [&](const std::string& key) {
    require(
        key.empty(),
        folder.root.string(),
        "holds another sweep, with another {}; name another folder",
        key);
  };
  // Read whole: where an older folder lacks a key, it has the default.
  SweepConfig held = read_sweep_folder(folder);
  held.base = sweep.base;
  require_same(differing_key(keys, write_fields(held)));
  const std::string key = differing_key(base, base_of(folder.base()));
  require_same(key.empty() ? "" : "base, which has changed in " + key);
}

SweepConfig read_sweep_folder(const SweepFolder& folder) {
  require(
      fs::exists(folder.config()),
      folder.root.string(),
      "holds no sweep: it has no sweep.yaml");
  SweepConfig sweep;
  read_fields(read_keys(folder), folder.config().string() + ":", sweep);
  sweep.base = folder.base();
  try {
    check_sweep(sweep);
  } catch (const UsageError& error) {
    fail(folder.config().string(), "is damaged: {}", error.what());
  }
  return sweep;
}

Json cell_arithmetic(const RunConfig& config) {
  const ModelSize size = model_size(config.model);
  return {
      {"parameters", size.parameters},
      {"f32_bytes", size.f32_bytes},
      {"int8_bytes", size.int8_bytes},
      {"steps", config.train.steps},
      {"tokens", config.train.tokens_of(config.train.steps)},
      {"train_flops", training_flops(config)}};
}

void write_cell(const SweepFolder& folder, const Cell& cell) {
  Json json = {
      {"format", kFormat},
      {"id", cell.id},
      {"order", cell.order},
      {"overrides", cell.overrides}};
  json.update(cell_arithmetic(cell.config));
  write_json(folder.cell(cell.id) / "cell.json", json);
}

RunStatus read_status(const SeedFolder& folder) {
  RunStatus status;
  if (!fs::exists(folder.status())) return status;
  read_run_file(folder.status(), [&](const Json& json, const auto& where) {
    read_fields(json, where + ":", status);
    const Json whole = write_fields(status);
    for (const auto& [key, value] : whole.items()) {
      if (key == "generation") continue; // older ones lack it
      require(json.contains(key), where, "has no key \"{}\"", key);
    }
  });
  if (status.state == "done" && !fs::exists(folder.result())) {
    status.state = "interrupted"; // what it had done is lost
  }
  return status;
}

RunStatus status_or_waiting(const SeedFolder& folder) {
  try {
    return read_status(folder);
  } catch (const std::exception&) {
    return {};
  }
}

void write_status(const SeedFolder& folder, const RunStatus& status) {
  write_json(folder.status(), write_fields(status));
}

std::optional<Json> read_result(
    const SeedFolder& folder, const Figures& figures) {
  if (!fs::exists(folder.result())) return std::nullopt;
  return read_run_file(
      folder.result(), [&](const Json& json, const std::string& where) {
        check_result(figures, json, where);
        return json;
      });
}

} // namespace nanobrain
