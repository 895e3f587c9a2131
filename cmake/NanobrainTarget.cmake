# One helper for libraries, one for tests.
find_program(CCACHE ccache)
if(CCACHE AND NANOBRAIN_CCACHE)
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

# Sources share precompiled headers, and are compiled several to a file: most of a compilation here is templates of the
# standard library and of nlohmann/json. CI compiles each of a layer by itself, so that none lives on another's includes.
function(_nanobrain_pch name)  # headers...
  add_library(nanobrain_${name} OBJECT ${CMAKE_SOURCE_DIR}/cmake/pch.cpp)
  target_link_libraries(nanobrain_${name} PRIVATE nanobrain_options nanobrain_fmt
    nlohmann_json::nlohmann_json)
  target_precompile_headers(nanobrain_${name} PRIVATE ${ARGN})
endfunction()
_nanobrain_pch(pch ${CMAKE_SOURCE_DIR}/cmake/pch.h)
target_compile_options(nanobrain_pch PRIVATE ${NANOBRAIN_OPTIMIZE})
_nanobrain_pch(small_pch ${CMAKE_SOURCE_DIR}/cmake/pch.h)
target_compile_options(nanobrain_small_pch PRIVATE ${NANOBRAIN_OPTIMIZE_SIZE})

if(NANOBRAIN_TORCH)
  add_library(nanobrain_torch INTERFACE)
  target_link_libraries(nanobrain_torch INTERFACE torch OpenMP::OpenMP_CXX)
endif()

# Programs get -fPIE where the headers were precompiled with -fPIC: GCC would refuse them.
function(_nanobrain_reuse_pch target name)
  target_precompile_headers(${target} REUSE_FROM nanobrain_${name})
  target_compile_options(${target} PRIVATE -fPIC)
endfunction()

function(_nanobrain_unity target on batch)
  set_target_properties(${target} PROPERTIES
    UNITY_BUILD ${on} UNITY_BUILD_BATCH_SIZE ${batch})
endfunction()

# nanobrain_library(NAME base SOURCES a.cpp ... DEPENDS tokenizer ... [LINK targets] [LINK_PRIVATE targets] [TORCH] [HOT|SMALL])
#   nanobrain_<NAME>: one layer. DEPENDS names the lower layers that it may include. HOT: its loops are what users wait for.
#   SMALL: it runs once a start, so the deployed program's size counts.
function(nanobrain_library)
  cmake_parse_arguments(ARG "TORCH;HOT;SMALL" "NAME" "SOURCES;DEPENDS;LINK;LINK_PRIVATE" ${ARGN})
  set(target nanobrain_${ARG_NAME})
  add_library(${target} STATIC ${ARG_SOURCES})
  list(TRANSFORM ARG_DEPENDS PREPEND nanobrain_)
  target_link_libraries(${target}
    PUBLIC nanobrain_options nanobrain_fmt ${ARG_DEPENDS} ${ARG_LINK}
    PRIVATE ${ARG_LINK_PRIVATE})
  if(ARG_TORCH)
    # Who uses the layer sees nothing of LibTorch.
    target_link_libraries(${target} PRIVATE nanobrain_torch)
    _nanobrain_unity(${target} ${NANOBRAIN_UNITY} 0)
  else()
    # The deployed program leaves out what it does not call.
    target_compile_options(${target} PRIVATE
      -ffunction-sections -fdata-sections)
    _nanobrain_unity(${target} ${NANOBRAIN_UNITY} 8)
  endif()
  if(ARG_SMALL)
    target_compile_options(${target} PRIVATE ${NANOBRAIN_OPTIMIZE_SIZE})
    _nanobrain_reuse_pch(${target} small_pch)
  elseif(NOT ARG_HOT)
    target_compile_options(${target} PRIVATE ${NANOBRAIN_OPTIMIZE})
    if(NOT ARG_TORCH)
      _nanobrain_reuse_pch(${target} pch)
    endif()
  endif()
endfunction()

# nanobrain_test(NAME base SOURCES a_test.cpp ... DEPENDS base [LABEL unit|e2e] [SHARDS n] [COST n] [TORCH])
#   <NAME>_test, linked to that layer alone, so that a wrong edge shows. ctest runs it whole, one process a binary; an e2e
#   test in SHARDS processes, <NAME>_test.1 with every n-th TEST and so on. COST: the larger, the earlier it begins.
#   e2e tests run the programs, on the world of tests/support/make_world.sh.
function(nanobrain_test)
  cmake_parse_arguments(ARG "TORCH" "NAME;LABEL;SHARDS;COST" "SOURCES;DEPENDS;LINK" ${ARGN})
  foreach(default "LABEL unit" "SHARDS 1" "COST 1")
    separate_arguments(default)
    list(GET default 0 key)
    list(GET default 1 value)
    if(NOT ARG_${key})
      set(ARG_${key} ${value})
    endif()
  endforeach()
  set(target ${ARG_NAME}_test)
  add_executable(${target} ${ARG_SOURCES})
  list(TRANSFORM ARG_DEPENDS PREPEND nanobrain_)
  target_link_libraries(${target} PRIVATE ${ARG_DEPENDS} ${ARG_LINK}
    nanobrain_test_support)
  set_target_properties(${target} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_compile_options(${target} PRIVATE ${NANOBRAIN_TEST_OPTIMIZE})
  if(ARG_TORCH)
    target_link_libraries(${target} PRIVATE nanobrain_torch)
    _nanobrain_unity(${target} ON 0)
  else()
    _nanobrain_reuse_pch(${target} test_pch)
    _nanobrain_unity(${target} ON 4)
  endif()
  set(properties LABELS ${ARG_LABEL} COST ${ARG_COST} TIMEOUT 1800)
  if(ARG_LABEL STREQUAL e2e)
    foreach(program nanobrain nanobrain-run)
      if(TARGET ${program})
        add_dependencies(${target} ${program})
      endif()
    endforeach()
    if(NANOBRAIN_TORCH)
      list(APPEND properties FIXTURES_REQUIRED world)
    endif()
  endif()
  if(ARG_SHARDS EQUAL 1)
    add_test(NAME ${target} COMMAND ${target})
    set_tests_properties(${target} PROPERTIES ${properties}
      ENVIRONMENT "${NANOBRAIN_TEST_ENVIRONMENT}")
    return()
  endif()
  foreach(shard RANGE 1 ${ARG_SHARDS})
    math(EXPR index "${shard} - 1")
    add_test(NAME ${target}.${shard} COMMAND ${target})
    set_tests_properties(${target}.${shard} PROPERTIES ${properties}
      ENVIRONMENT "${NANOBRAIN_TEST_ENVIRONMENT};GTEST_TOTAL_SHARDS=${ARG_SHARDS};GTEST_SHARD_INDEX=${index}")
  endforeach()
endfunction()
if(NANOBRAIN_TESTS)
  # Several tests run at once: threads that wait must leave the processor to the others.
  set(NANOBRAIN_TEST_ENVIRONMENT OMP_WAIT_POLICY=PASSIVE)
  _nanobrain_pch(test_pch ${CMAKE_SOURCE_DIR}/tests/support/pch.h)
  target_compile_options(nanobrain_test_pch PRIVATE ${NANOBRAIN_TEST_OPTIMIZE})
  target_include_directories(nanobrain_test_pch SYSTEM PRIVATE ${RAPIDCHECK_INCLUDE_DIR})
  target_link_libraries(nanobrain_test_pch PRIVATE GTest::gmock GTest::gtest)
endif()
