// What to fetch: the lists known by name, and those of the user.
#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <sstream>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/nearest.h"
#include "nanobrain/fetch/fetch.h"

namespace nanobrain {

namespace {

// Name, bytes and sha256 of each file.
constexpr char kGpt2[] = R"(
config.json 665 0daed7749b4f02b8f76240d5444551d7b08712dab4d0adb8239c56ba823bb7b4
model.safetensors 548105171 248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707
vocab.json 1042301 196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783
merges.txt 456318 1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5
tokenizer.json 1355256 8414cab924d8b9b33013f0d221c5862f365ee9be39c5c2bfae8a5a9e970478a6
tokenizer_config.json 26 5e04eb606e3a1583530a42e36c2a6b6615c86f34fe77e44d9ddeb43ff940931f)";

constexpr char kFineWebEdu[] = R"(
000_00000.parquet 2152819114 b1ba7b2ce4cb5ea6ef42dca40263eabb85f37700d01693a68e9b30a31d78e871
001_00000.parquet 2152222432 3fcf2dc69cd52503986276d3d2d26a8c356d0f2ea28a0de4fdbda8cf87755693
002_00000.parquet 2151796315 547ae182d132c9f06b6ce63149567208ea9f57630bfd9b1a2938e504f0c9ebd7
003_00000.parquet 2152437524 22184e6eb25759ddd97783751ffc73e1705dfa2542e630dae1f2a8bac8ee6ddb
004_00000.parquet 2152338550 33557ddd87a07a4ae6fcaf7a4789c7b484e5cc0c273ca12a65b74200e6d8748b
005_00000.parquet 2152189947 e08d79927ecb377786572cd854817c748ceb8880878b1a0eb91abf8c85d505ea
006_00000.parquet 2152689867 554fa2613c9261d6c9c396caab881de3160175794c6c3e1856bf28a0e9cb9b76
007_00000.parquet 2150686637 4b7d1f697d4afff7f5f65cb7aa4d83acc6db716da4d46ea23399d0c50608c6e3
008_00000.parquet 2151274846 a6d9dcc0c72ecd7c7f0173c2d06b3a4249a2ccaa94961469d1a522ca689bbf1a
009_00000.parquet 2151913277 f836cd3c70b95776699eb6c356b2dbf702816e25dcf39992f5c80a29029d23c3
010_00000.parquet 2152798864 e5a2eae25f057f0856a10bfae314c6ca8ea8bb08456d2131e9e89b2b8305e2f6
011_00000.parquet 2152323681 db71cf0425bb3d1813a09f12ff1acd6dabdfb91a2e4f141960254ee5a7f036e7
012_00000.parquet 2152069689 08b47a3e1c25161f796d2f8dbf99ccf60affdebdcea4910833d0d5783315551f
013_00000.parquet 540632672 b393f51fefab26cd6f4c8f65707c1924f6666c4961a0ebebe04bb57f7ec832de)";

struct KnownList {
  std::string_view name;
  const char* folder; // after the base URL; names a revision, not a branch
  const char* files;
};

constexpr std::array<KnownList, 2> kLists = {{
    {"fineweb-edu",
     "datasets/HuggingFaceFW/fineweb-edu/resolve/"
     "87f09149ef4734204d70ed1d046ddc9ca3f2b8f9/sample/10BT/",
     kFineWebEdu},
    {"gpt2",
     "openai-community/gpt2/resolve/607a30d783dfa663caf39e06633721c8d4cfcd7e/",
     kGpt2},
}};

/// Relative, without a way out of the output folder, and never the name of a
/// partial file.
bool is_safe_name(const fs::path& name) {
  return name.is_relative() && name.has_filename() && name.filename() != "." &&
         without_controls(name.string()) == name.string() &&
         std::ranges::none_of(name, [](const fs::path& part) {
           return part == ".." || part.string().ends_with(".part");
         });
}

