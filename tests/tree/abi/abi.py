#!/usr/bin/env python3
"""The binary interface of libsst and of libsst-osip.

    abi.py symbols FOLDER INSTALLED   the installed libraries export what lib*.symbols list
    abi.py diff FOLDER                the interface is as described in lib*.abi
    abi.py notices FOLDER             ... and a changed interface would be noticed
    abi.py grows FOLDER               policies with more fields do not harm older programs
    abi.py write FOLDER               records the interface as it is now

Exit status: 0 success, 1 failure, 77 not run, with the reason.
"""
import os
import pathlib
import platform
import re
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "consumers"))
from common import ROOT, Failed, expect, fresh, need, run, succeeds  # noqa: E402

CC = os.environ.get("CC", "cc")
LISTS = {"libsst": "SST_CORE_SOURCES", "libsst-osip": "SST_OSIP_SOURCES"}


def soversion():
    return re.search(r"set\(SST_SOVERSION (\d+)\)", (ROOT / "src/CMakeLists.txt").read_text())[1]


def sources(library):
    text = (ROOT / "src/cmake/sources.cmake").read_text()
    found = re.search(rf"set\({LISTS[library]}\n(.*?)\)", text, re.DOTALL)
    return [f"src/{name}" for name in found.group(1).split()]


def build(root, library, output, *options):
    """A shared library with debug information, compiled from within root so that it contains no
    path."""
    flags = ["-std=c11", "-g", "-O0", "-fPIC", "-fvisibility=hidden", "-DSST_BUILDING"]
    run(["gcc", *flags, "-Iinclude", "-Isrc", "-shared", *sources(library), *options,
         f"-Wl,-soname,{library}.so.{soversion()}", "-o", output], cwd=root)


def exported(path):
    lines = run(["nm", "-D", "--defined-only", path]).splitlines()
    return sorted(line.split()[2] for line in lines)


def case_symbols(_, installed):
    for library in LISTS:
        paths = list((installed / "moved here").rglob(f"{library}.so"))
        expect(len(paths) == 1, f"{library} is installed")
        listed = (HERE / f"{library}.symbols").read_text().split()
        found = exported(paths[0])
        if found != sorted(listed):
            raise Failed(f"{library}.symbols and what is exported differ in "
                         f"{sorted(set(found) ^ set(listed))}")
        expect(True, f"{library}: {len(found)} symbols, as listed")
        told = run(["readelf", "-d", paths[0]])
        soname = f"{library}.so.{soversion()}"
        expect(f"soname: [{soname}]" in told, f"SONAME {soname}")
        wanted = {"libsst": {"libc.so.6"},
                  "libsst-osip": {"libc.so.6", f"libsst.so.{soversion()}", "libosip2.so.15",
                                  "libosipparser2.so.15"}}[library]
        needed = set(re.findall(r"NEEDED.*\[(.*)\]", told))
        expect(needed <= wanted, f"needs {', '.join(sorted(needed)) or 'nothing'}")


def pinned():
    """The descriptions are valid for one compiler on one machine."""
    if platform.machine() != "x86_64" or sys.maxsize < 2**32:
        print("skipped: the interface is recorded for x86-64")
        sys.exit(77)
    for tool in ("gcc", "abidw", "abidiff"):
        need(tool)


# Only the types from the library's own headers count.
def describe(built):
    return run(["abidw", "--type-id-style", "hash", "--headers-dir", ROOT / "include",
                "--drop-private-types", "--no-show-locs", "--no-corpus-path",
                "--no-comp-dir-path", "--no-elf-needed", built])


def compare(library, built, root):
    """What abidiff reports; empty if nothing."""
    try:
        return run(["abidiff", "--no-show-locs", "--no-corpus-path", "--hd2", root / "include",
                    "--drop-private-types", HERE / f"{library}.abi", built]).strip()
    except Failed as failure:
        return str(failure)


def build_all(folder, root=ROOT):
    built = {}
    for library in LISTS:
        built[library] = fresh(folder / library) / f"{library}.so"
        build(root, library, built[library])
    return built


def case_diff(folder, _):
    pinned()
    for library, built in build_all(folder).items():
        report = compare(library, built, ROOT)
        if report:
            raise Failed(
                f"The interface is not what tests/tree/abi/{library}.abi describes:\n{report}\n"
                "If something was only added, record it: tests/tree/abi/abi.py write FOLDER.\n"
                "Anything else needs a new SST_SOVERSION (src/CMakeLists.txt) if a release has it,"
                " and a line in docs/CHANGELOG.md.")
        expect(True, f"{library} is as recorded")


# File, text that occurs in it, change that would break programs.
CHANGES = [
    ("include/sst/session.h", "    uint64_t since_ms; ", "    uint64_t since_us, since_ms; "),
    ("include/sst/types.h", "SST_SIDE_LOCAL = 1", "SST_SIDE_LOCAL = 3"),
    ("include/sst/policy.h", "    uint32_t min_se; ", "    uint64_t min_se; "),
    ("include/sst/message.h", "    uint32_t min_se; ", "    uint32_t least, min_se; "),
]


