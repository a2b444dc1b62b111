// The schemas that editors read: they say what the decoders say, and hold the project's own files for good.
#include <gtest/gtest.h>

#include "harness/spec/releases.h"
#include "harness/spec/scenario.h"
#include "harness/spec/schemas.h"
#include "harness/spec/suite.h"
#include "localnet/profile/extends.h"
#include "localnet/profile/profile.h"
#include "tests/unit/support/golden.h"
#include "tests/unit/support/schema_check.h"

namespace rehearse {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;


std::vector<fs::path> yaml_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  return files;
}

const Json scenario() { return to_json(load_yaml(made::kProject / "scenarios" / "chain-upgrade.yaml")); }
const Json profile() { return to_json(read_profile_document(made::kProject / "fixtures" / "profiles" / "virtengine.yaml", "").root); }

std::string scenario_problem(const Json& json) {
  static const made::SchemaCheck check("scenarios/scenario.schema.json");
  return check.problem_of(json);
}

std::string profile_problem(const Json& json) {
  static const made::SchemaCheck check("fixtures/profiles/profile.schema.json");
  return check.problem_of(json);
}

TEST(Schema, TheFilesInTheProjectAreWhatTheDecodersSay) {
  for (const auto& schema : published_schemas()) {
    const auto expected = text_of(schema), found = made::read_file(made::kProject / schema.file);
    EXPECT_EQ(expected, found) << schema.file << " differs at " << made::first_difference(found, expected)
                               << "\n  ./rehearse schema " << schema.kind << " > " << schema.file
                               << " writes it anew";
  }
}

TEST(Schema, HoldsTheProjectsOwnFilesForGood) {
  struct Kind {
    const char *schema, *folder;
    bool suites = false;
  };
  const Kind kinds[] = {{"scenarios/scenario.schema.json", "scenarios"},
                        {"scenarios/scenario.schema.json", "scenarios/twins"},
                        {"scenarios/scenario.schema.json", "scenarios/field"},
                        {"scenarios/suite.schema.json", "scenarios", true},
                        {"fixtures/profiles/profile.schema.json", "fixtures/profiles"},
                        {"fixtures/releases.schema.json", "fixtures"}};
  for (const auto& [schema, folder, suites] : kinds) {
    const made::SchemaCheck check(schema);
    auto files = yaml_files(made::kProject / folder);
    std::erase_if(files, [suites = suites](const fs::path& file) { return is_suite(file) != suites; });
    EXPECT_FALSE(files.empty()) << folder;
    for (const auto& file : files) {
      EXPECT_EQ(check.problem_of(to_json(load_yaml(file))), "") << file;
      const auto modeline =
          "# yaml-language-server: $schema=" + (made::kProject / schema).lexically_relative(file.parent_path()).string() + "\n";
      EXPECT_TRUE(made::read_file(file).starts_with(modeline)) << file << " does not begin with " << modeline;
    }
  }
}

TEST(Schema, RefusesWhatTheDecodersRefuse) {
  const auto with = [](Json json, const char* at, const Json& value) {
    json[Json::json_pointer(at)] = value;
    return json;
  };
  EXPECT_NE(scenario_problem(with(scenario(), "/netwrok", Json::object())), "");
  EXPECT_NE(scenario_problem(with(scenario(), "/network/validatros", Json::object())), "");
  EXPECT_NE(scenario_problem(with(scenario(), "/network/validators/validator-1", "many")), "");
  EXPECT_NE(scenario_problem(with(scenario(), "/network/validators/validator-1", 1.5)), "");
  EXPECT_NE(scenario_problem(with(scenario(), "/network/supervisor", "systemd")), "");
  EXPECT_NE(scenario_problem(with(scenario(), "/upgrade/voting_period", "2 seconds")), "");
  EXPECT_NE(scenario_problem(with(scenario(), "/upgrade/voting_period", 2)), "");
  EXPECT_NE(scenario_problem(with(scenario(), "/after", "state-invariants")), "");
  EXPECT_NE(profile_problem(with(profile(), "/chain/binery", "x")), "");
  EXPECT_NE(profile_problem(with(profile(), "/commands/version/answer", "stdin")), "");
  EXPECT_NE(profile_problem(with(profile(), "/questions/peers", Json::object())), "");
  EXPECT_NE(profile_problem(with(profile(), "/memory/most_growth", "twice")), "");
  EXPECT_NE(profile_problem(with(profile(), "/genesis/0/why", "x")), "");

  auto without = scenario();
  without.erase("upgrade");
  EXPECT_NE(scenario_problem(without), "");
}

TEST(Schema, TakesEveryFormADecoderTakes) {
  auto json = scenario();
  for (const char* duration : {"300ms", "2s", "1.5min", "2m", "1h"}) {
    ASSERT_TRUE(parse_duration(duration)) << duration;
    json["upgrade"]["voting_period"] = duration;
    EXPECT_EQ(scenario_problem(json), "") << duration;
  }
  auto chain = profile();
  for (const Json& value : {Json(1), Json("1"), Json(nullptr), Json::array({1, "a"}), Json::object()}) {
    chain["genesis"][0]["set"] = value;
    EXPECT_EQ(profile_problem(chain), "") << value;
  }
}

struct Inner {
  std::int64_t many = 3;
};
struct Sample {
  std::string name;
  std::optional<bool> flag;
  std::uint32_t natural = 0;
  Duration wait{std::chrono::seconds(90)};
  std::vector<Inner> list;
};
template <class V>
void describe(V& v, Inner& i) {
  v.optional("many", i.many, "how many");
}
template <class V>
void describe(V& v, Sample& s) {
  v.required("name", s.name, "its name");
  v.optional("flag", s.flag, "a flag");
  v.optional("natural", s.natural, "a number");
  v.optional("wait", s.wait, "a time");
  v.optional("list", s.list, "more");
}

TEST(Schema, SaysOfEachFieldWhatItIs) {
  const Json expected = Json::parse(R"({
    "$schema": "http://json-schema.org/draft-07/schema#", "title": "Sample",
    "type": "object", "additionalProperties": false, "required": ["name"],
    "properties": {
      "name": {"description": "its name", "type": "string"},
      "flag": {"description": "a flag", "type": "boolean"},
      "natural": {"description": "a number", "type": "integer", "minimum": 0, "default": 0},
      "wait": {"description": "a time", "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?(ms|s|min|m|h)$",
               "default": "90s"},
      "list": {"description": "more", "type": "array", "items": {
        "type": "object", "additionalProperties": false,
        "properties": {"many": {"description": "how many", "type": "integer", "default": 3}}}}}})");
  EXPECT_EQ(Json::parse(schema_of<Sample>("Sample").dump()), expected);
}

}  // namespace
}  // namespace rehearse
