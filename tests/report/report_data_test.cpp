#include "nanobrain/report/report_data.h"

#include <cmath>
#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"
#include "nanobrain/report/front_svg.h"
#include "nanobrain/sweep/claim.h"
#include "tests/report/run_files.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

Json data_of(const std::vector<fs::path>& folders) {
  return report_data(folders, "", "a build");
}

/// Some keys of an object.
Json of(const Json& object, std::initializer_list<const char*> keys) {
  Json some = Json::object();
  for (const char* key : keys) some[key] = object.at(key);
  return some;
}

RunStatus status(const std::string& state) {
  RunStatus s;
  s.state = state;
  return s;
}

TEST(ReportData, OfASweepThatHasJustBegun) {
  const SweepResults sweep;
  const Json data = report_data({sweep.folder().root}, "Depth", "a build");
  EXPECT_EQ(data["format"], 1);
  EXPECT_EQ(data["title"], "Depth");
  EXPECT_EQ(data["build"], "a build");
  EXPECT_THAT(
      data["created_at"].get<std::string>(),
      ::testing::MatchesRegex("20.{2}-.{2}-.{2}T.{2}:.{2}:.{2}Z"));
  const Json& shown = data["sweeps"].at(0);
  EXPECT_EQ(shown["name"], "depth");
  EXPECT_EQ(shown["counts"], Json::parse(R"({
      "done": 0, "failed": 0, "running": 0, "waiting": 6})"));
  EXPECT_EQ(shown["keys"], Json::array({"model.num_layers"}));
  EXPECT_EQ(shown["differences"], Json::array());
  const Json& cell = shown["cells"].at(1);
  // Known before anything has run: 4 steps of 2 windows of 8 tokens.
  EXPECT_EQ(
      of(cell, {"label", "overrides", "f32", "seeds", "steps", "tokens"}),
      Json::parse(R"({"label": "2 layers", "overrides": {"model.num_layers": 2},
                      "f32": null, "seeds": [], "steps": 4, "tokens": 64})"));
  EXPECT_GT(cell["parameters"], shown["cells"][0]["parameters"]);
  ASSERT_EQ(data["runs"].size(), 6u);
  EXPECT_EQ(data["runs"][0]["state"], "waiting");
  EXPECT_EQ(data["runs"][0]["result"], nullptr);
}

TEST(ReportData, CellsStandBesideCountedNgrams) {
  const SweepResults sweep;
  sweep.finish(0, 1, 2.0);
  sweep.finish(1, 1, 1.8); // 1.8072 as int8
  const auto first = [&] {
    return data_of({sweep.folder().root})["sweeps"][0]["cells"];
  };
  EXPECT_EQ(first()[0]["ngram"], nullptr);
  EXPECT_EQ(first()[0]["f32"]["beside"], "");
  EXPECT_EQ(first()[0]["f32"]["loses"], false);
  write_ngrams(sweep.folder(), {sweep.id(0), sweep.id(1)}, 2.5, 1.804);
  const Json cells = first();
  EXPECT_EQ(
      cells[0]["ngram"],
      Json({{"name", "trigram"}, {"bits_per_byte", 1.804}, {"tokens", 64}}));
  EXPECT_EQ(
      cells[0]["f32"]["beside"],
      "LOSES to the counted trigram by 0.1960 bits per byte");
  EXPECT_EQ(cells[0]["f32"]["loses"], true);
  EXPECT_EQ(cells[1]["f32"]["loses"], false);
  EXPECT_EQ(cells[1]["int8"]["loses"], true);
  EXPECT_EQ(
      cells[1]["int8"]["beside"],
      "LOSES to the counted trigram by 0.0032 bits per byte");
}

