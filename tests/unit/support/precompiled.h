// What nearly every test includes and what takes the compiler longest to read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "localnet/base/precompiled.h"
