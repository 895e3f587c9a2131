# The kernels of a target that need no LibTorch: one file for each instruction set, called only where the processor has it.
# Included from the folder that adds the target, for source properties belong to a folder.
set(vector_kernels_dir ${CMAKE_CURRENT_LIST_DIR})

function(nanobrain_vector_source target file)
  target_sources(${target} PRIVATE ${vector_kernels_dir}/${file})
  set_source_files_properties(${vector_kernels_dir}/${file} PROPERTIES
    SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON COMPILE_OPTIONS "-Wno-psabi;${ARGN}")
endfunction()

function(nanobrain_vector_kernels target)
  target_sources(${target} PRIVATE ${vector_kernels_dir}/vector_kernels.cpp)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    # GCC 12 warns of _mm512_undefined_ps in its own header.
    set(avx512 -mavx2 -mfma -mavx512f -mavx512bw -mavx512vl -mavx512dq -Wno-maybe-uninitialized)
    nanobrain_vector_source(${target} vector_kernels_avx2.cpp -mavx2 -mfma)
    nanobrain_vector_source(${target} vector_kernels_avx512.cpp ${avx512})
    nanobrain_vector_source(${target} vector_kernels_avx512_bf16.cpp ${avx512} -mavx512bf16)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    nanobrain_vector_source(${target} vector_kernels_neon.cpp)
  endif()
endfunction()
