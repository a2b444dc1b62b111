#include "tests/unit/support/made_descriptors.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/unknown_field_set.h>

namespace rehearse::made {

namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptorProto;

Field& add_field(pb::DescriptorProto& m, const char* name, int number, Field::Type type, bool list = false, const char* of = nullptr) {
  auto& f = *m.add_field();
  f.set_name(name), f.set_number(number), f.set_type(type);
  f.set_label(list ? Field::LABEL_REPEATED : Field::LABEL_OPTIONAL);
  if (of) f.set_type_name(of);
  return f;
}

// google.api.http with that verb's field.
void add_method(pb::ServiceDescriptorProto& s, const char* name, const char* in, const char* out, int verb = 0, const char* path = "") {
  auto& m = *s.add_method();
  m.set_name(name), m.set_input_type(in), m.set_output_type(out);
  if (!verb) return;
  pb::UnknownFieldSet rule;
  rule.AddLengthDelimited(verb, path);
  auto& options = *m.mutable_options();
  options.GetReflection()->MutableUnknownFields(&options)->AddLengthDelimited(72295728)->clear();
  rule.SerializeToString(options.GetReflection()->MutableUnknownFields(&options)->mutable_field(0)->mutable_length_delimited());
}

pb::FileDescriptorProto& add_file(pb::FileDescriptorSet& set, const char* name, const char* package) {
  auto& file = *set.add_file();
  file.set_name(name), file.set_package(package), file.set_syntax("proto3");
  return file;
}

}  // namespace

std::string file_descriptors() {
  constexpr int kGet = 2, kPost = 4;
  pb::FileDescriptorSet set;
  auto& bank = add_file(set, "made/bank.proto", "made.bank.v1beta1");  // before what it imports
  bank.add_dependency("google/protobuf/duration.proto");
  auto& params = *bank.add_message_type();
  params.set_name("Params");
  add_field(params, "send_enabled", 1, Field::TYPE_BOOL);
  auto& fee = add_field(params, "fee", 2, Field::TYPE_STRING);
  fee.mutable_options()->GetReflection()->MutableUnknownFields(fee.mutable_options())->AddLengthDelimited(93002, "cosmos.Dec");
  add_field(params, "period", 3, Field::TYPE_MESSAGE, false, ".google.protobuf.Duration");
  add_field(params, "limits", 4, Field::TYPE_MESSAGE, false, ".made.bank.v1beta1.Limits");
  add_field(params, "denoms", 5, Field::TYPE_STRING, true);
  auto& limits = *bank.add_message_type();
  limits.set_name("Limits");
  add_field(limits, "max", 1, Field::TYPE_UINT64);
  add_field(limits, "least", 2, Field::TYPE_INT64);
  auto& answer = *bank.add_message_type();
  answer.set_name("ParamsResponse");
  add_field(answer, "params", 1, Field::TYPE_MESSAGE, false, ".made.bank.v1beta1.Params");
  bank.add_message_type()->set_name("Request");
  auto& query = *bank.add_service();
  query.set_name("Query");
  add_method(query, "Params", ".made.bank.v1beta1.Request", ".made.bank.v1beta1.ParamsResponse", kGet, "/made/bank/v1beta1/params");
  add_method(query, "Balance", ".made.bank.v1beta1.Request", ".made.bank.v1beta1.Request", kGet, "/made/bank/v1beta1/balances/{address}");
  add_method(query, "Broadcast", ".made.bank.v1beta1.Request", ".made.bank.v1beta1.Request", kPost, "/made/bank/v1beta1/broadcast");
  auto& msg = *bank.add_service();
  msg.set_name("Msg");
  add_method(msg, "Send", ".made.bank.v1beta1.Request", ".made.bank.v1beta1.Request");

  auto& duration = add_file(set, "google/protobuf/duration.proto", "google.protobuf");
  auto& span = *duration.add_message_type();
  span.set_name("Duration");
  add_field(span, "seconds", 1, Field::TYPE_INT64);
  add_field(span, "nanos", 2, Field::TYPE_INT32);

  auto& client = add_file(set, "ibc/client.proto", "ibc.core.client.v1");
  client.add_dependency("gogoproto/missing.proto");
  auto& clients = *client.add_message_type();
  clients.set_name("ClientParams");
  add_field(clients, "allowed", 1, Field::TYPE_STRING, true);
  auto& service = *client.add_service();
  service.set_name("Query");
  add_method(service, "ClientParams", ".ibc.core.client.v1.ClientParams", ".ibc.core.client.v1.ClientParams");
  return set.SerializeAsString();
}

std::string bank_params() {
  const auto varint = [](pb::UnknownFieldSet& m, int number, std::uint64_t value) { m.AddVarint(number, value); };
  pb::UnknownFieldSet period, limits, params, answer;
  varint(period, 1, 90), varint(period, 2, 500'000'000);
  varint(limits, 1, 7);
  varint(params, 1, 1);
  params.AddLengthDelimited(2, "50000000000000000");
  std::string bytes;
  period.SerializeToString(&bytes), params.AddLengthDelimited(3, bytes);
  limits.SerializeToString(&bytes), params.AddLengthDelimited(4, bytes);
  params.AddLengthDelimited(5, "a"), params.AddLengthDelimited(5, "b");
  params.SerializeToString(&bytes), answer.AddLengthDelimited(1, bytes);
  answer.SerializeToString(&bytes);
  return bytes;
}

}  // namespace rehearse::made
