# What is released: an archive, and Debian packages of it.
#   cmake --build build --target sst-archive     build/archive/libsst-VERSION.tar.xz
#   cmake --build build --target sst-debian      build/debian/*.deb, *.dsc
# Both need Python 3, which makes the amalgamation.
if(NOT TARGET sst-amalgamation)
  return()
endif()
add_custom_target(sst-archive
  COMMAND ${CMAKE_COMMAND} -DVERSION=${PROJECT_VERSION} -DBINARY_DIR=${PROJECT_BINARY_DIR}
    -P ${CMAKE_CURRENT_LIST_DIR}/archive.cmake
  COMMENT "Making the release archive"
  VERBATIM)
add_dependencies(sst-archive sst-amalgamation)
add_custom_target(sst-debian
  COMMAND ${CMAKE_COMMAND} -DVERSION=${PROJECT_VERSION} -DBINARY_DIR=${PROJECT_BINARY_DIR}
    -P ${CMAKE_CURRENT_LIST_DIR}/debian.cmake
  USES_TERMINAL
  COMMENT "Making Debian packages"
  VERBATIM)
add_dependencies(sst-debian sst-archive)