TEST(ReportData, CellsHaveEstimatesOverTheirSeeds) {
  const SweepResults sweep;
  for (const int64_t seed : {1, 2}) {
    sweep.finish(0, seed, 1.98 + 0.02 * static_cast<double>(seed));
  }
  sweep.finish(1, 1, 1.9);
  const Json data = data_of({sweep.folder().root});
  const Json& shown = data["sweeps"][0];
  const Json& f32 = shown["cells"][0]["f32"];
  EXPECT_EQ(f32["bits_per_byte"]["values"], Json({2.0, 2.02}));
  EXPECT_DOUBLE_EQ(f32["bits_per_byte"]["mean"], 2.01);
  // Student's t of one degree of freedom: 12.7062
  EXPECT_NEAR(f32["bits_per_byte"]["high"].get<double>(), 2.1371, 1e-4);
  // A token is two bytes: 2^4 and 2^4.04, their mean and not that of losses.
  EXPECT_NEAR(
      f32["perplexity"]["mean"].get<double>(),
      (16 + std::exp2(4.04)) / 2,
      1e-9);
  EXPECT_EQ(f32["front"]["parameters"], "on"); // nothing is cheaper
  EXPECT_LT(shown["cells"][0]["int8"]["bytes"]["mean"], f32["bytes"]["mean"]);
  EXPECT_EQ(shown["cells"][0]["seeds"], Json({1, 2}));
  // One seed: no deviation, and JSON has no word for what is no number; the
  // interval is by the noise of the other cell.
  const Json& one = shown["cells"][1]["f32"];
  EXPECT_EQ(one["bits_per_byte"]["sd"], nullptr);
  EXPECT_NEAR(
      one["bits_per_byte"]["high"].get<double>(),
      1.9 + 12.7062 * 0.02 / std::sqrt(2),
      1e-4);
  EXPECT_EQ(one["front"]["parameters"], "noise");
  EXPECT_EQ(shown["best"], sweep.id(1));
  EXPECT_EQ(shown["mixed"], "");
  EXPECT_THAT(
      shown["model"].get<std::string>(),
      ::testing::StartsWith("pooled within-cell sd 0.0141, 1 degrees"));
  ASSERT_EQ(shown["differences"].size(), 1u);
  const Json& pair = shown["differences"][0];
  EXPECT_EQ(pair["a"], sweep.id(0));
  EXPECT_EQ(pair["b"], sweep.id(1));
  EXPECT_NEAR(pair["mean"].get<double>(), -0.11, 1e-12);
  EXPECT_LT(pair["simultaneous_low"], pair["mean"]);
  // One pair: nothing to adjust.
  EXPECT_NEAR(pair["p_adjusted"], pair["p"].get<double>(), 1e-8);
}

TEST(ReportData, ARowMoreInTheRegistryIsOnThePageAndAnAxis) {
  const SweepResults sweep;
  finish_with_energy(sweep);
  const Json data = report_data({sweep.folder().root}, "", "", with_energy());
  const Json& figure = data["figures"].back();
  EXPECT_EQ(
      of(figure, {"key", "title", "unit", "role", "results"}),
      Json::parse(R"({"key": "energy_j", "title": "energy of training",
                      "unit": "J", "role": "cost", "results": ["energy_j"]})"));
  const Json& f32 = data["sweeps"][0]["cells"][0]["f32"];
  EXPECT_EQ(f32["energy_j"]["mean"], 11.5);
  EXPECT_EQ(f32["front"]["energy_j"], "on");
  EXPECT_EQ(data["runs"][0]["result"]["energy_j"], 11);
  const std::string image =
      front_svg(summarize_sweep(sweep.folder(), with_energy()), "energy_j");
  EXPECT_THAT(image, ::testing::HasSubstr(">energy of training</text>"));
  EXPECT_THAT(image, ::testing::HasSubstr(" J</text>"));
}

TEST(ReportData, EffectsAreNamedForPeople) {
  const SweepResults sweep(
      "grid: {model.num_layers: [1, 2], model.ffn_dim: [16, 32]}\n"
      "budget: {steps: 4}\n");
  for (size_t cell = 0; cell < 4; ++cell) {
    sweep.finish(cell, 1, cell < 2 ? 2.0 : 1.75);
  }
  const Json effects =
      report_data({sweep.folder().root}, "", "")["sweeps"][0]["effects"];
  ASSERT_EQ(effects.size(), 2u);
  EXPECT_EQ(
      effects[0],
      (Json{
          {"key", "model.num_layers"},
          {"from", "1 layer"},
          {"to", "2 layers"},
          {"pairs", 2},
          {"mean", -0.25},
          {"low", nullptr},
          {"high", nullptr},
          {"p", nullptr},
          {"p_holm", nullptr},
          {"p_adjusted", nullptr},
          {"simultaneous_low", nullptr},
          {"simultaneous_high", nullptr}}));
  EXPECT_EQ(effects[1]["to"], "FFN 32");
}

TEST(ReportData, RunsSayWhereTheyStand) {
  const SweepResults sweep;
  sweep.finish(0, 1, 2.0);
  RunStatus failed = status("failed");
  failed.error = "the loss is not a number";
  sweep.set_status(0, 2, failed);
  sweep.set_status(0, 3, status("interrupted"));
  sweep.set_status(1, 1, status("running"));
  const auto claim = Claim::take(sweep.seed(1, 1).lock());
  sweep.set_status(1, 2, status("running")); // its worker was killed
  write_run(sweep.seed(0, 2).run(), " upon a time");

  const Json data = data_of({sweep.folder().root});
  EXPECT_EQ(data["sweeps"][0]["counts"], Json::parse(R"({
      "done": 1, "failed": 1, "running": 1, "waiting": 3})"));
  EXPECT_EQ(data["sweeps"][0]["cells"][0]["failed"], 1);
  EXPECT_EQ(
      joined(
          data["runs"],
          [](const Json& run) { return run["state"].get<std::string>(); }),
      "done failed interrupted running interrupted waiting");
  EXPECT_EQ(
      data["runs"][0]["id"].get<std::string>(),
      "depth/" + sweep.id(0) + "/seed-1");
  EXPECT_EQ(
      of(data["runs"][0], {"sweep", "cell", "seed", "error"}), Json::parse(R"({
      "sweep": "depth", "cell": "num_layers=1", "seed": 1, "error": null})"));
  EXPECT_EQ(data["runs"][0]["result"]["val_bits_per_byte"], 2.0);
  const Json& broken = data["runs"][1];
  EXPECT_EQ(of(broken, {"error", "result"}), Json::parse(R"({
      "error": "the loss is not a number", "result": null})"));
  // What it had done until then is there.
  EXPECT_EQ(broken["train"]["step"].size(), 20u);
  EXPECT_EQ(broken["samples"][0]["text"], " upon a time");
}

