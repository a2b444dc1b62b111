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
  write_archive(folder / "archive" / "a.tar", false, false, "virtengine");
  write_archive(folder / "archive" / "a.tar.gz", false, true, "bin/virtengine");
  write_archive(folder / "archive" / "a.zip", true, false, "virtengine");
}
