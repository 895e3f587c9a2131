#include "nanobrain/report/report_data.h"

#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using ::testing::ElementsAre;
namespace fs = std::filesystem;

std::vector<std::string> names_of(const std::vector<fs::path>& folders) {
  std::vector<std::string> names;
  for (const ReportFolder& folder : name_folders(folders)) {
    names.push_back(folder.name);
  }
  return names;
}

TEST(ReportFolders, AreCalledByTheirLastPart) {
  EXPECT_THAT(names_of({"runs/depth"}), ElementsAre("depth"));
  EXPECT_THAT(names_of({"depth/", "./width/."}), ElementsAre("depth", "width"));
  EXPECT_THAT(names_of({"."}), ElementsAre(fs::current_path().filename()));
  EXPECT_THAT(names_of({"/"}), ElementsAre("/"));
}

TEST(ReportFolders, ThatShareItAreToldApart) {
  EXPECT_THAT(names_of({"a/out", "b/out"}), ElementsAre("a/out", "b/out"));
  EXPECT_THAT(
      names_of({"x/a/out", "y/a/out", "b/out", "other"}),
      ElementsAre("x/a/out", "y/a/out", "b/out", "other"));
  // One lies inside the other.
  EXPECT_THAT(names_of({"/out", "/out/out"}), ElementsAre("/out", "out/out"));
}

TEST(ReportFolders, KeepWhatWasGiven) {
  const auto folders = name_folders({"b/../a/out", "a/in/"});
  EXPECT_EQ(folders[0].given, "b/../a/out");
  EXPECT_EQ(folders[1].given, "a/in/");
  EXPECT_EQ(join_names(folders), "out, in");
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
    const auto names = names_of({folders.begin(), folders.end()});
    EXPECT_EQ(
        std::set<std::string>(names.begin(), names.end()).size(),
        folders.size());
    size_t i = 0;
    for (const fs::path& folder : folders) {
      EXPECT_THAT(folder.string(), ::testing::EndsWith(names[i++]));
    }
  }
}

} // namespace
} // namespace nanobrain
