# Finds every dependency and gives each a target. What cmake/bootstrap.sh unpacked under build/deps is searched last,
# so that a CMAKE_PREFIX_PATH of the user's own wins.
file(GLOB site_packages
  ${CMAKE_SOURCE_DIR}/build/deps/build/lib/python3*/site-packages)
if(CMAKE_SYSROOT)
  set(site_packages ${CMAKE_SYSROOT}/wheels)
endif()
list(APPEND CMAKE_PREFIX_PATH ${site_packages}/torch)

find_package(Threads REQUIRED)
find_package(nlohmann_json 3.10 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(LibArchive REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(CURL 7.85 REQUIRED)
find_path(XXHASH_INCLUDE_DIR xxhash.h REQUIRED)
find_path(SENTENCEPIECE_INCLUDE_DIR sentencepiece_processor.h REQUIRED)
find_library(SENTENCEPIECE_LIBRARY sentencepiece REQUIRED)
find_library(SENTENCEPIECE_TRAIN_LIBRARY sentencepiece_train REQUIRED)
find_file(CHART_JS chart.min.js PATHS /usr/share/javascript
  PATH_SUFFIXES chart.js share/javascript/chart.js REQUIRED)

# A target with the property NANOBRAIN_STATIC gets the archive, where the system has it; others the shared library.
# It leaves out libraries that only come shared: it may link layers with them, but not call what needs them.
set(NANOBRAIN_NOT_STATIC $<NOT:$<BOOL:$<TARGET_PROPERTY:NANOBRAIN_STATIC>>>)
find_library(CRYPTO_ARCHIVE libcrypto.a)
mark_as_advanced(CRYPTO_ARCHIVE)
add_library(nanobrain_crypto INTERFACE)
target_include_directories(nanobrain_crypto SYSTEM INTERFACE
  ${OPENSSL_INCLUDE_DIR})
target_link_libraries(nanobrain_crypto INTERFACE
  $<IF:$<BOOL:$<TARGET_PROPERTY:NANOBRAIN_STATIC>>,${CRYPTO_ARCHIVE},OpenSSL::Crypto>)

add_library(nanobrain_sentencepiece INTERFACE)
target_include_directories(nanobrain_sentencepiece SYSTEM INTERFACE
  ${SENTENCEPIECE_INCLUDE_DIR})
target_link_libraries(nanobrain_sentencepiece INTERFACE
  ${SENTENCEPIECE_TRAIN_LIBRARY} ${SENTENCEPIECE_LIBRARY})
# SentencePiece and LibTorch's c10 both export a FLAGS_minloglevel, c10's the smaller: the loader has to find
# SentencePiece's first, or its constructor writes past the end of c10's.
target_link_options(nanobrain_sentencepiece INTERFACE
  LINKER:--push-state,--no-as-needed,${SENTENCEPIECE_LIBRARY},--pop-state)

find_path(HTTPLIB_INCLUDE_DIR httplib.h REQUIRED)
find_library(HTTPLIB_LIBRARY cpp-httplib)  # where it is not header-only
add_library(nanobrain_httplib INTERFACE)
target_include_directories(nanobrain_httplib SYSTEM INTERFACE
  ${HTTPLIB_INCLUDE_DIR})
target_link_libraries(nanobrain_httplib INTERFACE
  $<$<BOOL:${HTTPLIB_LIBRARY}>:${HTTPLIB_LIBRARY}> Threads::Threads)

# fmt: the headers that LibTorch carries, in a folder of their own, so that the layers without LibTorch see nothing else
# of it; compiled here, for LibTorch exports other symbols than the system's library.
find_path(TORCH_FMT_DIR fmt/format.h
  HINTS ${site_packages}/torch/include ${CMAKE_PREFIX_PATH}
  PATH_SUFFIXES include REQUIRED)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/include)
file(CREATE_LINK ${TORCH_FMT_DIR}/fmt ${CMAKE_BINARY_DIR}/include/fmt SYMBOLIC)
add_library(nanobrain_fmt STATIC ${CMAKE_CURRENT_LIST_DIR}/fmt.cpp)
target_include_directories(nanobrain_fmt SYSTEM PUBLIC
  ${CMAKE_BINARY_DIR}/include)
target_compile_options(nanobrain_fmt PRIVATE -fvisibility=hidden
  -ffunction-sections -fdata-sections)

# Arrow and Parquet from the pyarrow wheel; without them parquet input says what to install.
find_path(ARROW_INCLUDE_DIR arrow/api.h HINTS ${site_packages}/pyarrow/include)
file(GLOB arrow_libraries ${site_packages}/pyarrow/libarrow.so.*
  ${site_packages}/pyarrow/libparquet.so.*)
if(NOT arrow_libraries)
  find_package(Parquet QUIET)
  set(arrow_libraries $<TARGET_NAME_IF_EXISTS:Parquet::parquet_shared>
    $<TARGET_NAME_IF_EXISTS:Arrow::arrow_shared>)
endif()
add_library(nanobrain_arrow INTERFACE)
if(ARROW_INCLUDE_DIR)
  target_include_directories(nanobrain_arrow SYSTEM INTERFACE
    ${ARROW_INCLUDE_DIR})
  target_link_libraries(nanobrain_arrow INTERFACE ${arrow_libraries})
  target_compile_definitions(nanobrain_arrow INTERFACE NANOBRAIN_HAVE_ARROW=1)
else()
  message(STATUS "Arrow/Parquet not found: parquet input is left out")
endif()

if(NANOBRAIN_TORCH)
  find_package(Torch REQUIRED)
  find_package(OpenMP REQUIRED)  # at::parallel_for runs serially without it
endif()

if(NANOBRAIN_TESTS)
  find_package(GTest REQUIRED)
  find_path(RAPIDCHECK_INCLUDE_DIR rapidcheck.h REQUIRED)
  find_library(RAPIDCHECK_LIBRARY rapidcheck REQUIRED)
endif()
