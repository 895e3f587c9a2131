#include "nanobrain/tokenizer/piece_table.h"

#include <string>

#include "tests/support/support.h"

namespace nanobrain {
namespace {

TEST(PieceTable, FindsWhatWasInserted) {
  // As many as it takes, so that places collide.
  constexpr TokenId kCount = 5'000;
  std::vector<std::string> pieces;
  for (TokenId id = 0; id < kCount; ++id) {
    pieces.push_back("piece " + std::to_string(id));
  }
  const auto bytes_of = [&](TokenId id) -> std::string_view {
    return pieces[static_cast<size_t>(id)];
  };
  PieceTable table(kCount);
  for (TokenId id = 0; id < kCount; ++id) {
    EXPECT_TRUE(table.insert(bytes_of(id), id, bytes_of));
  }
  for (TokenId id = 0; id < kCount; ++id) {
    EXPECT_EQ(table.find(bytes_of(id), bytes_of), id);
    EXPECT_EQ(
        table.find("no " + pieces[static_cast<size_t>(id)], bytes_of), -1);
  }
}

TEST(PieceTable, TheFirstOfEqualPiecesStays) {
  const std::vector<std::string> pieces = {"a", "", "a"};
  const auto bytes_of = [&](TokenId id) -> std::string_view {
    return pieces[static_cast<size_t>(id)];
  };
  PieceTable table(pieces.size());
  EXPECT_EQ(table.find("", bytes_of), -1);
  EXPECT_TRUE(table.insert("a", 0, bytes_of));
  EXPECT_TRUE(table.insert("", 1, bytes_of));
  EXPECT_FALSE(table.insert("a", 2, bytes_of));
  EXPECT_EQ(table.find("a", bytes_of), 0);
  EXPECT_EQ(table.find("", bytes_of), 1);
}

} // namespace
} // namespace nanobrain
