#include "nanobrain/sweep/cell.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/random.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

namespace {

constexpr const char* kTokenizer = "tokenizer";
constexpr const char* kGroups = "optimizer.groups.";
constexpr size_t kMostPoints = 100'000;
constexpr size_t kLongestId = 100;

/// What one value of an axis sets.
Json keys_of(const std::string& axis, const Json& value) {
  const bool is_one = axis == kTokenizer || axis.starts_with(kGroups);
  if (value.is_object() && !is_one) return value;
  Json keys;
  keys[axis] = value;
  return keys;
}

std::string value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_structured()) return value.is_null() ? "none" : value.dump();
  std::string text;
  for (const auto& item : value) {
    if (!text.empty()) text += '-';
    text += value_text(item);
  }
  return text;
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '+';
}

/// The last word of each key, or the whole of it where two keys share that.
std::map<std::string, std::string> short_names(const Json& point) {
  std::map<std::string, int> uses;
  const auto last_word = [](const std::string& key) {
    return key.substr(key.rfind('.') + 1);
  };
  for (const auto& [key, value] : point.items()) ++uses[last_word(key)];
  std::map<std::string, std::string> names;
  for (const auto& [key, value] : point.items()) {
    names[key] = uses[last_word(key)] == 1 ? last_word(key) : key;
  }
  return names;
}

std::vector<std::string> assignments(const Json& set, const Json& overrides) {
  std::vector<std::string> all;
  for (const Json* keys : {&set, &overrides}) {
    for (const auto& [key, value] : keys->items()) {
      if (key != kTokenizer) all.push_back(key + "=" + value.dump());
    }
  }
  return all;
}

/// Of tokenizers that are there already, each read once.
using Vocabularies = std::map<fs::path, int64_t>;

int64_t vocab_size(const fs::path& tokenizer, Vocabularies& known) {
  require<UsageError>(
      !tokenizer.empty(),
      "data.tokenizer",
      "is left out, and so is model.vocab_size: give one of them");
  require_input("set.data.tokenizer", tokenizer);
  auto [it, missing] = known.try_emplace(tokenizer, 0);
  if (missing) it->second = load_tokenizer(tokenizer)->vocab_size();
  return it->second;
}

int64_t whole_steps(double steps) {
  require<UsageError>(
      steps <= 1e15, "budget", "is of {:.3g} steps: too many", steps);
  return static_cast<int64_t>(std::ceil(steps));
}

int64_t steps_of(const BudgetConfig& budget, const RunConfig& config) {
  if (budget.steps) return *budget.steps;
  if (budget.tokens) {
    return whole_steps(
        steps_for_tokens(config, static_cast<double>(*budget.tokens)));
  }
  if (budget.flops) {
    return whole_steps(steps_for_flops(config, *budget.flops));
  }
  return config.train.steps; // minutes: known once the speed is
}

/// Where steps to a target are looked for.
void require_curve(const SweepConfig& sweep, const RunConfig& config) {
  if (!sweep.target) return;
  const int64_t every = config.train.eval_every;
  require<UsageError>(
      every > 0 && (sweep.budget.minutes || every < config.train.steps),
      "target",
      "is looked for in the validation curve, but with train.eval_every {} a "
      "run of {} steps is evaluated at its end only; set.train.eval_every: {}",
      every,
      config.train.steps,
      std::max<int64_t>(1, config.train.steps / 20));
}

Cell make_cell(
    const SweepConfig& sweep, const Json& point, Vocabularies& vocabularies) {
  Cell cell;
  cell.id = point_id(point);
  cell.overrides = point;
  if (point.contains(kTokenizer)) {
    read_fields(point[kTokenizer], "grid.tokenizer", cell.tokenizer.emplace());
    check_fields(*cell.tokenizer, "grid.tokenizer.");
  }
  cell.config = parse_run_config(
      sweep.base, assignments(sweep.set, keys_set(sweep, point)));
  ModelConfig& model = cell.config.model;
  if (cell.tokenizer) {
    model.vocab_size = cell.tokenizer->vocab_size;
  } else if (model.vocab_size == 0 || fs::exists(cell.config.data.tokenizer)) {
    const int64_t size = vocab_size(cell.config.data.tokenizer, vocabularies);
    if (model.vocab_size == 0) model.vocab_size = size;
    require<UsageError>(
        model.vocab_size == size,
        "model.vocab_size",
        "is {}, but the tokenizer has {}; leave it out",
        model.vocab_size,
        size);
  }
  model.validate();
  check_fields(cell.config);
  cell.config.train.steps = steps_of(sweep.budget, cell.config);
  cell.config.validate();
  require_curve(sweep, cell.config);
  return cell;
}

