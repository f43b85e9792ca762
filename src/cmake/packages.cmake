# Debian packages:
#   cmake -S . -B build/deb -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr \
#       -DBUILD_SHARED_LIBS=ON
#   cmake --build build/deb && (cd build/deb && cpack -G DEB)
# What Debian compiles its packages with goes before the first command:
#   CFLAGS=$(dpkg-buildflags --get CFLAGS) LDFLAGS=$(dpkg-buildflags --get LDFLAGS)
# The adapter's library is a package of its own, so that libsst0 needs no libosip2.
if(SST_SHARED)
  get_target_property(soversion sst-shared SOVERSION)
endif()
get_target_property(linked sst ALIASED_TARGET)

set(CPACK_PACKAGE_NAME libsst)
set(CPACK_PACKAGE_VENDOR "libsst contributors")
# Who makes the packages, as Debian's own tools are told it.
set(CPACK_PACKAGE_CONTACT "libsst contributors <contributors@libsst.invalid>")
if(DEFINED ENV{DEBFULLNAME} AND DEFINED ENV{DEBEMAIL})
  set(CPACK_PACKAGE_CONTACT "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
endif()
# The first line of a description is the package's own.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_GENERATOR DEB)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian.cmake)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/src)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# A program may be built with one version of a library and run with a later one of the same number.
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
file(WRITE ${PROJECT_BINARY_DIR}/debian/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/debian/triggers)
set(CPACK_DEBIAN_OSIP_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/debian/triggers)
set(at_least "(>= ${PROJECT_VERSION})")
set(same "(= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")

# sst_package(COMPONENT NAME SECTION DEPENDS SUMMARY DESCRIPTION)
macro(sst_package component name section depends summary description)
  string(TOUPPER ${component} key)
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  set(CPACK_DEBIAN_${key}_PACKAGE_NAME ${name})
  set(CPACK_DEBIAN_${key}_PACKAGE_SECTION ${section})
  set(CPACK_DEBIAN_${key}_PACKAGE_DEPENDS "${depends}")
  set(CPACK_COMPONENT_${key}_DESCRIPTION "${summary}\n${description}")
endmacro()

set(CPACK_COMPONENTS_ALL "")
set(development_depends "")
if(SST_SHARED)
  sst_package(Runtime libsst${soversion} libs "" "SIP session timers (RFC 4028), library"
    "libsst does what RFC 4028 asks of a SIP user agent or proxy: it negotiates\n\
session timers, says when to refresh, and when to hang up.")
  list(APPEND development_depends "libsst${soversion} ${same}")
endif()
if(SST_SHARED AND TARGET sst-osip)
  sst_package(Osip libsst-osip${soversion} libs "libsst${soversion} ${at_least}"
    "SIP session timers (RFC 4028), adapter for libosip2"
    "libsst-osip reads messages of libosip2 for libsst, and puts its header fields\n\
into them.")
  list(APPEND development_depends "libsst-osip${soversion} ${same}")
endif()
if(TARGET sst-osip)
  list(APPEND development_depends libosip2-dev)
endif()
list(JOIN development_depends ", " development_depends)
sst_package(Development libsst-dev libdevel "${development_depends}"
  "SIP session timers (RFC 4028), development files"
  "Headers, static libraries, and what pkg-config and CMake need to build programs\n\
with libsst.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS pkgconf)
if(TARGET sst-ua AND TARGET sst-proxy)
  set(tools_depends "")
  if(linked STREQUAL sst-shared)
    set(tools_depends
      "libsst${soversion} ${at_least}, libsst-osip${soversion} ${at_least}")
  endif()
  sst_package(Tools sst-tools comm "${tools_depends}"
    "SIP session timers (RFC 4028), user agent and proxy"
    "sst-ua makes and takes calls to try session timers of other SIP programs with;\n\
sst-proxy is a proxy that asks for them.")
endif()

include(CPack)
