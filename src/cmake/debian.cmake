# What a Debian package has besides the installed files, put into the folders that CPack makes the
# packages of: compressed manual pages, copyright, changelogs, examples to copy from. Run by cpack.
if(NOT CPACK_PACKAGING_INSTALL_PREFIX STREQUAL "/usr")
  message(FATAL_ERROR "Debian packages need -DCMAKE_INSTALL_PREFIX=/usr")
endif()
set(root ${CMAKE_CURRENT_LIST_DIR}/../..)
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  set(date_arguments -d @$ENV{SOURCE_DATE_EPOCH})
endif()
execute_process(COMMAND date -uR ${date_arguments}
  OUTPUT_VARIABLE date
  OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)
file(READ ${root}/LICENSE license)
string(REGEX MATCH "Copyright \\(c\\) [^\n]*" copyright "${license}")
string(REPLACE "Copyright (c) " "" copyright "${copyright}")
string(REGEX REPLACE "^.*\n\n(Permission)" "\\1" license "${license}")
string(REGEX REPLACE "\n\n" "\n.\n" license "${license}")
string(REGEX REPLACE "\n([^\n])" "\n \\1" license "\n${license}")

foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  string(TOUPPER ${component} key)
  set(package ${CPACK_DEBIAN_${key}_PACKAGE_NAME})
  set(folder ${CPACK_TEMPORARY_DIRECTORY}/${component})
  set(doc ${folder}/usr/share/doc/${package})

  file(GLOB_RECURSE pages ${folder}/usr/share/man/*.[137])
  if(pages)
    execute_process(COMMAND gzip -9nf ${pages} COMMAND_ERROR_IS_FATAL ANY)
  endif()

  file(WRITE ${doc}/copyright
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
    "Upstream-Name: libsst\n\nFiles: *\nCopyright: ${copyright}\nLicense: Expat${license}")
  file(WRITE ${doc}/changelog.Debian
    "libsst (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium\n\n"
    "  * Made by CPack; what is new stands in changelog.gz.\n\n"
    " -- ${CPACK_PACKAGE_CONTACT}  ${date}\n")
  if(component STREQUAL "Development")
    file(GLOB loops ${root}/examples/loops/*.[ch])
    file(COPY ${root}/examples/minimal.c DESTINATION ${doc}/examples)
    file(COPY ${loops} DESTINATION ${doc}/examples/loops)
  endif()
  configure_file(${root}/docs/CHANGELOG.md ${doc}/changelog COPYONLY)
  execute_process(COMMAND gzip -9nf ${doc}/changelog.Debian ${doc}/changelog
    COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND chmod -R u=rwX,go=rX ${folder}/usr COMMAND_ERROR_IS_FATAL ANY)
endforeach()
