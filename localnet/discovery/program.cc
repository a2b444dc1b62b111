#include "localnet/discovery/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "localnet/base/error.h"
#include "localnet/process/guard.h"

namespace rehearse {

Program::Program(std::filesystem::path binary, std::filesystem::path scratch) : binary_(std::move(binary)), scratch_(std::move(scratch)) {
  std::filesystem::create_directories(scratch_ / "home");
  set_environment({});
}

void Program::set_environment(const std::map<std::string, std::string>& variables) {
  // Any command makes a home where there is none.
  std::map<std::string, std::string> all = {{"HOME", (scratch_ / "home").string()}, {"PATH", "/usr/local/bin:/usr/bin:/bin"},
                                            {"TMPDIR", scratch_.string()}, {kRunVariable, scratch_.filename().string()}};
  for (const auto& [name, value] : variables) all[name] = value;
  cli_ = std::make_unique<ChainCli>(loop_, no_help_, scratch_ / fmt::format("asked-{}-{}", binary_.filename().string(), ++environments_), all);
}

std::vector<CliAnswer> Program::ask(const std::vector<Words>& all) {
  const std::size_t most = std::max(1u, std::thread::hardware_concurrency());
  std::vector<CliAnswer> answers(all.size());
  std::size_t begun = 0, open = 0;
  while (begun < all.size() || open) {
    for (; begun < all.size() && open < most; ++begun, ++open)
      cli_->run(binary_, all[begun], Stream::out, [&answers, &open, i = begun](CliAnswer a) {
        answers[i] = std::move(a);
        --open;
      });
    loop_.run_one(std::chrono::milliseconds(50));
  }
  for (const auto& a : answers)
    if (a.killed_after.count()) throw Error(Blame::release, a.trouble(), Trouble::does_not_run);
  return answers;
}

std::map<Program::Words, HelpPage> Program::pages_of(const std::vector<Words>& commands) {
  auto asked = commands;
  for (auto& words : asked) words.emplace_back("--help");
  const auto answers = ask(asked);
  std::map<Words, HelpPage> pages;
  for (std::size_t i = 0; i < commands.size(); ++i)
    if (const auto page = page_in(answers[i]); page && page->is_of(commands[i])) pages.emplace(commands[i], *page);
  return pages;
}

std::string Program::version() {
  const auto answer = ask(Words{"version"});
  return answer.trouble().empty() ? version_in(answer) : "";
}

std::optional<HelpPage> page_in(const CliAnswer& a) { return read_help_page(a.out + a.err); }

}  // namespace rehearse
