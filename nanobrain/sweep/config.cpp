#include "nanobrain/sweep/config.h"

#include <concepts>
#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/config/run_config.h"
#include "nanobrain/yaml/yaml.h"

namespace nanobrain {

namespace {

void require_one_budget(const BudgetConfig& budget) {
  const int given = budget.steps.has_value() + budget.tokens.has_value() +
                    budget.flops.has_value() + budget.minutes.has_value();
  require<UsageError>(
      given == 1,
      "budget",
      "must name exactly one of steps, tokens, flops and minutes, but names {}",
      given);
}

void require_search(const SearchConfig& search) {
  require<UsageError>(
      search.kind != SearchKind::kRandom || search.samples > 0,
      "search.samples",
      "must be at least 1, but is {}",
      search.samples);
  require<UsageError>(
      search.kind != SearchKind::kGrid || search.samples == 0,
      "search.samples",
      "draws cells, but search.kind grid runs them all: make it random");
}

void require_different(const char* key, const std::vector<int64_t>& seeds) {
  std::set<int64_t> seen;
  for (const int64_t seed : seeds) {
    require<UsageError>(seen.insert(seed).second, key, "name {} twice", seed);
  }
}

/// As a key, or among those that a value sets together.
bool varies_tokenizer(const Json& grid) {
  if (grid.contains("tokenizer")) return true;
  for (const auto& [axis, values] : grid.items()) {
    for (const Json& value : values) {
      if (value.is_object() && value.contains("tokenizer")) return true;
    }
  }
  return false;
}

void require_variants(const Json& variants) {
  for (const auto& [name, keys] : variants.items()) {
    for (const auto& [key, value] : keys.items()) {
      // Runs on other data are told apart by the axes of the grid.
      require<UsageError>(
          key != "tokenizer" && !key.starts_with("data."),
          "variants." + name,
          "sets {}: make it an axis of the grid",
          key);
    }
  }
}

void require_measure(const Json& measure) {
  require<UsageError>(
      measure.is_object(), "measure", "must map names to token files");
  for (const auto& [name, path] : measure.items()) {
    require<UsageError>(
        path.is_string() && !path.get<std::string>().empty(),
        "measure." + name,
        "must be the path of a token file");
  }
}

void require_grid(const SweepConfig& sweep) {
  require_variants(sweep.variants);
  require<UsageError>(
      sweep.grid.is_object() && !sweep.grid.empty(),
      "grid",
      "must map at least one key to a list of values, such as "
      "model.num_layers: [1, 2, 4]");
  for (const auto& [key, values] : sweep.grid.items()) {
    require<UsageError>(
        values.is_array() && !values.empty(),
        "grid." + key,
        "must be a list of at least one value");
  }
  require<UsageError>(sweep.set.is_object(), "set", "must map keys to values");
  const bool trains = varies_tokenizer(sweep.grid);
  require<UsageError>(
      trains == !sweep.text.train.empty() && trains == !sweep.text.val.empty(),
      "text",
      "{}",
      trains ? "must name train and val: the tokenizers of the grid are "
               "trained on them"
             : "is for grids that vary the tokenizer; this one does not");
}

void make_paths_absolute(SweepConfig& sweep, const fs::path& folder) {
  const auto absolute = [&](const fs::path& p) {
    return fs::absolute(folder / p).lexically_normal();
  };
  if (!sweep.base.empty()) sweep.base = absolute(sweep.base);
  for (auto& [name, path] : sweep.measure.items()) {
    path = absolute(path.get<std::string>()).string();
  }
  for (fs::path& p : sweep.text.train) p = absolute(p);
  for (fs::path& p : sweep.text.val) p = absolute(p);
  const auto resolve = [&](const std::string& key, Json& value) {
    const auto resolve_path =
        [&]<class Member>(
            const std::string& name, Member&, const char*, const auto&) {
          if (std::same_as<Member, fs::path> && name == key &&
              value.is_string()) {
            value = absolute(value.get<std::string>()).string();
          }
        };
    RunConfig run;
    for_each_field(run, "", resolve_path);
  };
  for (auto& [key, value] : sweep.set.items()) resolve(key, value);
  for (auto& [name, keys] : sweep.variants.items()) {
    for (auto& [key, value] : keys.items()) resolve(key, value);
  }
  for (auto& [axis, values] : sweep.grid.items()) {
    for (Json& value : values) {
      resolve(axis, value);
      if (!value.is_object()) continue;
      for (auto& [key, part] : value.items()) resolve(key, part);
    }
  }
}

/// A key that is written with dots keeps its value whole: a group of
/// parameters can be replaced.
Json flat_variant(const Json& keys) {
  Json flat = Json::object();
  for (const auto& [key, value] : keys.items()) {
    if (value.is_object() && key.find('.') == key.npos) {
      flat.update(flat_keys({{key, value}}));
    } else {
      flat[key] = value;
    }
  }
  return flat;
}

/// From the YAML's keys, not checked yet.
SweepConfig parse_sweep_config(
    const Json& keys, const std::string& where, const fs::path& folder) {
  SweepConfig sweep;
  read_fields(keys, where, sweep);
  require<UsageError>(sweep.set.is_object(), "set", "must map keys to values");
  sweep.set = flat_keys(sweep.set);
  require<UsageError>(
      sweep.variants.is_object() && sweep.grid.is_object(),
      "variants",
      "and grid must be mappings");
  Json names = Json::array();
  for (auto& [name, keys] : sweep.variants.items()) {
    require<UsageError>(
        keys.is_object(), "variants." + name, "must map keys to values");
    keys = flat_variant(keys);
    names.push_back(name);
  }
  if (!names.empty() && !sweep.grid.contains(kVariant)) {
    Json grid = {{kVariant, names}};
    grid.update(sweep.grid);
    sweep.grid = std::move(grid);
  }
  require_measure(sweep.measure);
  make_paths_absolute(sweep, folder);
  return sweep;
}

} // namespace

Json keys_set(const SweepConfig& sweep, const Json& overrides) {
  Json keys = Json::object();
  const auto set = [&](const std::string& key, const Json& value) {
    require<UsageError>(!keys.contains(key), "grid", "sets {} twice", key);
    keys[key] = value;
  };
  for (const auto& [key, value] : overrides.items()) {
    if (key != kVariant) {
      set(key, value);
      continue;
    }
    require<UsageError>(
        value.is_string() && sweep.variants.contains(value.get<std::string>()),
        "grid.variant",
        "has {}, which `variants` does not name",
        value.dump());
    for (const auto& [own, item] :
         sweep.variants[value.get<std::string>()].items()) {
      set(own, item);
    }
  }
  return keys;
}

std::vector<RunSeed> run_seeds(const SweepConfig& sweep) {
  std::vector<RunSeed> all;
  for (const int64_t seed : sweep.seeds) {
    if (sweep.data_seeds.empty()) all.emplace_back(seed);
    for (const int64_t data : sweep.data_seeds) all.emplace_back(seed, data);
  }
  return all;
}

void check_sweep(const SweepConfig& sweep) {
  require<UsageError>(
      !sweep.base.empty(), "base", "is missing: name the YAML of a run");
  check_fields(sweep);
  require<UsageError>(
      !sweep.seeds.empty(),
      "seeds",
      "are none: name at least one, such as [1, 2, 3]");
  require_different("seeds", sweep.seeds);
  require_different("data_seeds", sweep.data_seeds);
  require_one_budget(sweep.budget);
  require_measure(sweep.measure);
  require_search(sweep.search);
  require_grid(sweep);
}

std::string budget_override(std::string_view budget) {
  const size_t equals = budget.find('=');
  require<UsageError>(
      equals != std::string_view::npos && equals > 0 &&
          equals + 1 < budget.size(),
      "--budget",
      "must be KIND=AMOUNT, such as steps=300, but is \"{}\"",
      budget);
  return fmt::format(
      "budget={{{}: {}}}", budget.substr(0, equals), budget.substr(equals + 1));
}

SweepConfig read_sweep_config(
    const fs::path& path, const std::vector<std::string>& overrides) {
  SweepConfig sweep = parse_sweep_config(
      read_yaml(path), path.string() + ":", fs::absolute(path).parent_path());
  if (!overrides.empty()) {
    Json keys = write_fields(sweep);
    for (const auto& assignment : overrides) apply_override(keys, assignment);
    sweep = parse_sweep_config(keys, "--set:", fs::current_path());
  }
  try {
    check_sweep(sweep);
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("[{}] {}", path.string(), error.what()));
  }
  return sweep;
}

} // namespace nanobrain
