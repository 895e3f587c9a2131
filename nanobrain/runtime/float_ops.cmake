# The f32 arithmetic of a target, as int8_kernels.cmake has the int8 kernels.
set(float_ops_dir ${CMAKE_CURRENT_LIST_DIR})

function(nanobrain_float_ops_source target file)
  target_sources(${target} PRIVATE ${float_ops_dir}/${file})
  set_source_files_properties(${float_ops_dir}/${file} PROPERTIES
    SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON COMPILE_OPTIONS "-Wno-psabi;${ARGN}")
endfunction()

function(nanobrain_float_ops target)
  target_sources(${target} PRIVATE ${float_ops_dir}/float_ops.cpp)
  nanobrain_float_ops_source(${target} float_ops_portable.cpp)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    nanobrain_float_ops_source(${target} float_ops_avx2.cpp -mavx2 -mfma)
    # GCC 12 warns of _mm512_undefined_ps in its own header.
    nanobrain_float_ops_source(${target} float_ops_avx512.cpp -mavx2 -mfma -mavx512f
      -mavx512bw -mavx512vl -mavx512dq -Wno-maybe-uninitialized)
  endif()
endfunction()
