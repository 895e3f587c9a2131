// nanobrain fetch: downloads models and text, checked and resumable.
#include <memory>
#include <optional>

#include "nanobrain/base/error.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/fetch/fetch.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/programs/table_output.h"

namespace nanobrain {

namespace {

struct FetchFlags {
  std::string what;
  std::filesystem::path list;
  std::string base_url;
  std::optional<int64_t> shards;
  FetchOptions options;
  bool quiet = false;
};

FileList chosen_list(const FetchFlags& flags) {
  require<UsageError>(
      flags.what.empty() != flags.list.empty(),
      "fetch",
      "needs one of fineweb-edu, gpt2 and --list FILE.json");
  require<UsageError>(
      !flags.shards || flags.what == "fineweb-edu",
      "--shards",
      "goes with fineweb-edu; leave it out");
  return flags.what.empty()
             ? read_file_list(flags.list, flags.base_url)
             : known_file_list(flags.what, flags.shards, flags.base_url);
}

} // namespace

void add_fetch(CLI::App& program) {
  CLI::App* sub = program.add_subcommand(
      "fetch", "download FineWeb-EDU or GPT-2, checked and resumable");
  auto flags = std::make_shared<FetchFlags>();
  const TableOutput output(*sub, /*own_output=*/true);
  const AddFlag flag(*sub);
  flag("what", flags->what, "fineweb-edu or gpt2");
  flag("--output", flags->options.output, "folder")->required();
  flag(
      "--shards",
      flags->shards,
      "number of shards of fineweb-edu, from the first: 1 to 14 [1]");
  flag("--base-url", flags->base_url, "a mirror of https://huggingface.co");
  flag(
      "--list",
      flags->list,
      "other files instead: JSON {\"base_url\", \"files\": [{\"name\", "
      "\"path\", \"bytes\", \"sha256\"}]}");
  flag("--quiet", flags->quiet, "no progress on stderr");
  sub->footer(
      "Run it again to resume after a stop. Proxies: https_proxy, no_proxy; "
      "certificates of your own: CURL_CA_BUNDLE.");
  sub->callback([flags, output] {
    if (flags->quiet) set_progress_enabled(false);
    output.check(
        {{"--list", {flags->list}}, {"--output", {flags->options.output}}});
    flags->options.force = output.force();
    const Json result = fetch(chosen_list(*flags), flags->options);
    output.write({fetch_table(result)}, result);
  });
}

} // namespace nanobrain
