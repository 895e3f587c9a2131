#include "nanobrain/sweep/folder.h"

#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

const std::string kSweep =
    "grid: {model.num_layers: [1, 2]}\nbudget: {steps: 5}\n";

TEST(SweepFolder, HoldsTheSweepAndItsBase) {
  const SweepFiles files;
  const SweepFolder folder{files.path("out/sweep")};
  EXPECT_ERROR(Error, "holds no sweep", read_sweep_folder(folder));
  const auto sweep = files.read(kSweep);
  open_sweep_folder(folder, sweep);
  const auto read = read_sweep_folder(folder);
  EXPECT_EQ(read.base, folder.base());
  EXPECT_EQ(read.grid, sweep.grid);
  EXPECT_EQ(read.seeds, sweep.seeds);
  // The folder's own copy of the base gives the same cells.
  const auto cells = make_cells(sweep);
  const auto again = make_cells(read);
  ASSERT_EQ(cells.size(), again.size());
  EXPECT_EQ(write_fields(cells[1].config), write_fields(again[1].config));
  open_sweep_folder(folder, sweep);
}

TEST(SweepFolder, IsMadeOnceByManyThatStartTogether) {
  const SweepFiles files;
  const auto sweep = files.read(kSweep);
  for (int trial = 0; trial < 10; ++trial) {
    const SweepFolder folder{files.path(fmt::format("out-{}", trial))};
    std::vector<std::thread> starts;
    std::atomic<int> opened{0};
    for (int i = 0; i < 8; ++i) {
      starts.emplace_back([&] {
        open_sweep_folder(folder, sweep);
        ++opened;
      });
    }
    for (std::thread& start : starts) start.join();
    EXPECT_EQ(opened, 8);
    EXPECT_EQ(
        write_fields(read_sweep_folder(folder))["grid"],
        write_fields(sweep)["grid"]);
  }
}

TEST(SweepFolder, RefusesAnotherSweep) {
  const SweepFiles files;
  const SweepFolder folder{files.path("out")};
  open_sweep_folder(folder, files.read(kSweep));
  EXPECT_ERROR(
      Error,
      "holds another sweep, with another seeds; name another folder",
      open_sweep_folder(folder, files.read(kSweep + "seeds: [7]\n")));
  const auto same = files.read(kSweep);
  write_text(
      files.path("base.yaml"),
      read_text(files.path("base.yaml")) + "optimizer: {lr: 0.5}\n");
  EXPECT_ERROR(
      Error,
      "with another base, which has changed in optimizer",
      open_sweep_folder(folder, same));
}

TEST(SweepFolder, RefusesOtherThingsAndOtherFormats) {
  const SweepFiles files;
  const auto sweep = files.read(kSweep);
  std::filesystem::create_directories(files.path("out"));
  write_text(files.path("out/thesis.tex"), "precious");
  EXPECT_ERROR(
      Error, "exists already", open_sweep_folder({files.path("out")}, sweep));
  const SweepFolder folder{files.path("old")};
  open_sweep_folder(folder, sweep);
  const auto refused = [&](const char* format, const char* message) {
    write_text(folder.config(), format);
    EXPECT_ERROR(Error, message, read_sweep_folder(folder));
    EXPECT_ERROR(Error, message, open_sweep_folder(folder, sweep));
  };
  refused("format: 0\n", "is of format 0, but this nanobrain reads 1");
  refused("format: 2\n", "is of format 2, but this nanobrain reads 1");
  refused("base: x\n", "is of format null, but");
}

TEST(SweepFolder, DamagedFilesOfARunSayWhatToDo) {
  const TempDir dir;
  const SeedFolder run{dir.path()};
  for (const char* text : {"", "{", "{}", "{\"state\": 3}", "{\"mood\": 1}"}) {
    write_text(run.status(), text);
    write_text(run.result(), text);
    EXPECT_ERROR(Error, "status.json", read_status(run));
    EXPECT_ERROR(Error, "remove it: a sweep does its run", read_status(run));
    EXPECT_ERROR(Error, "remove it: a sweep does its run", read_result(run));
    EXPECT_EQ(status_or_waiting(run).state, "waiting");
  }
}

TEST(SweepFolder, StatusAndResultComeBack) {
  const TempDir dir;
  const SeedFolder run{dir / "x"};
  EXPECT_EQ(read_status(run).state, "waiting");
  EXPECT_FALSE(read_result(run));
  const RunStatus status{
      .state = "failed",
      .attempts = 2,
      .generation = 3,
      .exit_code = 139,
      .error = "a \"word\"",
      .host = "h",
      .pid = 4,
      .elapsed_s = 1.5};
  write_status(run, status);
  EXPECT_EQ(write_fields(read_status(run)), write_fields(status));
  // Older ones have no generation.
  Json older = write_fields(status);
  older.erase("generation");
  write_json(run.status(), older);
  EXPECT_EQ(read_status(run).attempts, 2);
  EXPECT_EQ(read_status(run).generation, 0);
  Json result = Json::object();
  for (const FigureSource* source : result_sources(all_figures())) {
    result[source->result] = 1.25e13;
  }
  write_json(run.result(), result);
  EXPECT_EQ(read_result(run)->at("train_flops"), 1.25e13);
}

} // namespace
} // namespace nanobrain::testing
