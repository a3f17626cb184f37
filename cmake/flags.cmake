# Warnings and hardening, for every target of ours.
add_compile_options(-Wall -Wextra -Wshadow -Wconversion)
if(POSTERN_WERROR)
  add_compile_options(-Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # g++ 12.2 warns falsely at -O2 and -O3; nothing else is excepted.
    add_compile_options(-Wno-error=array-bounds -Wno-error=restrict -Wno-error=stringop-overflow
                        -Wno-error=maybe-uninitialized)
  endif()
endif()

if(POSTERN_UNITY GREATER 1)
  # Between files that know nothing of each other. dev says what there is to say about each.
  add_compile_options(-Wno-shadow)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    add_compile_options(-Wno-subobject-linkage)
  endif()
endif()

add_compile_options(-fstack-protector-strong -fstack-clash-protection)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  add_compile_options(-ftrivial-auto-var-init=zero)
endif()
if(CMAKE_SYSTEM_PROCESSOR STREQUAL x86_64)
  add_compile_options(-fcf-protection)
endif()
add_compile_definitions(_GLIBCXX_ASSERTIONS)
add_link_options(-Wl,-z,relro,-z,now)
if(CMAKE_BUILD_TYPE STREQUAL Release AND NOT POSTERN_SANITIZE)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  add_link_options(-pie)
endif()

if(POSTERN_SANITIZE)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # With sanitizers g++ 12.2 takes fmt's own buffers for uninitialized, in fmt::join for one.
    add_compile_options(-Wno-uninitialized -Wno-maybe-uninitialized)
    if(POSTERN_SANITIZE STREQUAL thread)
      # Asio's fences, which TSan does not model; no fence of ours.
      add_compile_options(-Wno-tsan)
    endif()
  endif()
  add_compile_options(-fsanitize=${POSTERN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${POSTERN_SANITIZE})
  add_compile_definitions(POSTERN_SANITIZED)
endif()
