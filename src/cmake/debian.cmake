# Debian's source package and the binary packages, from the archive and src/debian. Run by the target
# sst-debian with VERSION and BINARY_DIR; DEB_BUILD_OPTIONS=nocheck leaves out the tests.
set(folder ${BINARY_DIR}/debian)
file(REMOVE_RECURSE ${folder})
file(MAKE_DIRECTORY ${folder})
configure_file(${BINARY_DIR}/archive/libsst-${VERSION}.tar.xz
  ${folder}/libsst_${VERSION}.orig.tar.xz COPYONLY)
execute_process(COMMAND tar --extract --file=libsst_${VERSION}.orig.tar.xz
  WORKING_DIRECTORY ${folder}
  COMMAND_ERROR_IS_FATAL ANY)
set(tree ${folder}/libsst-${VERSION})
file(COPY ${tree}/src/debian/ DESTINATION ${tree}/debian)
execute_process(COMMAND dpkg-buildpackage --unsigned-source --unsigned-changes
  WORKING_DIRECTORY ${tree}
  COMMAND_ERROR_IS_FATAL ANY)
