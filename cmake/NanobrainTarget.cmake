# One helper for libraries, one for tests.
find_program(CCACHE ccache)
if(CCACHE)
  # A precompiled header defines macros and carries times: ccache has to be told that both are fine. Paths below the
  # base folder are hashed as relative ones, so that clones share what they compile.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()

add_library(nanobrain_options INTERFACE)
target_compile_options(nanobrain_options INTERFACE -Wall -Wextra
  $<$<BOOL:${NANOBRAIN_WERROR}>:-Werror>)
target_include_directories(nanobrain_options INTERFACE ${CMAKE_SOURCE_DIR})
if(NANOBRAIN_SANITIZE)
  # GCC 12 takes what the sanitizers insert for uninitialised reads.
  target_compile_options(nanobrain_options INTERFACE
    -fsanitize=${NANOBRAIN_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(nanobrain_options INTERFACE
    -fsanitize=${NANOBRAIN_SANITIZE})
endif()

# The LibTorch headers take 20 s a file: every target that needs them shares one precompiled header.
if(NANOBRAIN_TORCH)
  add_library(nanobrain_torch INTERFACE)
  target_link_libraries(nanobrain_torch INTERFACE torch OpenMP::OpenMP_CXX)
  add_library(nanobrain_torch_pch OBJECT ${CMAKE_SOURCE_DIR}/cmake/torch_pch.cpp)
  target_link_libraries(nanobrain_torch_pch PRIVATE nanobrain_options
    nanobrain_torch nanobrain_fmt nlohmann_json::nlohmann_json)
  target_precompile_headers(nanobrain_torch_pch PRIVATE
    <torch/torch.h> <nlohmann/json.hpp> <fmt/format.h>)
endif()

function(_nanobrain_use_torch target)
  target_link_libraries(${target} PUBLIC nanobrain_torch)
  target_precompile_headers(${target} REUSE_FROM nanobrain_torch_pch)
  # Programs get -fPIE, the header was built with -fPIC: GCC would refuse it.
  target_compile_options(${target} PRIVATE -fPIC)
endfunction()

# nanobrain_library(NAME base SOURCES a.cpp ... DEPENDS tokenizer ... [LINK targets] [LINK_PRIVATE targets] [TORCH])
#   nanobrain_<NAME>: one layer. DEPENDS names the lower layers that it may include.
function(nanobrain_library)
  cmake_parse_arguments(ARG "TORCH" "NAME" "SOURCES;DEPENDS;LINK;LINK_PRIVATE" ${ARGN})
  set(target nanobrain_${ARG_NAME})
  add_library(${target} STATIC ${ARG_SOURCES})
  list(TRANSFORM ARG_DEPENDS PREPEND nanobrain_)
  target_link_libraries(${target}
    PUBLIC nanobrain_options nanobrain_fmt ${ARG_DEPENDS} ${ARG_LINK}
    PRIVATE ${ARG_LINK_PRIVATE})
  if(ARG_TORCH)
    _nanobrain_use_torch(${target})
  else()
    # The deployed program leaves out what it does not call.
    target_compile_options(${target} PRIVATE
      -ffunction-sections -fdata-sections)
  endif()
endfunction()

# nanobrain_test(NAME base SOURCES a_test.cpp ... DEPENDS base [LABEL unit|e2e] [TORCH])
#   <NAME>_test, linked to that layer alone, so that a wrong edge shows. ctest runs each TEST by itself. An e2e test runs
#   the programs.
function(nanobrain_test)
  cmake_parse_arguments(ARG "TORCH" "NAME;LABEL" "SOURCES;DEPENDS;LINK" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  set(target ${ARG_NAME}_test)
  add_executable(${target} ${ARG_SOURCES})
  list(TRANSFORM ARG_DEPENDS PREPEND nanobrain_)
  target_link_libraries(${target} PRIVATE ${ARG_DEPENDS} ${ARG_LINK}
    nanobrain_test_support)
  set_target_properties(${target} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  if(ARG_TORCH)
    _nanobrain_use_torch(${target})
  endif()
  if(ARG_LABEL STREQUAL e2e)
    foreach(program nanobrain nanobrain-run)
      if(TARGET ${program})
        add_dependencies(${target} ${program})
      endif()
    endforeach()
  endif()
  include(GoogleTest)
  gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 600)
endfunction()
