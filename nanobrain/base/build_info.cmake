# Run at build time: writes OUTPUT, a header with the commit of SOURCE_DIR and
# BUILD_TYPE, unless it says so already.
set(commit "unknown")
# Not where the sources are merely inside somebody else's repository.
if(EXISTS ${SOURCE_DIR}/.git)
  execute_process(
    COMMAND git -C ${SOURCE_DIR} rev-parse --short=12 HEAD
    OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE
    RESULT_VARIABLE failed ERROR_QUIET)
  if(NOT failed)
    set(commit ${revision})
    execute_process(
      COMMAND git -C ${SOURCE_DIR} --no-optional-locks diff --quiet HEAD
      RESULT_VARIABLE differs ERROR_QUIET)
    if(differs)
      string(APPEND commit "-dirty")
    endif()
  endif()
endif()

file(CONFIGURE OUTPUT ${OUTPUT} CONTENT
"#pragma once
#define NANOBRAIN_BUILD_COMMIT \"${commit}\"
#define NANOBRAIN_BUILD_TYPE \"${BUILD_TYPE}\"
")
