# The release archive: sources, the library as two files, and the licence where REUSE expects it. If
# the tool reuse is installed, an SPDX list of the contents goes next to it. Run by the target
# sst-archive with VERSION and BINARY_DIR.
get_filename_component(root ${CMAKE_CURRENT_LIST_DIR}/../.. ABSOLUTE)
set(folder ${BINARY_DIR}/archive)
set(tree ${folder}/libsst-${VERSION})
file(REMOVE_RECURSE ${folder})
file(MAKE_DIRECTORY ${tree})
file(GLOB names RELATIVE ${root} ${root}/.[!.]*)
list(REMOVE_ITEM names .git .cache)
foreach(name IN LISTS names ITEMS CMakeLists.txt LICENSE README.md docs examples include src tests)
  file(COPY ${root}/${name} DESTINATION ${tree}
    PATTERN __pycache__ EXCLUDE
    PATTERN node_modules EXCLUDE)
endforeach()
file(COPY ${BINARY_DIR}/amalgamation DESTINATION ${tree})
configure_file(${root}/LICENSE ${tree}/LICENSES/MIT.txt COPYONLY)

# Reproducible: all times are SOURCE_DATE_EPOCH, or else the date of Debian's changelog.
set(date "$ENV{SOURCE_DATE_EPOCH}")
if("${date}" STREQUAL "")
  file(STRINGS ${root}/src/debian/changelog line REGEX "^ -- " LIMIT_COUNT 1)
  string(REGEX REPLACE "^.*>  " "" line "${line}")
  execute_process(COMMAND date -ud ${line} +%s OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY)
endif()
execute_process(
  COMMAND tar --create --xz --sort=name --mtime=@${date} --owner=0 --group=0 --numeric-owner
    --mode=u=rwX,go=rX --file=libsst-${VERSION}.tar.xz libsst-${VERSION}
  WORKING_DIRECTORY ${folder}
  COMMAND_ERROR_IS_FATAL ANY)
find_program(reuse reuse)
if(reuse)
  execute_process(COMMAND ${reuse} --root ${tree} spdx --output ${folder}/libsst-${VERSION}.spdx
    ERROR_QUIET
    COMMAND_ERROR_IS_FATAL ANY)
else()
  message(STATUS "no reuse: libsst-${VERSION}.spdx is left out")
endif()
