// nlohmann's JSON, included from here everywhere: integers are checked when they are read. What has a fraction, does not fit or
// is no number throws a std::exception; as the library comes, 8e28 read as 64 bits is undefined behaviour, and 300 read as 8
// bits is 44.
#pragma once

#include <cmath>
#include <concepts>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace rehearse {

template <class T>
concept CheckedInteger = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

}  // namespace rehearse

namespace nlohmann {

template <rehearse::CheckedInteger T>
struct adl_serializer<T, void> {
  template <class J>
  static void to_json(J& j, T value) {
    ::nlohmann::to_json(j, value);
  }

  template <class J>
  static void from_json(const J& j, T& value) {
    if (!j.is_number()) throw detail::type_error::create(302, std::string("type must be number, but is ") + j.type_name(), &j);
    if (!fits(j)) throw detail::out_of_range::create(406, j.dump() + " is no whole number of that size", &j);
    ::nlohmann::from_json(j, value);
  }

 private:
  template <class J>
  static bool fits(const J& j) {
    if (j.is_number_unsigned()) return std::in_range<T>(*j.template get_ptr<const typename J::number_unsigned_t*>());
    if (j.is_number_integer()) return std::in_range<T>(*j.template get_ptr<const typename J::number_integer_t*>());
    const double number = *j.template get_ptr<const typename J::number_float_t*>();
    // 2^digits is a double, the largest T need not be one.
    return std::trunc(number) == number && number >= static_cast<double>(std::numeric_limits<T>::min()) &&
           number < std::ldexp(1.0, std::numeric_limits<T>::digits);
  }
};

}  // namespace nlohmann
