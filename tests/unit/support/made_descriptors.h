// What the reflection service of a made-up chain answers: a module with parameters, one that serves other things.
#pragma once

#include <string>

namespace rehearse::made {

// made.bank.v1beta1.Query: Params (REST /made/bank/v1beta1/params), Balance (REST with an argument), Broadcast (POST);
// made.bank.v1beta1.Msg: Send; ibc.core.client.v1.Query/ClientParams without REST, whose file imports one that is missing.
std::string file_descriptors();

// The answer of that Params: send_enabled true, fee 0.05 (scaled), period 90.5 s, max 7 and 2 denoms.
std::string bank_params();

}  // namespace rehearse::made
