#include "harness/procedures/multisig.h"

#include <fmt/format.h>

#include "harness/procedures/afterwards.h"
#include "harness/procedures/governance.h"
#include "harness/procedures/transaction_batch.h"
#include "harness/procedures/transaction_maker.h"
#include "harness/view/step_ids.h"
#include "localnet/base/text.h"

namespace rehearse {

using record::Json;

namespace {

namespace fs = std::filesystem;

constexpr const char* kSeveralKeys = "several-keys";  // in the operator's keyring
constexpr const char* kCoinsOfSeveral = "100000000";  // that it begins with
constexpr const char* kPaidBySeveral = "1";

fs::path file_of(Rehearsal& r, const std::string& name) { return r.folder() / "operator" / (name + ".json"); }

// What the chain's programs print, side by side, each in a file: the next one reads it.
std::vector<fs::path> written(Rehearsal& r, const std::vector<std::pair<std::string, NodeCommand>>& commands) {
  std::vector<NodeCommand> all;
  for (const auto& [name, command] : commands) all.push_back(command);
  const auto answers = r.run_commands(all);
  std::vector<fs::path> files;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (!answers[i].trouble().empty()) throw StepFailed(answers[i].trouble(), Cause::transaction_failed);
    if (!answers[i].json) throw StepFailed("`" + answers[i].command + "`: prints no JSON", Cause::transaction_failed);
    files.push_back(file_of(r, commands[i].first));
    write_file(files.back(), answers[i].json->dump() + "\n");
  }
  return files;
}

NodeCommand payment(Rehearsal& r, const std::string& from, const std::string& to, const char* amount) {
  const auto& node = first_in_reach(r);
  return {node, r.command("pay", node, {{"account", from}, {"address", to}, {"amount", amount}})};
}

std::string address_of(const fs::path& key) { return Json::parse(read_file(key)).value("address", ""); }

// Its height.
std::int64_t pay(Rehearsal& r, const std::string& address) {
  const auto& node = first_in_reach(r);
  auto unsigned_one = signed_by_each(r, {payment(r, address, new_address(r), kPaidBySeveral)}).front();
  unsigned_one.arguments.push_back("--generate-only");
  const auto file = written(r, {{"unsigned-by-several", unsigned_one}}).front().string();
  std::vector<std::pair<std::string, NodeCommand>> signing;
  for (const auto* n : r.view().validators()) {
    if (signing.size() == 2) break;
    const auto& signer = n->member.name;
    signing.push_back({"signed-by-" + signer, {node, r.command("sign-for", node, {{"file", file}, {"multisig", address}, {"key", signer}})}});
  }
  const auto signatures = written(r, signing);
  const Values values = {{"file", file}, {"multisig", kSeveralKeys}, {"signature", signatures[0].string()}, {"other_signature", signatures[1].string()}};
  const auto whole = written(r, {{"signed-by-several", {node, r.command("multisign", node, values)}}}).front();
  return send_transactions(r, {{node, r.command("broadcast", node, {{"file", whole.string()}})}}).front().height;
}

std::string open_account(Rehearsal& r) {
  const auto validators = r.view().validators();
  if (validators.size() < 2) throw StepSkipped("needs two validators");
  const auto& node = first_in_reach(r);
  const auto keys = fmt::format("{},{}", validators[0]->member.name, validators[1]->member.name);
  const auto key = written(r, {{kSeveralKeys, {node, r.command("add-multisig", node, {{"multisig", kSeveralKeys}, {"keys", keys}})}}}).front();
  const auto address = address_of(key);
  send_transactions(r, {payment(r, r.view().nodes.at(node).member.account, address, kCoinsOfSeveral)});
  return fmt::format("{} has paid in block {}", address, pay(r, address));
}

}  // namespace

void open_multisig(Rehearsal& r) {
  r.step(step_id::multisig_before, "A payment of an account of two keys", "", [&] {
    try {
      return open_account(r);
    } catch (const TimedOut&) {
      throw;
    } catch (const StepFailed& e) {
      throw StepSkipped(fmt::format("{} does not take it: {}", r.from().printed_version, e.what()));
    }
  });
}

std::string pay_by_multisig(Rehearsal& r) {
  if (const auto why = skipped_before(r.view(), step_id::multisig_before); !why.empty()) throw StepSkipped(why);
  const auto key = file_of(r, kSeveralKeys);
  if (!fs::exists(key)) throw StepSkipped("needs the account from before the upgrade");
  const auto address = address_of(key);
  return fmt::format("{} has paid in block {}, as before the upgrade", address, pay(r, address));
}

}  // namespace rehearse
