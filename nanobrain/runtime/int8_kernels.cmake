# The int8 kernels of a target: one file for each instruction set, called only where the processor has it. Included from
# the folder that adds the target, for source properties belong to a folder.
set(int8_kernels_dir ${CMAKE_CURRENT_LIST_DIR})

function(nanobrain_int8_source target file)
  target_sources(${target} PRIVATE ${int8_kernels_dir}/${file})
  # GCC tells that AVX passes the vectors of internal functions in another way.
  set_source_files_properties(${int8_kernels_dir}/${file} PROPERTIES
    SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON COMPILE_OPTIONS "-Wno-psabi;${ARGN}")
endfunction()

function(nanobrain_int8_kernels target)
  target_sources(${target} PRIVATE ${int8_kernels_dir}/packed_matrix.cpp
    ${int8_kernels_dir}/int8_kernels.cpp)
  nanobrain_int8_source(${target} int8_kernels_portable.cpp)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set(avx2 -mavx2 -mfma)
    # GCC 12 warns of _mm512_undefined_ps in its own header.
    set(avx512 ${avx2} -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni
      -Wno-maybe-uninitialized)
    nanobrain_int8_source(${target} int8_kernels_avx2.cpp ${avx2})
    nanobrain_int8_source(${target} int8_kernels_avx_vnni.cpp ${avx2} -mavxvnni)
    nanobrain_int8_source(${target} int8_kernels_avx512_vnni.cpp ${avx512})
    nanobrain_int8_source(${target} int8_kernels_amx.cpp ${avx512} -mamx-tile -mamx-int8)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    nanobrain_int8_source(${target} int8_kernels_neon.cpp)
    nanobrain_int8_source(${target} int8_kernels_neon_dotprod.cpp -march=armv8.2-a+dotprod)
  endif()
endfunction()
