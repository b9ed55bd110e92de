# blast_embed_sql(): sql/queries/<name>.sql becomes blast::sql::<name>, and sql/migrations/*.sql, in order, becomes
# blast::sql::migrations, so that an executable needs no file beside it.
function(blast_embed_sql)
    file(GLOB queries CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/sql/queries/*.sql")
    file(GLOB migrations CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/sql/migrations/*.sql")
    set(header "${PROJECT_BINARY_DIR}/generated/blast/sql.hpp")
    add_custom_command(
        OUTPUT "${header}"
        COMMAND "${CMAKE_COMMAND}" "-DHEADER=${header}" "-DSQL_DIR=${PROJECT_SOURCE_DIR}/sql"
                -P "${PROJECT_SOURCE_DIR}/cmake/write_sql_header.cmake"
        DEPENDS ${queries} ${migrations} "${PROJECT_SOURCE_DIR}/cmake/write_sql_header.cmake"
        COMMENT "Embedding sql/" VERBATIM)
    add_custom_target(blast_sql_header DEPENDS "${header}")
    add_library(blast_sql INTERFACE)
    target_include_directories(blast_sql INTERFACE "${PROJECT_BINARY_DIR}/generated")
    add_dependencies(blast_sql blast_sql_header)
endfunction()
