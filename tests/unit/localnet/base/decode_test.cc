// YAML into structs: every complaint stands at the line and column it is about, and says what was expected.
#include "localnet/base/decode.h"

#include <gtest/gtest.h>

#include "tests/unit/support/fakes.h"

namespace rehearse {
namespace {

enum class Colour { red, green };
const Ordered<Colour>& names(Colour) {
  static const Ordered<Colour> all = {{"red", Colour::red}, {"green", Colour::green}};
  return all;
}

struct Wheel {
  std::string kind;
  std::int64_t spokes = 32;
};
template <class V>
void describe(V& v, Wheel& w) {
  v.required("kind", w.kind, "what it is made of");
  v.optional("spokes", w.spokes, "how many");
}

struct Bicycle {
  std::string name;
  Colour colour = Colour::red;
  Duration ride;
  bool bell = false;
  int gears = 1;
  std::uint8_t seats = 1;
  double weight = 0;
  std::optional<std::int64_t> lights;
  std::vector<Wheel> wheels;
  Ordered<int> order;
  std::map<std::string, std::string> labels;
};
template <class V>
void describe(V& v, Bicycle& b) {
  v.required("name", b.name, "what it is called");
  v.optional("colour", b.colour, "its paint");
  v.optional("ride", b.ride, "how long");
  v.optional("bell", b.bell, "whether it has one");
  v.optional("gears", b.gears, "how many");
  v.optional("seats", b.seats, "how many");
  v.optional("weight", b.weight, "in kg");
  v.optional("lights", b.lights, "how many");
  v.optional("wheels", b.wheels, "front to back");
  v.optional("order", b.order, "name -> place");
  v.optional("labels", b.labels, "name -> text");
}

Bicycle read(const std::string& text) { return decode<Bicycle>(YAML::Load(text), std::string("b.yaml")); }
std::string trouble(const std::string& text) {
  return made::trouble_of([&] { read(text); });
}

TEST(Decode, ReadsEveryKindOfField) {
  const auto b = read(R"(
name: old
colour: green
ride: 1.5s
bell: yes
gears: -3
seats: 255
weight: 12.5
lights: 2
wheels: [{kind: steel}, {kind: wood, spokes: 8}]
order: {z: 1, a: 2, m: 3}
labels: {one: "1", two: two words}
)");
  EXPECT_EQ(b.name, "old");
  EXPECT_EQ(b.colour, Colour::green);
  EXPECT_EQ(b.ride.value.count(), 1500);
  EXPECT_TRUE(b.bell);
  EXPECT_EQ(b.gears, -3);
  EXPECT_EQ(b.seats, 255);
  EXPECT_EQ(b.weight, 12.5);
  EXPECT_EQ(b.lights, 2);
  ASSERT_EQ(b.wheels.size(), 2u);
  EXPECT_EQ(b.wheels[0].spokes, 32);
  EXPECT_EQ(b.wheels[1].spokes, 8);
  EXPECT_EQ(b.order, (Ordered<int>{{"z", 1}, {"a", 2}, {"m", 3}})) << "in the order in which it is written";
  EXPECT_EQ(b.labels.at("two"), "two words");
}

TEST(Decode, LeavesWhatIsNotWrittenAsItIs) {
  const auto b = read("name: old");
  EXPECT_EQ(b.gears, 1);
  EXPECT_FALSE(b.lights);
}

TEST(Decode, SaysWhatAMissingKeyIsFor) {
  EXPECT_EQ(trouble("gears: 3"), "b.yaml:1:1: `name` is missing: what it is called");
  EXPECT_EQ(trouble("name: x\nwheels:\n  - kind: steel\n  - spokes: 8\n"),
            "b.yaml:4:5: wheels[1]: `kind` is missing: what it is made of");
}

TEST(Decode, SuggestsTheKeyThatWasMeant) {
  EXPECT_EQ(trouble("gears: 1\nnaem: x"),
            "b.yaml:2:1: `name` is missing: what it is called; is `naem` meant?");
  EXPECT_EQ(trouble("name: x\ngeers: 3"), "b.yaml:2:1: unknown key `geers`, did you mean `gears`?");
  EXPECT_EQ(trouble("name: x\nwheels: [{kind: steel, spoke: 8}]"),
            "b.yaml:2:24: wheels[0]: unknown key `spoke`, did you mean `spokes`?");
  EXPECT_EQ(trouble("name: x\nsaddle: leather"), "b.yaml:2:1: unknown key `saddle`");
}

TEST(Decode, RefusesAKeyThatStandsTwice) {
  EXPECT_EQ(trouble("name: x\ngears: 1\ngears: 2"), "b.yaml:3:1: `gears` stands twice");
  EXPECT_EQ(trouble("name: x\norder:\n  a: 1\n  a: 2"), "b.yaml:4:3: order: `a` stands twice");
}

TEST(Decode, SaysWhichTypeItExpects) {
  EXPECT_EQ(trouble("name: [x]"), "b.yaml:1:7: name: expected a string, found a list");
  EXPECT_EQ(trouble("name: {x: y}"), "b.yaml:1:7: name: expected a string, found a map");
  EXPECT_EQ(trouble("name: x\nbell: maybe"), "b.yaml:2:7: bell: expected true or false");
  EXPECT_EQ(trouble("name: x\ngears: many"), "b.yaml:2:8: gears: expected a whole number, found `many`");
  EXPECT_EQ(trouble("name: x\ngears: 2.5"), "b.yaml:2:8: gears: expected a whole number, found `2.5`");
  EXPECT_EQ(trouble("name: x\nlights: some"), "b.yaml:2:9: lights: expected a whole number, found `some`");
  EXPECT_EQ(trouble("name: x\nweight: 5kg"), "b.yaml:2:9: weight: expected a number, found `5kg`");
  EXPECT_EQ(trouble("name: x\nweight: nan"), "b.yaml:2:9: weight: expected a number, found `nan`");
  EXPECT_EQ(trouble("name: x\nwheels: steel"), "b.yaml:2:9: wheels: expected a list: front to back");
  EXPECT_EQ(trouble("name: x\nwheels: [steel]"), "b.yaml:2:10: wheels[0]: expected keys and values");
  EXPECT_EQ(trouble("name: x\norder: [a, b]"), "b.yaml:2:8: order: expected keys and values");
  EXPECT_EQ(trouble("name: x\nride: soon"),
            "b.yaml:2:7: ride: expected a duration such as 300ms, 5s, 2min, found `soon`");
  EXPECT_EQ(trouble("name: x\ncolour: blue"), "b.yaml:2:9: colour: expected one of red, green; found `blue`");
  EXPECT_EQ(trouble("- x"), "b.yaml:1:1: expected keys and values");
}

TEST(Decode, SaysWhereAValueIsMissing) {
  EXPECT_EQ(trouble("gears: 1\nname:\n"), "b.yaml:2:1: `name` has no value: what it is called");
  EXPECT_EQ(trouble("name: x\nwheels:\n  - kind:\n    spokes: 8"),
            "b.yaml:3:5: wheels[0]: `kind` has no value: what it is made of");
}

TEST(Decode, RefusesANumberThatDoesNotFit) {
  EXPECT_EQ(trouble("name: x\ngears: 3000000000"), "b.yaml:2:8: gears: `3000000000` is out of range");
  EXPECT_EQ(trouble("name: x\nseats: 256"), "b.yaml:2:8: seats: `256` is out of range");
  EXPECT_EQ(trouble("name: x\nseats: -1"), "b.yaml:2:8: seats: `-1` is out of range");
  EXPECT_EQ(trouble("name: x\ngears: 99999999999999999999"),
            "b.yaml:2:8: gears: expected a whole number, found `99999999999999999999`");
}

TEST(Decode, ReadsDurations) {
  const auto ms = [](const std::string& text) { return parse_duration(text).value().value.count(); };
  EXPECT_EQ(ms("300ms"), 300);
  EXPECT_EQ(ms("5s"), 5000);
  EXPECT_EQ(ms("0s"), 0);
  EXPECT_EQ(ms("2min"), 120'000);
  EXPECT_EQ(ms("2m"), 120'000);
  EXPECT_EQ(ms("1.5h"), 5'400'000);
  for (const char* bad : {"", "5", "s", "5 s", "-1s", "5sec", "5s ", "1e300h", "nans", "infs", "2days"})
    EXPECT_FALSE(parse_duration(bad)) << bad;
}

TEST(Decode, WritesDurationsAsTheyAreRead) {
  for (const char* text : {"0s", "300ms", "5s", "90s", "2min", "1h"})
    EXPECT_EQ(to_string(parse_duration(text).value()), text);
}

TEST(Decode, SaysWhatIsNotYaml) {
  made::TempFolder folder;
  const auto file = folder.write("b.yaml", "name: [x\ngears: 1\n");
  const auto said = made::trouble_of([&] { load_yaml(file); });
  EXPECT_EQ(said.find(file.string() + ":2:"), 0u) << said;
  EXPECT_NE(said.find("not YAML"), std::string::npos) << said;
  folder.write("b.yaml", "");
  EXPECT_EQ(made::trouble_of([&] { load_yaml(file); }), file.string() + ":1: expected keys and values");
}

TEST(Decode, SaysWhichFileCannotBeRead) {
  made::TempFolder folder;
  for (const auto& file : {folder.path(), folder / "none.yaml"})
    EXPECT_EQ(made::trouble_of([&] { load_yaml(file); }),
              file.string() + ": cannot be read; is the path right?");
}

TEST(Decode, FindsTheClosestWord) {
  EXPECT_EQ(closest("validator", {"validators", "vote"}), "validators");
  EXPECT_EQ(closest("vite", {"validators", "vote"}), "vote");
  EXPECT_EQ(closest("supper", {"validators", "vote"}), "");
  EXPECT_EQ(closest("vote", {}), "");
}

}  // namespace
}  // namespace rehearse
