"""All of the core in two files: compiled on their own, and tested in the place of the library."""
import os
import re
import shutil

from common import HERE, ROOT, WARNINGS, Failed, expect, fresh, need, run, succeeds

def compilers():
    found = [name for name in (os.environ.get("CC", "cc"), "clang-19", "clang", "gcc")
             if shutil.which(name)]
    return list(dict.fromkeys(found))


def interface():
    return set((HERE.parent / "tree/abi/libsst.symbols").read_text().split())


def undefined(path):
    return {line.split()[-1] for line in run(["nm", "-u", path]).splitlines()}


def suites():
    """Suites that may use the interface alone: they do not look at the documentation, need no
    libosip2, and do not take long."""
    for path in sorted((ROOT / "tests/unit").glob("test_*.c")):
        if not re.match("test_(osip|exhaustive|queue_random|session_random)", path.name) and \
                "SST_DOCS_DIR" not in path.read_text():
            yield path


def try_suites(work):
    """Runs those suites that call nothing else. For names of bits they may see private headers."""
    flags = run([need("pkg-config"), "--cflags", "--libs", "check"]).split()
    compiler = ["cc", "-std=c11", f"-I{work}", f"-I{ROOT / 'src'}"]
    support = []
    for path in (ROOT / "tests/unit").glob("support*.c"):
        support.append(work / f"{path.stem}.o")
        run([*compiler, "-c", path, "-o", support[-1]])
    count = 0
    for path in suites():
        program = work / path.stem
        run([*compiler, "-c", path, "-o", f"{program}.o"])
        if all(name in interface() for name in undefined(f"{program}.o") if
               name.startswith("sst_")):
            run(["cc", f"{program}.o", *support, work / "sst.o", "-o", program, *flags])
            run([program], CK_FORK="no")
            count += 1
    expect(count >= 30, f"{count} suites of the unit tests succeed with it")


def case(folder):
    work = fresh(folder / "amalgamation")
    python = need("python3")
    run([python, ROOT / "src/cmake/amalgamate.py", work])
    once = (work / "sst.c").read_bytes() + (work / "sst.h").read_bytes()
    run([python, ROOT / "src/cmake/amalgamate.py", work / "again"])
    again = (work / "again/sst.c").read_bytes() + (work / "again/sst.h").read_bytes()
    expect(once == again, "written the same a second time")

    (work / "use.c").write_text('#include "sst.h"\n#include "sst.h"\n')
    for compiler in compilers():
        run([compiler, "-std=c11", "-O2", *WARNINGS, "-c", work / "sst.c", "-o", work / "o.o"])
        run([compiler, "-std=c99", *WARNINGS, "-Wc++-compat", "-fsyntax-only", work / "use.c"])
        expect(True, f"no warning of {compiler}")
    run([os.environ.get("CXX", "c++"), "-std=c++11", *WARNINGS, "-x", "c++", "-fsyntax-only",
         work / "use.c"])

    run(["cc", "-std=c11", "-O1", "-c", work / "sst.c", "-o", work / "sst.o"])
    defined = {line.split()[2] for line in run(["nm", "-g", "--defined-only", work / "sst.o"])
               .splitlines()}
    if defined != interface():
        raise Failed(f"sst.o defines more or less than libsst.so: {sorted(defined ^ interface())}")
    expect(True, "nothing but the interface is visible")

    # Where programs write <sst/session.h> they get all of it.
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
