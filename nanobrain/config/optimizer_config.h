// How the weights of a run are updated: keys of the optimizers, of groups of
// parameters with an optimizer of their own, of the learning rate's schedule.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/base/limits.h"

namespace nanobrain {

/// wsd: warmup-stable-decay.
enum class ScheduleKind { kCosine, kLinear, kWsd, kConstant };
constexpr auto words(ScheduleKind) {
  return std::array{"cosine", "linear", "wsd", "constant"};
}

/// Of wsd, as a function of the share t of the decay: 1 - t, 1 - sqrt(t),
/// 1 - t^2.
enum class DecayShape { kLinear, kSqrt, kSquare };
constexpr auto words(DecayShape) {
  return std::array{"linear", "sqrt", "square"};
}

struct ScheduleConfig {
  ScheduleKind kind = ScheduleKind::kCosine;
  int64_t warmup_steps = 50;
  double final_fraction = 0.1;
  double decay_fraction = 0.2;
  DecayShape decay = DecayShape::kLinear;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(kind, "of the learning rate; wsd: warmup-stable-decay");
    FIELD(warmup_steps, "steps of linear warm-up", at_least(0));
    FIELD(final_fraction, "last over peak learning rate", from_to(0, 1));
    FIELD(decay_fraction, "wsd: last share, which decays", from_to(0, 1));
    FIELD(decay, "wsd: its shape; sqrt: 1 - sqrt(t), square: 1 - t^2");
  }
};

/// How Muon makes a matrix orthogonal.
enum class Orthogonalizer { kNewtonSchulz, kPolarExpress, kExact };
constexpr auto words(Orthogonalizer) {
  return std::array{"newton_schulz", "polar_express", "exact"};
}

/// How Muon's rate follows a matrix's shape (rows x columns): original, times
/// sqrt(max(1, rows / columns)); match_rms_adamw, 0.2 sqrt(max(rows, columns)).
enum class MuonScale { kOriginal, kMatchRmsAdamw };
constexpr auto words(MuonScale) {
  return std::array{"original", "match_rms_adamw"};
}

/// What AdamW's second moment is the mean square of: each element's gradient,
/// or, with fewer samples a row, all elements of a row.
enum class SecondMoment { kElement, kRow };
constexpr auto words(SecondMoment) {
  return std::array{"element", "row"};
}

/// One optimizer. Keys that its kind does not use are left alone.
struct UpdateConfig {
  std::string kind = "adamw";
  double lr = 4e-3;
  std::array<double, 2> betas = {0.9, 0.95};
  double epsilon = 1e-8;
  double weight_decay = 0.1;
  bool cautious_decay = false;
  SecondMoment second_moment = SecondMoment::kElement;
  double momentum = 0.95;
  bool nesterov = true;
  int64_t momentum_warmup_steps = 0;
  Orthogonalizer orthogonalizer = Orthogonalizer::kNewtonSchulz;
  MuonScale muon_scale = MuonScale::kOriginal;
  int64_t precondition_every = 10;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(
        kind,
        "of the update",
        one_of({"adamw", "muon", "normuon", "soap", "lion"}));
    FIELD(lr, "peak learning rate", positive());
    FIELD(betas, "decay of the first and second moment", from_below(0, 1));
    FIELD(epsilon, "added to the root of the second moment", positive());
    FIELD(weight_decay, "decoupled; on all but norms, biases", at_least(0));
    FIELD(cautious_decay, "decay only what the update makes smaller");
    FIELD(second_moment, "adamw: of each element or of a whole row");
    FIELD(momentum, "muon, normuon", from_below(0, 1));
    FIELD(nesterov, "muon, normuon: look a step ahead");
    FIELD(
        momentum_warmup_steps,
        "muon, normuon: steps from momentum 0.85 to the whole",
        at_least(0));
    FIELD(orthogonalizer, "muon, normuon: iteration, or exact by eigenvalues");
    FIELD(muon_scale, "muon, normuon: of the rate by a matrix's shape");
    FIELD(precondition_every, "soap: steps a new basis", at_least(1));
  }
};

/// Parameters with an optimizer of their own.
struct GroupConfig : UpdateConfig {
  std::vector<std::string> match;
  std::optional<ScheduleConfig> schedule;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(match, "roles (matrix, embedding, ...) or names, * for any part");
    UpdateConfig::visit(field);
    FIELD(schedule, "its own; without one, the run's");
  }
};

enum class AverageKind { kNone, kEma, kTail };
constexpr auto words(AverageKind) {
  return std::array{"none", "ema", "tail"};
}

/// Weights that are averaged over steps, evaluated and saved in place of the
/// last ones.
struct AverageConfig {
  AverageKind kind = AverageKind::kNone;
  double decay = 0.99;
  double start = 0.5;

  /// The first step whose weights count, of so many.
  int64_t first(int64_t steps) const {
    return std::llround(start * static_cast<double>(steps));
  }

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(kind, "ema: exponential; tail: plain mean of the last steps");
    FIELD(
        decay, "ema: a step, at most t / (t + 9) at its step t", between(0, 1));
    FIELD(start, "share of the steps before the average", from_below(0, 1));
  }
};

struct OptimizerConfig : UpdateConfig {
  std::map<std::string, GroupConfig> groups;
  AverageConfig average;

  template <class Visitor>
  void visit(Visitor&& field) {
    UpdateConfig::visit(field);
    FIELD(groups, "parameters with an optimizer of their own");
    FIELD(average, "");
  }
};

} // namespace nanobrain