void check_file(RemoteFile& file, const std::string& where) {
  const auto check = [&](bool ok, const char* message, auto value) {
    require<UsageError>(ok, where, "{}, but is {}", message, value);
  };
  check(
      is_safe_name(file.name),
      "name must lead to a file under the output folder, without control "
      "characters and not ending in .part",
      '"' + without_controls(file.name) + '"');
  if (file.path.empty()) file.path = file.name;
  const int64_t bytes = file.bytes.value_or(0);
  check(bytes >= 0, "bytes must not be negative", bytes);
  std::ranges::transform(file.sha256, file.sha256.begin(), [](unsigned char c) {
    return std::tolower(c);
  });
  const bool hex =
      file.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
  check(
      file.sha256.empty() || (file.sha256.size() == 64 && hex),
      "sha256 must be 64 hex digits",
      '"' + without_controls(file.sha256) + '"');
  require<UsageError>(
      file.bytes || !file.sha256.empty(),
      where,
      "has neither bytes nor sha256 and could not be checked; add one");
}

void check_list(FileList& list, const std::string& where) {
  const std::string& base = list.base_url;
  require<UsageError>(
      base.starts_with("http://") || base.starts_with("https://"),
      where,
      "the base URL must begin with http:// or https://, but is \"{}\"",
      shown_url(base));
  require<UsageError>(!list.files.empty(), where, "has no files; add some");
  std::set<fs::path> names;
  for (RemoteFile& file : list.files) {
    const std::string name = without_controls(file.name);
    check_file(file, fmt::format("{}: {}", where, name));
    require<UsageError>(
        names.insert(fs::path(file.name).lexically_normal()).second,
        where,
        "has {} twice; name each file once",
        name);
  }
}

} // namespace

std::string without_controls(std::string_view text) {
  std::string shown;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::string_view two = text.substr(i, 2);
    const bool c1 = two >= "\xc2\x80" && two < "\xc2\xa0"; // in UTF-8
    shown += c1 || byte < 0x20 || byte == 0x7f ? '?' : text[i];
    if (c1) ++i;
  }
  return shown;
}

std::string shown_url(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::string_view rest = url.substr(host, url.find('?') - host);
  const size_t at = rest.substr(0, rest.find('/')).rfind('@');
  return without_controls(
      std::string(url.substr(0, host)) +
      std::string(rest.substr(at == std::string_view::npos ? 0 : at + 1)));
}

std::string FileList::url(const RemoteFile& file) const {
  const std::string base =
      base_url.substr(0, base_url.find_last_not_of('/') + 1);
  const size_t begin = file.path.find_first_not_of('/');
  return base + "/" + file.path.substr(std::min(begin, file.path.size()));
}

FileList known_file_list(
    const std::string& name,
    std::optional<int64_t> shards,
    const std::string& base_url) {
  const auto* known = std::ranges::find(kLists, name, &KnownList::name);
  require<UsageError>(
      known != kLists.end(),
      "fetch",
      "knows no \"{}\"{}",
      without_controls(name),
      suggest_name(name, {"fineweb-edu", "gpt2"}));
  FileList list{base_url.empty() ? "https://huggingface.co" : base_url, {}};
  std::istringstream table(known->files);
  RemoteFile file;
  for (int64_t bytes; table >> file.name >> bytes >> file.sha256;) {
    file.path = known->folder + file.name;
    file.bytes = bytes;
    list.files.push_back(file);
  }
  const bool in_shards = known->files == kFineWebEdu;
  require<UsageError>(
      in_shards || !shards,
      "--shards",
      "{} does not come in shards; leave it out",
      name);
  const int64_t count = shards.value_or(1);
  require<UsageError>(
      count >= 1 && count <= std::ssize(list.files),
      "--shards",
      "must be from 1 to {}, but is {}",
      list.files.size(),
      count);
  if (in_shards) list.files.resize(static_cast<size_t>(count));
  check_list(list, "--base-url");
  return list;
}

FileList read_file_list(const fs::path& path, const std::string& base_url) {
  FileList list;
  read_fields(read_json(path), path.string() + ":", list);
  if (!base_url.empty()) list.base_url = base_url;
  check_list(list, path.string());
  return list;
}

} // namespace nanobrain
