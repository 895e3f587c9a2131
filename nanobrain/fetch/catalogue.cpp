#include "nanobrain/fetch/catalogue.h"

#include <algorithm>
#include <array>
#include <span>

#include "nanobrain/base/error.h"
#include "nanobrain/base/nearest.h"

namespace nanobrain {

namespace {

constexpr char kHuggingFace[] = "https://huggingface.co";

struct KnownFile {
  const char* name;
  int64_t bytes;
  const char* sha256;
};

struct KnownList {
  const char* name;
  const char* folder; // after the base URL; names a revision, not a branch
  std::span<const KnownFile> files;
  bool in_shards;
};

constexpr std::array<KnownFile, 6> kGpt2 = {{
    {"config.json",
     665,
     "0daed7749b4f02b8f76240d5444551d7b08712dab4d0adb8239c56ba823bb7b4"},
    {"model.safetensors",
     548'105'171,
     "248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707"},
    {"vocab.json",
     1'042'301,
     "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783"},
    {"merges.txt",
     456'318,
     "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5"},
    {"tokenizer.json",
     1'355'256,
     "8414cab924d8b9b33013f0d221c5862f365ee9be39c5c2bfae8a5a9e970478a6"},
    {"tokenizer_config.json",
     26,
     "5e04eb606e3a1583530a42e36c2a6b6615c86f34fe77e44d9ddeb43ff940931f"},
}};

constexpr std::array<KnownFile, 14> kFineWebEdu = {{
    {"000_00000.parquet",
     2'152'819'114,
     "b1ba7b2ce4cb5ea6ef42dca40263eabb85f37700d01693a68e9b30a31d78e871"},
    {"001_00000.parquet",
     2'152'222'432,
     "3fcf2dc69cd52503986276d3d2d26a8c356d0f2ea28a0de4fdbda8cf87755693"},
    {"002_00000.parquet",
     2'151'796'315,
     "547ae182d132c9f06b6ce63149567208ea9f57630bfd9b1a2938e504f0c9ebd7"},
    {"003_00000.parquet",
     2'152'437'524,
     "22184e6eb25759ddd97783751ffc73e1705dfa2542e630dae1f2a8bac8ee6ddb"},
    {"004_00000.parquet",
     2'152'338'550,
     "33557ddd87a07a4ae6fcaf7a4789c7b484e5cc0c273ca12a65b74200e6d8748b"},
    {"005_00000.parquet",
     2'152'189'947,
     "e08d79927ecb377786572cd854817c748ceb8880878b1a0eb91abf8c85d505ea"},
    {"006_00000.parquet",
     2'152'689'867,
     "554fa2613c9261d6c9c396caab881de3160175794c6c3e1856bf28a0e9cb9b76"},
    {"007_00000.parquet",
     2'150'686'637,
     "4b7d1f697d4afff7f5f65cb7aa4d83acc6db716da4d46ea23399d0c50608c6e3"},
    {"008_00000.parquet",
     2'151'274'846,
     "a6d9dcc0c72ecd7c7f0173c2d06b3a4249a2ccaa94961469d1a522ca689bbf1a"},
    {"009_00000.parquet",
     2'151'913'277,
     "f836cd3c70b95776699eb6c356b2dbf702816e25dcf39992f5c80a29029d23c3"},
    {"010_00000.parquet",
     2'152'798'864,
     "e5a2eae25f057f0856a10bfae314c6ca8ea8bb08456d2131e9e89b2b8305e2f6"},
    {"011_00000.parquet",
     2'152'323'681,
     "db71cf0425bb3d1813a09f12ff1acd6dabdfb91a2e4f141960254ee5a7f036e7"},
    {"012_00000.parquet",
     2'152'069'689,
     "08b47a3e1c25161f796d2f8dbf99ccf60affdebdcea4910833d0d5783315551f"},
    {"013_00000.parquet",
     540'632'672,
     "b393f51fefab26cd6f4c8f65707c1924f6666c4961a0ebebe04bb57f7ec832de"},
}};

const std::array<KnownList, 2> kLists = {{
    {"fineweb-edu",
     "datasets/HuggingFaceFW/fineweb-edu/resolve/"
     "87f09149ef4734204d70ed1d046ddc9ca3f2b8f9/sample/10BT/",
     kFineWebEdu,
     true},
    {"gpt2",
     "openai-community/gpt2/resolve/"
     "607a30d783dfa663caf39e06633721c8d4cfcd7e/",
     kGpt2,
     false},
}};

const KnownList& find_list(const std::string& name) {
  const auto it = std::ranges::find(kLists, name, &KnownList::name);
  if (it != kLists.end()) return *it;
  std::vector<std::string> known;
  for (const KnownList& list : kLists) known.emplace_back(list.name);
  fail<UsageError>(
      "fetch", "knows no \"{}\"{}", name, suggest_name(name, known));
}

} // namespace

FileList known_file_list(
    const std::string& name,
    std::optional<int64_t> shards,
    const std::string& base_url) {
  const KnownList& known = find_list(name);
  std::span<const KnownFile> files = known.files;
  if (known.in_shards) {
    const int64_t count = shards.value_or(1);
    require<UsageError>(
        count >= 1 && count <= std::ssize(files),
        "--shards",
        "must be from 1 to {}, but is {}",
        files.size(),
        count);
    files = files.first(static_cast<size_t>(count));
  } else {
    require<UsageError>(
        !shards, "--shards", "{} does not come in shards; leave it out", name);
  }
  FileList list{base_url.empty() ? kHuggingFace : base_url, {}};
  for (const KnownFile& file : files) {
    list.files.push_back(
        {file.name,
         std::string(known.folder) + file.name,
         file.bytes,
         file.sha256});
  }
  check_file_list(list, "--base-url");
  return list;
}

} // namespace nanobrain
