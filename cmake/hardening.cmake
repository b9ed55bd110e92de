# What Debian's own packages are built with (dpkg-buildflags), and sanitizers where a preset asks for them.
add_compile_options(-fstack-protector-strong -fPIE)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
# --as-needed: a tool loads only the shared libraries that it uses; libphonenumber alone costs 17 MB.
add_link_options(-pie -Wl,-z,relro,-z,now -Wl,--as-needed)
if(BLAST_FUZZERS)
    add_compile_options(-fsanitize=fuzzer-no-link) # libFuzzer follows which code an input reaches
endif()
if(BLAST_SANITIZE)
    add_compile_options(-fsanitize=${BLAST_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${BLAST_SANITIZE})
elseif(CMAKE_BUILD_TYPE MATCHES "Rel")
    add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
