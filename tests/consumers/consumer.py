#!/usr/bin/env python3
"""Uses libsst from outside, as its users do.

    consumer.py CASE FOLDER

The case "install" builds and installs into FOLDER, whose name contains a space; the others use
that. Exit status: 0 success, 1 failure, 77 not run, with the reason.
CC and CXX name the compilers.
"""
import itertools
import os
import pathlib
import shlex
import shutil
import sys
import tarfile

import amalgamation
import debs
from common import HERE, ROOT, Failed, expect, fresh, need, run, succeeds, version

CC = os.environ.get("CC", "cc")
CXX = os.environ.get("CXX", "c++")


def generator():
    return ["-G", "Ninja"] if shutil.which("ninja") else []


def install(folder):
    """Builds as for packages, installs with DESTDIR, and moves the result elsewhere."""
    build = folder / "build tree"
    run(["cmake", "-S", ROOT, "-B", build, *generator(), "-DCMAKE_BUILD_TYPE=Release",
         "-DCMAKE_INSTALL_PREFIX=/usr", "-DBUILD_SHARED_LIBS=ON", "-DSST_TESTS=OFF",
         "-DSST_OSIP=ON"])
    run(["cmake", "--build", build, "--parallel", "2"])
    stage = fresh(folder / "stage")
    run(["cmake", "--install", build], DESTDIR=str(stage))
    expect([path.name for path in stage.iterdir()] == ["usr"], "DESTDIR is respected")
    shutil.rmtree(folder / "moved here", ignore_errors=True)
    (stage / "usr").rename(folder / "moved here")
    for path in (folder / "moved here").rglob("*"):
        if path.is_file() and not path.is_symlink() and str(folder).encode() in path.read_bytes():
            raise Failed(f"{path} names the folder it was built or installed in")
    expect(True, "no installed file names the folder it was built or installed in")
    expect(f"\n## [{version()}]" in (ROOT / "docs/CHANGELOG.md").read_text(),
           "the changelog knows this version")


def prefix(folder):
    return folder / "moved here"


def libdir(folder):
    found = list(prefix(folder).rglob("libsst.so"))
    if len(found) != 1:
        raise Failed(f"libsst.so is installed as {found}")
    return found[0].parent


def pkg_config(folder, *words):
    path = str(libdir(folder) / "pkgconfig")
    return shlex.split(run([need("pkg-config"), *words], PKG_CONFIG_PATH=path))


def case_pkg_config(folder):
    work = fresh(folder / "pkg-config")
    lib = str(libdir(folder))
    expect(pkg_config(folder, "--modversion", "sst", "sst-osip") == [version()] * 2, "versions")
    flags = pkg_config(folder, "--cflags", "--libs", "sst")
    expect({word[:2] for word in flags} == {"-I", "-L", "-l"} and flags[-1] == "-lsst",
           "only -I, -L and -lsst")
    expect("-losip2" in pkg_config(folder, "--libs", "sst-osip"), "sst-osip brings libosip2 along")
    for standard in ("c99", "c11"):
        strict = [f"-std={standard}", "-pedantic-errors", "-Wall", "-Wextra", "-Werror"]
        run([CC, *strict, HERE / "program.c", "-o", work / "shared", *flags])
        succeeds(work / "shared", f"shared, {standard}", LD_LIBRARY_PATH=lib)
    expect("libsst.so.0" in run(["readelf", "-d", work / "shared"]), "the program needs the SONAME")
    flags = pkg_config(folder, "--static", "--cflags", "--libs", "sst")
    run([CC, "-std=c99", HERE / "program.c", "-o", work / "static", "-static", *flags])
    succeeds(work / "static", "static")
    flags = pkg_config(folder, "--cflags", "--libs", "sst-osip")
    run([CC, "-std=c99", HERE / "osip.c", "-o", work / "osip", *flags])
    succeeds(work / "osip", "adapter, shared", LD_LIBRARY_PATH=lib)
    flags = [f"-l:lib{word[2:]}.a" if word.startswith("-lsst") else word for word in flags]
    run([CC, "-std=c99", HERE / "osip.c", "-o", work / "osip", *flags])
    succeeds(work / "osip", "adapter, static")


def project(work, status=0, generated=None, **settings):
    """Configures and builds the project, and runs its two programs."""
    words = [f"-D{name}={value}" for name, value in settings.items()]
    made_by = generated or generator()
    told = run(["cmake", "-S", HERE / "project", "-B", work, *made_by, *words], status)
    if status == 0:
        run(["cmake", "--build", work, "--parallel", "2"])
        for program in ("program", "osip"):
            succeeds(work / program, f"{program}, {' '.join(words[:1] + words[2:])}")
    return told


