// Precompiled for the tests of the layers without LibTorch.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "cmake/pch.h"
