/* SPDX-License-Identifier: MIT */
/**
 * @file sst/version.h
 * Version numbers, and the macros that mark functions.
 */
#ifndef SST_VERSION_H
#define SST_VERSION_H

/* What a change of which number promises: docs/CHANGELOG.md. The binary interface has a number of
 * its own, SST_SOVERSION in src/CMakeLists.txt. */
/** The first number of the version. */
#define SST_VERSION_MAJOR 0
/** The second. */
#define SST_VERSION_MINOR 2
/** The third. */
#define SST_VERSION_PATCH 0
/** The version as text. A literal, so that grep finds it. */
#define SST_VERSION_STRING "0.2.0"
/** The version as one number that can be compared: major * 10000 + minor * 100 + patch. */
#define SST_VERSION_NUMBER 200

/** Marks what the library exports. SST_BUILDING is defined where the shared library itself is
 * built. SST_DLL may be defined by a Windows program that links to the DLL, and saves a jump a
 * call. */
#if defined(_WIN32) && defined(SST_BUILDING)
#define SST_API __declspec(dllexport)
#elif defined(_WIN32) && defined(SST_DLL)
#define SST_API __declspec(dllimport)
#elif !defined(_WIN32) && defined(SST_BUILDING) && defined(__GNUC__)
#define SST_API __attribute__((visibility("default")))
#else
#define SST_API
#endif

/** Marks functions whose result must be looked at: the compiler warns where it is not. */
#if defined(__GNUC__)
#define SST_MUST_USE __attribute__((warn_unused_result))
#else
#define SST_MUST_USE
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** @return SST_VERSION_NUMBER of the library that runs, which may differ from the headers'. */
SST_API int sst_version_number(void);

/** @return SST_VERSION_STRING of the library that runs. Static, never NULL. */
SST_API const char *sst_version(void);

#ifdef __cplusplus
}
#endif

#endif
