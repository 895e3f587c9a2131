// Which parameters an optimizer's groups name.
#include "nanobrain/config/parameter_groups.h"

#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

bool matches(const std::string& pattern, const Parameter& parameter) {
  return pattern == name_of(parameter.role) ||
         fnmatch(pattern.c_str(), parameter.name.c_str(), 0) == 0;
}

/// Their updates are of matrices as a whole.
bool takes_vectors(const UpdateConfig& update) {
  static const std::set<std::string> kOfMatrices = {"muon", "normuon", "soap"};
  return !kOfMatrices.contains(update.kind);
}

} // namespace

std::vector<std::string> group_of_each(
    const OptimizerConfig& config, const std::vector<Parameter>& inventory) {
  std::vector<std::string> groups(inventory.size());
  for (const auto& [name, group] : config.groups) {
    const std::string where = "optimizer.groups." + name;
    require<UsageError>(
        !group.match.empty(),
        where + ".match",
        "names no parameters: roles (matrix, embedding, position, norm, bias) "
        "or names, such as h.*.mlp.*");
    for (const std::string& pattern : group.match) {
      bool any = false;
      for (size_t i = 0; i < inventory.size(); ++i) {
        if (!matches(pattern, inventory[i])) continue;
        any = true;
        require<UsageError>(
            groups[i].empty() || groups[i] == name,
            where + ".match",
            "has {}, which {} has already; a parameter is in one group",
            inventory[i].name,
            groups[i]);
        groups[i] = name;
      }
      require<UsageError>(
          any,
          where + ".match",
          "has \"{}\", which is no role (matrix, embedding, position, norm, "
          "bias) and matches no parameter of this model, such as {}",
          pattern,
          inventory.front().name);
    }
  }
  for (size_t i = 0; i < inventory.size(); ++i) {
    const std::string& name = groups[i];
    const UpdateConfig& update =
        name.empty() ? config
                     : static_cast<const UpdateConfig&>(config.groups.at(name));
    require<UsageError>(
        inventory[i].shape.size() == 2 || takes_vectors(update),
        name.empty() ? "optimizer.kind" : "optimizer.groups." + name + ".kind",
        "is {}, which updates matrices alone, but {} is a vector; give it a "
        "group with adamw or lion, or match less",
        update.kind,
        inventory[i].name);
  }
  return groups;
}

} // namespace nanobrain
