// The rooms in the order of ARCHITECTURE.md's table, held against the sources' includes and against CMakeLists.txt.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/unit/support/fakes.h"
#include "tests/unit/support/golden.h"

namespace rehearse {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using Rooms = std::vector<std::string>;

Rooms rooms_of(const std::string& page) {
  Rooms rooms;
  std::istringstream lines(page.substr(page.find("\n| Room |") + 1));
  for (std::string line; std::getline(lines, line) && line.starts_with("|");)
    if (line.starts_with("| `")) rooms.push_back(line.substr(3, line.find('`', 3) - 3));
  return rooms;
}

Rooms rooms() { return rooms_of(made::read_file(made::kProject / "ARCHITECTURE.md")); }

// Of the folder of which this is a file; the end of `rooms` for a file in none.
Rooms::const_iterator room_of(const std::string& file, const Rooms& rooms) {
  return std::ranges::find_if(rooms, [&](const auto& room) { return file.starts_with(room + "/"); });
}

// "" when a file of the one room may include the other; otherwise why not.
std::string why_not(const std::string& file, const std::string& included, const Rooms& rooms) {
  const auto here = room_of(file, rooms), there = room_of(included, rooms);
  if (there == rooms.end()) return "which is in no room";
  if (there > here) return *there + " is a later room than " + *here;
  if (*here == "reports" && there != here && *there != "harness/record" && *there != "harness/history")
    return "reports knows harness/record and harness/history only";
  return "";
}

// "file:line: ..." of each include that the order forbids, and "file: ..." of each source in no room.
std::vector<std::string> complaints(const fs::path& project, const Rooms& rooms) {
  std::vector<std::string> all;
  for (const char* top : {"localnet", "harness", "reports"})
    for (const auto& entry : fs::recursive_directory_iterator(project / top)) {
      if (entry.path().extension() != ".cc" && entry.path().extension() != ".h") continue;
      const auto file = entry.path().lexically_relative(project).string();
      if (room_of(file, rooms) == rooms.end()) {
        all.push_back(file + ": in no room of ARCHITECTURE.md");
        continue;
      }
      std::ifstream lines(entry.path());
      int number = 0;
      constexpr std::string_view kInclude = "#include \"";
      for (std::string line; std::getline(lines, line);) {
        ++number;
        if (!line.starts_with(kInclude)) continue;
        const auto included = line.substr(kInclude.size(), line.rfind('"') - kInclude.size());
        if (const auto why = why_not(file, included, rooms); !why.empty())
          all.push_back(file + ":" + std::to_string(number) + ": includes " + included + ", " + why);
      }
    }
  std::ranges::sort(all);
  return all;
}

TEST(Architecture, NoSourceIncludesALaterRoom) { EXPECT_THAT(complaints(made::kProject, rooms()), IsEmpty()); }

TEST(Architecture, OfARoomIsAFolder) {
  for (const auto& room : rooms()) EXPECT_TRUE(fs::is_directory(made::kProject / room)) << room;
}

// harness/cli is the program; what is no target is not code that is linked.
TEST(Architecture, IsTheOrderOfTargets) {
  Rooms targets, expected;
  std::istringstream lines(made::read_file(made::kProject / "CMakeLists.txt"));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("add_room(")) targets.push_back(line.substr(9, line.find_first_of(" )") - 9));
  for (const auto& room : rooms())
    if (room != "harness/cli" && (room.starts_with("localnet/") || room.starts_with("harness/") || room == "reports"))
      expected.push_back(room);
  EXPECT_EQ(targets, expected);
}

TEST(Architecture, NamesFileAndLineOfWhatItForbids) {
  const made::TempFolder project;
  project.write("localnet/base/text.h", "// Text.\n\n#include \"localnet/http/http.h\"\n");
  project.write("localnet/http/http.h", "#include \"localnet/base/text.h\"\n");
  project.write("localnet/loose.cc", "");
  project.write("harness/record/event.h", "#include \"event_kinds.h\"\n");
  project.write("reports/html.cc", "#include \"harness/record/event.h\"\n#include \"localnet/base/text.h\"\n");
  const auto order = rooms_of("# Made\n\n| Room | What |\n|---|---|\n| `localnet/base` | a |\n| `localnet/http` | b |\n"
                              "| `harness/record` | c |\n| `reports` | d |\n\n| `not/a/room` |\n");
  EXPECT_THAT(complaints(project.path(), order),
              ElementsAre("harness/record/event.h:1: includes event_kinds.h, which is in no room",
                          "localnet/base/text.h:3: includes localnet/http/http.h, localnet/http is a later room than localnet/base",
                          "localnet/loose.cc: in no room of ARCHITECTURE.md",
                          "reports/html.cc:2: includes localnet/base/text.h, reports knows harness/record and harness/history only"));
}

}  // namespace
}  // namespace rehearse