def changed(folder, changes):
    """A modified copy of the sources."""
    root = fresh(folder) / "root"
    for name in ("include", "src"):
        shutil.copytree(ROOT / name, root / name)
    for name, old, new in changes:
        text = (root / name).read_text()
        if old not in text:
            raise Failed(f"{name} does not have: {old}")
        (root / name).write_text(text.replace(old, new, 1))
    return root


def case_notices(folder, _):
    pinned()
    for index, change in enumerate(CHANGES):
        root = changed(folder / str(index), [change])
        build(root, "libsst", root / "libsst.so")
        report = compare("libsst", root / "libsst.so", root)
        expect(report, f"{change[0]} with: {' '.join(change[2].split())[-40:]}")


# A possible later version: two more fields in each policy. The table's order differs from the
# structure's; its last line is absolute_min. Only the end of the line is matched, because a
# comment's indentation depends on its neighbours.
POLICY_END = "/**< NULL: nothing is counted */\n};\n"
MORE = POLICY_END.replace("};", "    uint32_t future_s;\n    uint32_t future_count;\n};")
FUTURE = [
    ("include/sst/policy.h", POLICY_END, MORE),
    ("include/sst/proxy.h", POLICY_END, MORE),
    ("src/policy/policy.c", "== SST_POLICY_SIZE_MIN", "== SST_POLICY_SIZE_MIN + 8"),
    ("src/policy/policy.c", "    .absolute_min = SST_ABSOLUTE_MIN_S,\n",
     "    .absolute_min = SST_ABSOLUTE_MIN_S,\n    .future_s = 5,\n"),
    ("src/policy/proxy.c", "== SST_PROXY_POLICY_SIZE_MIN", "== SST_PROXY_POLICY_SIZE_MIN + 8"),
    ("src/policy/proxy.c", "    .absolute_min = SST_ABSOLUTE_MIN_S,\n",
     "    .absolute_min = SST_ABSOLUTE_MIN_S,\n    .future_s = 5,\n"),
    ("src/policy/fields.h", "#define SST_POLICY_FIELDS(X) \\\n",
     "#define SST_POLICY_FIELDS(X) \\\n"
     '    X(future_s, NUMBER, 1, 9, "1..9", "s", "", "") \\\n'),
    ("src/policy/fields.h", "#define SST_PROXY_FIELDS(X) \\\n",
     "#define SST_PROXY_FIELDS(X) \\\n"
     '    X(future_s, NUMBER, 1, 9, "1..9", "s", "", "") \\\n'),
]


def objects(folder, root, name):
    """The core compiled with a sanitizer, so that one byte too many ends the test."""
    out = fresh(folder / name)
    made = []
    for source in sources("libsst"):
        made.append(out / (source.replace("/", "-") + ".o"))
        run([CC, "-std=c11", "-g", "-O1", "-fsanitize=address,undefined",
             "-fno-sanitize-recover=all", f"-I{root / 'include'}", f"-I{root / 'src'}",
             "-c", root / source, "-o", made[-1]])
    return made


def link(program, headers, source, parts):
    run([CC, "-std=c11", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
         f"-I{headers / 'include'}", source, *parts, "-o", program])


def case_grows(folder, _):
    future = changed(folder / "future", FUTURE)
    later = objects(folder, future, "later")
    today = objects(folder, ROOT, "today")

    link(folder / "older", ROOT, HERE / "older.c", later)
    succeeds(folder / "older", "a program of today with a library of tomorrow")
    link(folder / "program", ROOT, HERE.parents[1] / "consumers/program.c", later)
    succeeds(folder / "program", "another one")
    link(folder / "both", future, HERE / "newer.c", later)
    expect(run([folder / "both"]) == "taken 5 0\n", "tomorrow's programs can use tomorrow's fields")
    link(folder / "newer", future, HERE / "newer.c", today)
    expect(run([folder / "newer"]) == "refused: size\n",
           "a library of today rejects what a program of tomorrow asks for")


def case_write(folder, _):
    pinned()
    for library, built in build_all(folder).items():
        (HERE / f"{library}.abi").write_text(describe(built))
        text = "".join(f"{name}\n" for name in exported(built))
        (HERE / f"{library}.symbols").write_text(text)


def main():
    case, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    installed = pathlib.Path(sys.argv[3]).resolve() if len(sys.argv) > 3 else None
    cases = {"symbols": case_symbols, "diff": case_diff, "notices": case_notices,
             "grows": case_grows, "write": case_write}
    folder.mkdir(parents=True, exist_ok=True)
    try:
        cases[case](folder, installed)
    except Failed as failure:
        print(f"FAILED  {failure}")
        sys.exit(1)


main()