/// Not those that a sweep sets itself.
void require_free_keys(
    const Json& keys, std::string_view where, std::string_view verb) {
  for (const std::string key :
       {"train.steps", "train.seed", "train.data_seed"}) {
    require<UsageError>(
        !keys.contains(key),
        where,
        "{} {}, which the {}",
        verb,
        key,
        key == "train.steps" ? "budget sets" : "seeds set");
  }
}

} // namespace

std::vector<Json> grid_points(const Json& grid) {
  std::vector<Json> points = {Json::object()};
  for (const auto& [axis, values] : grid.items()) {
    std::vector<Json> longer;
    require<UsageError>(
        points.size() * values.size() <= kMostPoints,
        "grid",
        "has more than {} cells",
        kMostPoints);
    for (const Json& point : points) {
      for (const Json& value : values) {
        Json next = point;
        const Json keys = keys_of(axis, value);
        require<UsageError>(
            !keys.empty(), "grid." + axis, "has a mapping of no keys");
        for (const auto& [key, item] : keys.items()) {
          require<UsageError>(
              !next.contains(key), "grid." + axis, "sets {} again", key);
          next[key] = item;
        }
        longer.push_back(std::move(next));
      }
    }
    points = std::move(longer);
  }
  std::set<std::string> seen;
  for (const Json& point : points) {
    require<UsageError>(
        seen.insert(point.dump()).second,
        "grid",
        "has the cell {} twice",
        point_id(point));
  }
  return points;
}

std::vector<Json> draw_points(
    std::vector<Json> points, int64_t samples, int64_t seed) {
  const auto wanted = static_cast<size_t>(samples);
  if (wanted == 0 || wanted >= points.size()) return points;
  // Selection sampling (Knuth, The Art of Computer Programming 2, 3.4.2 S).
  Random random(static_cast<uint64_t>(seed));
  std::vector<Json> drawn;
  for (size_t i = 0; i < points.size() && drawn.size() < wanted; ++i) {
    if (random.below(points.size() - i) < wanted - drawn.size()) {
      drawn.push_back(std::move(points[i]));
    }
  }
  return drawn;
}

std::string point_id(const Json& point) {
  const auto names = short_names(point);
  std::string id;
  bool readable = true;
  for (const auto& [key, value] : point.items()) {
    std::string text = value_text(value);
    if (text.starts_with('/')) { // a path: its last part, and the hash below
      text = fs::path(text).filename();
      readable = false;
    }
    std::string part = names.at(key) + "=" + text;
    for (char& c : part) {
      if (is_plain(c) || c == '=') continue;
      c = '-';
      readable = false;
    }
    if (!id.empty()) id += ',';
    id += part;
  }
  if (readable && id.size() <= kLongestId) return id;
  const std::string hash = sha256_hex(point.dump()).substr(0, 10);
  id.resize(std::min(id.size(), kLongestId - hash.size() - 1));
  return id + "-" + hash;
}

std::vector<Cell> make_cells(const SweepConfig& sweep) {
  const auto points = draw_points(
      grid_points(sweep.grid), sweep.search.samples, sweep.search.seed);
  require_free_keys(sweep.set, "set", "fixes");
  Vocabularies vocabularies;
  std::vector<Cell> cells;
  for (const Json& point : points) {
    const Json keys = keys_set(sweep, point);
    require_free_keys(keys, "grid", "varies");
    for (const auto& [key, value] : keys.items()) {
      require<UsageError>(
          !sweep.set.contains(key), "grid", "varies {}, which set fixes", key);
    }
    try {
      cells.push_back(make_cell(sweep, point, vocabularies));
      cells.back().order = static_cast<int64_t>(cells.size()) - 1;
    } catch (const UsageError& error) {
      throw UsageError(
          fmt::format("[cell {}] {}", point_id(point), error.what()));
    }
  }
  return cells;
}

void require_input(std::string_view key, const fs::path& path) {
  require(
      fs::exists(path),
      key,
      "{} does not exist; make it (nanobrain prepare; experiments/first_run.sh "
      "for that of the first run) or name another: --set {}=PATH",
      path.string(),
      key);
}

RunConfig config_for_seed(const Cell& cell, const RunSeed& seed) {
  RunConfig config = cell.config;
  config.train.seed = seed.weights;
  config.train.data_seed = seed.data;
  return config;
}

} // namespace nanobrain
