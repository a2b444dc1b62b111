// Writes the inputs that fuzzing starts from: `make_corpus FOLDER` makes a folder in it for each target, from
// the project's own files and from a journal made for the tests.
#include <archive.h>
#include <archive_entry.h>

#include <fstream>

#include "harness/view/journal.h"
#include "tests/unit/support/made_journal.h"

namespace fs = std::filesystem;
using namespace rehearse;

namespace {

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

void copy_yaml(const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  for (const auto& entry : fs::directory_iterator(from))
    if (entry.path().extension() == ".yaml")
      fs::copy_file(entry.path(), to / entry.path().filename(), fs::copy_options::overwrite_existing);
}

void write_journal(const fs::path& file, const std::vector<record::Event>& events) {
  fs::create_directories(file.parent_path());
  fs::remove(file);
  Journal journal(file);
  for (const auto& event : events) journal.append(event);
}

// Not the whole upgrade: of small inputs thousands are tried in a second.
void write_journals(const fs::path& folder) {
  std::map<std::string, record::Event> first;
  std::vector<record::Event> one_of_each;
  for (const auto& e : made::healthy().events())
    if (first.emplace(record::kind_of(e.body), e).second) one_of_each.push_back(e);
  write_journal(folder / "one-of-each", one_of_each);
  for (const auto& [kind, event] : first)
    write_journal(folder / kind, {first.at("run-started"), first.at("network-planned"), event});
}

void write_answers(const fs::path& folder) {
  const std::string status =
      R"({"sync_info":{"latest_block_height":"20","latest_block_hash":"AB","catching_up":false}})";
  const std::string info =
      R"({"response":{"version":"v1","last_block_height":"19","last_block_app_hash":"q80="}})";
  write(folder / "head", "[{\"result\":" + status + "},{\"result\":" + info + "}]");
  write(
      folder / "commit",
      R"({"result":{"signed_header":{"header":{"height":"7","app_hash":"AB","time":"2027-01-15T08:00:00.25Z",)"
      R"("proposer_address":"CD"},"commit":{"round":0,"block_id":{"hash":"EF"},"signatures":)"
      R"([{"validator_address":"CD","block_id_flag":2}]}}}})");
  int number = 0;
  std::set<std::string> written;
  for (const auto& e : made::healthy().events())
    if (const auto* a = std::get_if<record::Answered>(&e.body); a && written.insert(a->question).second)
      write(folder / ("answer-" + std::to_string(++number)), a->value.dump());
}

void write_lines(const fs::path& folder) {
  int number = 0;
  for (const char* line :
       {"3:04AM ERR UPGRADE \"v2.0.0\" NEEDED at height: 20: {} module=x/upgrade",
        "\x1b[90m3:04AM\x1b[0m \x1b[32mINF\x1b[0m applying upgrade \"v2.0.0\" at height: 20 module=server",
        "ABCI Replay Blocks appHeight=19 module=consensus stateHeight=19 storeHeight=20",
        "{\"level\":\"error\",\"module\":\"consensus\",\"message\":\"CONSENSUS FAILURE!!!\"}",
        "panic: version of store \"group\" mismatch root store's version; expected 0 got 20"})
    write(folder / ("line-" + std::to_string(++number)), line);
}

// One input for each line of a node's log.
void write_lines_of(const fs::path& file, const fs::path& folder) {
  std::ifstream in(file);
  int number = 0;
  for (std::string line; std::getline(in, line);) write(folder / (file.stem().string() + "-" + std::to_string(++number)), line);
}

// A leaf, an inner node of two new children and one of an old one, an old leaf, a commit of one store.
void write_nodes(const fs::path& folder) {
  const std::string hash(32, 'h');
  using namespace std::string_literals;
  write(folder / "leaf", "\0\2\3key\2""10"s);
  write(folder / "inner", "\2\4\1m\x20"s + hash + "\0\x28\x10\6\xd8\4"s);
  write(folder / "inner-of-old", "\2\4\1m\x20"s + hash + "\2\x20"s + hash + "\x28\x10"s);
  write(folder / "old-leaf", "\0\2\x12\1k\1v"s);
  write(folder / "old-inner", "\2\4\x12\1k\x20"s + hash + "\x20"s + hash);
  write(folder / "commit", "\x08\2\x12\x0d\n\3""acc\x12\6\x08\2\x12\2hh"s);
}

void write_archive(const fs::path& file, bool zip, bool gzip, const char* member) {
  fs::create_directories(file.parent_path());
  auto* out = archive_write_new();
  zip ? archive_write_set_format_zip(out) : archive_write_set_format_ustar(out);
  if (gzip) archive_write_add_filter_gzip(out);
  archive_write_open_filename(out, file.c_str());
  const std::string content =
      "\x7f"
      "ELF";
  auto* entry = archive_entry_new();
  archive_entry_set_pathname(entry, member);
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0755);
  archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
  archive_write_header(out, entry);
  archive_write_data(out, content.data(), content.size());
  archive_entry_free(entry);
  archive_write_free(out);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const fs::path folder = argv[1], project = REHEARSE_SOURCE_DIR;
  copy_yaml(project / "scenarios", folder / "scenario");
  copy_yaml(project / "fixtures" / "profiles", folder / "profile");
  write_journals(folder / "journal");
  write_answers(folder / "answer");
  write_lines(folder / "log");
  const auto logs = project / "tests/unit/localnet/cosmos/logs";
  write_lines(folder / "log_entry");
  for (const char* file : {"node.json", "node-console.txt"}) write_lines_of(logs / file, folder / "log_entry");
  fs::create_directories(folder / "go_panic");
  for (const char* file : {"panic-init-chain.txt", "quit.txt"})
    fs::copy_file(logs / file, folder / "go_panic" / file, fs::copy_options::overwrite_existing);
  write_nodes(folder / "iavl");
  write_archive(folder / "archive" / "a.tar", false, false, "virtengine");
  write_archive(folder / "archive" / "a.tar.gz", false, true, "bin/virtengine");
  write_archive(folder / "archive" / "a.zip", true, false, "virtengine");
}
