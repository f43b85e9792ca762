"""All of the core in two files: compiled alone, and tested in place of the library."""
import os
import shutil

from common import HERE, ROOT, WARNINGS, Failed, expect, fresh, need, run, succeeds


def compilers():
    """Each installed compiler, once: cc is one of the others."""
    found = [shutil.which(name) for name in (os.environ.get("CC", "cc"), "clang-19", "clang", "gcc")]
    return sorted({os.path.realpath(path) for path in found if path})


def interface():
    return set((HERE.parent / "tree/abi/libsst.symbols").read_text().split())


def suites():
    """Suites that call only the public interface, and cover each part of it. One of each is enough:
    the functions behave as in the library because their text is the same."""
    for name in ("codec", "message", "policy", "print", "proxy", "queue", "rules_uas", "session",
                 "session_refresh", "session_422", "watch"):
        yield ROOT / f"tests/unit/test_{name}.c"


def try_suites(work):
    """Runs them. For names of bits they may see private headers."""
    flags = run([need("pkg-config"), "--cflags", "--libs", "check"]).split()
    compiler = ["cc", "-std=c11", f"-I{work}", f"-I{ROOT / 'src'}"]
    support = []
    for path in (ROOT / "tests/unit").glob("support*.c"):
        support.append(work / f"{path.stem}.o")
        run([*compiler, "-c", path, "-o", support[-1]])
    for path in suites():
        run([*compiler, path, *support, work / "sst.o", "-o", work / path.stem, *flags])
        run([work / path.stem], CK_FORK="no")
    expect(True, "the unit suites of its interface succeed with it")


def case(folder):
    work = fresh(folder / "amalgamation")
    python = need("python3")
    run([python, ROOT / "src/cmake/amalgamate.py", work])
    once = (work / "sst.c").read_bytes() + (work / "sst.h").read_bytes()
    run([python, ROOT / "src/cmake/amalgamate.py", work / "again"])
    again = (work / "again/sst.c").read_bytes() + (work / "again/sst.h").read_bytes()
    expect(once == again, "identical when written a second time")

    (work / "use.c").write_text('#include "sst.h"\n#include "sst.h"\n')
    # The rest takes the object of the last.
    for compiler in compilers():
        run([compiler, "-std=c11", "-O2", *WARNINGS, "-c", work / "sst.c", "-o", work / "sst.o"])
        run([compiler, "-std=c99", *WARNINGS, "-Wc++-compat", "-fsyntax-only", work / "use.c"])
        expect(True, f"no warning of {compiler}")
    run([os.environ.get("CXX", "c++"), "-std=c++11", *WARNINGS, "-x", "c++", "-fsyntax-only",
         work / "use.c"])

    defined = {line.split()[2] for line in run(["nm", "-g", "--defined-only", work / "sst.o"])
               .splitlines()}
    if defined != interface():
        raise Failed(f"sst.o defines more or less than libsst.so: {sorted(defined ^ interface())}")
    expect(True, "only the interface is visible")

    # Programs that include <sst/session.h> get all of it.
    (work / "sst").mkdir()
    for path in (ROOT / "include/sst").glob("*.h"):
        (work / "sst" / path.name).write_text('#include "../sst.h"\n')
    run(["cc", "-std=c99", f"-I{work}", HERE / "program.c", work / "sst.o", "-o", work / "program"])
    succeeds(work / "program", "a program with it")
    run(["cc", "-std=c11", f"-I{work}", ROOT / "examples/minimal.c", work / "sst.o", "-o",
         work / "minimal"])
    run([work / "minimal"])
    expect(True, "examples/minimal.c with it")
    try_suites(work)