def needed(program):
    return "libsst.so.0" in run(["readelf", "-d", program])


def case_find_package(folder):
    work = fresh(folder / "find-package")
    found = {"HOW": "package", "CMAKE_PREFIX_PATH": prefix(folder)}
    project(work / "shared", SST_WANTED="osip", SST_WANTED_VERSION="0.2", **found)
    expect(needed(work / "shared/program"), "shared is the default")
    project(work / "static", sst_SHARED_LIBS="OFF", **found)
    expect(not needed(work / "static/program"), "static on request")
    project(work / "project", BUILD_SHARED_LIBS="OFF", SST_WANTED="static", **found)
    expect(not needed(work / "project/osip"), "static if the project's own libraries are")
    for wrong in ("0.3", "1.0", "0.0"):
        told = project(work / "wrong", 1, SST_WANTED_VERSION=wrong, **found)
        expect("version" in told, f"version {wrong} is not available")
    told = project(work / "other", 1, SST_WANTED="other", **found)
    expect("component other" in " ".join(told.split()), "nor is an unknown component")


def case_add_subdirectory(folder):
    work = fresh(folder / "add-subdirectory")
    build = work / "build"
    project(build, HOW="folder", SST_SOURCE=ROOT)
    expect(not needed(build / "program"), "static is the default")
    expect(not list(work.rglob("*.so")), "and nothing else is built")
    run(["cmake", "--install", build, "--prefix", work / "installed"])
    installed = [path.name for path in (work / "installed").rglob("*") if path.is_file()]
    expect(installed == ["program"], "nothing of libsst is installed")
    expect("No tests were found" in run(["ctest", "--test-dir", build]), "nor tested")
    # Its objects are the same, so that what is there need not be compiled anew.
    (build / "CMakeCache.txt").unlink()
    project(build, HOW="folder", SST_SOURCE=ROOT, BUILD_SHARED_LIBS="ON")
    expect(needed(build / "program"), "shared if the project's own libraries are")


def case_fetch_content(folder):
    work = fresh(folder / "fetch-content")
    with tarfile.open(work / "libsst.tar", "w") as tar:
        for name in ("CMakeLists.txt", "LICENSE", "README.md", "include", "src", "docs"):
            tar.add(ROOT / name, f"libsst/{name}")
    # With make, because the others use Ninja if it is installed.
    project(work / "build", generated=["-G", "Unix Makefiles"], HOW="fetch",
            SST_SOURCE=f"file://{work / 'libsst.tar'}")


def case_c99(folder):
    """Headers in any order, and with each C standard."""
    work = fresh(folder / "c99")
    flags = pkg_config(folder, "--cflags", "sst-osip")
    names = sorted(path.name for path in (prefix(folder) / "include/sst").iterdir())
    orders = [names[i:] + names[:i] for i in range(len(names))]
    for standard, order in zip(itertools.cycle(("c99", "c11", "c17")),
                               orders + [order[::-1] for order in orders]):
        text = "".join(f"#include <sst/{name}>\n" for name in order) + "int main(void){return 0;}\n"
        (work / "order.c").write_text(text)
        run([CC, f"-std={standard}", "-pedantic-errors", "-Wall", "-Wextra", "-Werror",
             "-fsyntax-only", work / "order.c", *flags])
    expect(True, f"{2 * len(orders)} orders of {len(names)} headers")


def case_cxx(folder):
    work = fresh(folder / "cxx")
    flags = pkg_config(folder, "--cflags", "--libs", "sst")
    for standard in ("c++11", "c++17", "c++20"):
        run([CXX, f"-std={standard}", "-pedantic-errors", "-Wall", "-Wextra", "-Wold-style-cast",
             "-Werror", HERE / "program.cpp", "-o", work / "program", *flags])
        succeeds(work / "program", standard, LD_LIBRARY_PATH=str(libdir(folder)))


def main():
    case, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    cases = {
        "install": install,
        "pkg-config": case_pkg_config,
        "find-package": case_find_package,
        "add-subdirectory": case_add_subdirectory,
        "fetch-content": case_fetch_content,
        "c99": case_c99,
        "cxx": case_cxx,
        "amalgamation": amalgamation.case,
        "deb": debs.case,
        "lintian": debs.case_lintian,
        "reuse": debs.case_reuse,
        "deb-same": debs.case_same,
        "deb-root": debs.case_root,
    }
    try:
        cases[case](folder)
    except Failed as failure:
        print(f"FAILED  {failure}")
        sys.exit(1)


main()