TEST(ReportData, APlainRunStandsAlone) {
  const TempDir dir;
  const RunFolder run{dir / "first"};
  write_run(run, " upon a time");
  Json shown = data_of({run.root})["runs"].at(0);
  EXPECT_EQ(
      of(shown, {"id", "state", "sweep", "cell", "seed", "result"}),
      Json::parse(R"({"id": "first", "state": "running", "sweep": null,
                      "cell": null, "seed": 1, "result": null})"));

  Json record = session_record();
  record["result"] = {
      {"val_loss", 4.5},
      {"model", (run.root / "model").string()},
      {"best_model", (run.root / "checkpoints").string()}};
  write_json(run.record(), record);
  shown = data_of({run.root})["runs"].at(0);
  EXPECT_EQ(shown["state"], "done");
  EXPECT_EQ(shown["result"], Json::parse(R"({"val_loss": 4.5})"));
  EXPECT_EQ(shown["host"]["cpu"], "AMD EPYC 9B14");

  // Without what training adds to it.
  fs::remove(run.record());
  fs::remove(run.metrics());
  fs::remove(run.samples());
  EXPECT_EQ(data_of({run.root})["runs"].at(0)["state"], "running");
}

TEST(ReportData, FoldersComeInTheirOrderUnderNamesOfTheirOwn) {
  const SweepResults one;
  const SweepResults two; // "depth", too
  const TempDir dir;
  write_run({dir / "alone"}, "");
  const Json data =
      data_of({two.folder().root, dir / "alone", one.folder().root});
  ASSERT_EQ(data["sweeps"].size(), 2u);
  ASSERT_EQ(data["runs"].size(), 13u);
  const auto name = [](const SweepResults& sweep) {
    return sweep.folder().root.parent_path().filename().string() + "/depth";
  };
  EXPECT_EQ(data["sweeps"][0]["name"], name(two));
  EXPECT_EQ(data["runs"][0]["sweep"], name(two));
  EXPECT_EQ(data["runs"][6]["id"], "alone");
  EXPECT_EQ(data["runs"][12]["sweep"], name(one));
  EXPECT_EQ(data["title"], name(two) + ", alone, " + name(one));
}

TEST(ReportData, RefusesWhatIsNoSweepAndNoRun) {
  const TempDir dir;
  write_text(dir / "file", "words");
  fs::create_directory(dir / "empty");
  for (const char* name : {"empty", "file", "absent"}) {
    EXPECT_ERROR(Error, "is neither a sweep's folder", data_of({dir / name}));
  }
}

std::string names_of(const std::vector<fs::path>& folders) {
  return joined(name_folders(folders), &ReportFolder::name);
}

TEST(ReportFolders, AreCalledByTheirLastPartsThatTellThemApart) {
  EXPECT_EQ(names_of({"depth/", "./width/."}), "depth width");
  EXPECT_EQ(names_of({"."}), fs::current_path().filename().string());
  EXPECT_EQ(names_of({"/"}), "/");
  EXPECT_EQ(
      names_of({"x/a/out", "y/a/out", "b/out", "other"}),
      "x/a/out y/a/out b/out other");
  // One is inside the other.
  EXPECT_EQ(names_of({"/out", "/out/out"}), "/out out/out");
  const auto folders = name_folders({"b/../a/out", "a/in/"});
  EXPECT_EQ(folders[0].given, "b/../a/out"); // as it was
}

TEST(ReportFolders, AreGivenOnce) {
  for (const fs::path& again :
       {fs::path("a"),
        fs::path("a/"),
        fs::path("./b/../a"),
        fs::current_path() / "a"}) {
    EXPECT_ERROR(UsageError, "is given twice", name_folders({"a", "b", again}));
  }
}

TEST(ReportFolders, NeverShareAName) {
  Random random(8);
  for (int trial = 0; trial < 300; ++trial) {
    // Few words, so that ends are alike.
    std::set<fs::path> folders;
    for (int i = 0; i < 8; ++i) {
      fs::path folder = "/";
      for (uint64_t k = 0; k <= random.below(4); ++k) {
        folder /= random.below(2) == 0 ? "a" : "b";
      }
      folders.insert(folder);
    }
    std::set<std::string> names;
    for (const auto& [folder, name] :
         name_folders({folders.begin(), folders.end()})) {
      EXPECT_TRUE(names.insert(name).second) << name;
      EXPECT_THAT(folder.string(), ::testing::EndsWith(name));
    }
  }
}

} // namespace
} // namespace nanobrain::testing
