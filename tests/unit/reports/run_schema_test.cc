// reports/run.schema.json against what the record writes.
#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/support/made_record.h"
#include "tests/unit/support/schema_check.h"

namespace rehearse {
namespace {

using record::Json;

std::string problem_of(const Json& json) {
  static const made::SchemaCheck schema("reports/run.schema.json");
  return schema.problem_of(json);
}

// valijson reads integers as signed: a seed of more than 63 bits looks negative to it.
Json written(record::RunRecord run) {
  run.seed = 42;
  return record::to_json(run);
}

TEST(RunSchema, AcceptsWhatTheRecordWrites) {
  EXPECT_EQ(problem_of(written(made::passed())), "");
  EXPECT_EQ(problem_of(written(made::failed())), "");
  EXPECT_EQ(problem_of(written(made::hostile_record())), "");
  for (const char* verdict : {"inconclusive", "error", "cancelled"}) {
    auto run = made::bare();
    run.verdict = verdict;
    run.from.reset();
    run.to.reset();
    EXPECT_EQ(problem_of(written(run)), "") << verdict;
  }
  auto skipped = made::bare();
  skipped.verdict = "skipped";
  skipped.skipped = "made has no patch release";
  EXPECT_EQ(problem_of(written(skipped)), "");
  auto forked = made::bare();
  forked.verdict = "pass";
  forked.forked_from = record::ForkedFrom{"0123456789abcdef", "another", "waiting", 17, 5.2};
  EXPECT_EQ(problem_of(written(forked)), "");
  EXPECT_EQ(record::run_record_from_json(record::to_json(forked)).forked_from->height, 17);
}

// Each object of a full record, by the path to it.
const std::vector<const char*> kObjects = {
    "",          "/expected",      "/diagnosis",     "/timing",      "/timing/parts/0", "/timeline/0",     "/checks/0",
    "/releases", "/releases/from", "/releases/to", "/network/0",      "/known_defects/0",
    "/state",    "/state/at_upgrade/0", "/state/at_upgrade/0/prefixes/0", "/state/invariants/0", "/state/writes"};

TEST(RunSchema, EveryFieldIsRequiredAndTypedAndNoOtherAllowed) {
  const Json full = written(made::failed());
  for (const char* path : kObjects) {
    const Json::json_pointer object(path);
    Json changed = full;
    changed[object]["surprise"] = 1;
    EXPECT_NE(problem_of(changed), "") << path << " takes an unknown key";
    for (const auto& [key, value] : full[object].items()) {
      changed = full;
      changed[object].erase(key);
      EXPECT_NE(problem_of(changed), "") << path << "/" << key << " may be missing";
      changed = full;
      changed[object][key] = value.is_array() ? Json("text") : Json::array({1});
      EXPECT_NE(problem_of(changed), "") << path << "/" << key << " may be of another type";
    }
  }
}

TEST(RunSchema, ClosedSetsAreClosed) {
  const auto with = [](const std::function<void(Json&)>& change) {
    Json json = written(made::failed());
    change(json);
    return problem_of(json);
  };
  EXPECT_NE(with([](Json& j) { j["verdict"] = "passed"; }), "");
  EXPECT_NE(with([](Json& j) { j["checks"][0]["outcome"] = "ok"; }), "");
  EXPECT_NE(with([](Json& j) { j["schema"] = record::kSchemaVersion + 1; }), "");
  EXPECT_NE(with([](Json& j) { j["seed"] = -1; }), "");
  EXPECT_NE(with([](Json& j) { j["seed"] = 1.5; }), "");
  EXPECT_NE(with([](Json& j) { j["checks"][0]["evidence"] = {1}; }), "");
  EXPECT_EQ(with([](Json& j) { j["diagnosis"] = nullptr; }), "");
}

}  // namespace
}  // namespace rehearse
