# One interface target that every target of ours links: our code is warned about, the libraries' headers are not.
add_library(blast_warnings INTERFACE)
target_compile_options(blast_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
    -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wformat=2 -Wimplicit-fallthrough
    -Wnull-dereference -Wdouble-promotion)
if(BLAST_WERROR)
    target_compile_options(blast_warnings INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 reports these inside inlined library headers (std, date), where no line of ours can be mended.
    target_compile_options(blast_warnings INTERFACE -Wno-null-dereference -Wno-restrict -Wno-maybe-uninitialized)
endif()
