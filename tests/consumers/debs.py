"""The Debian packages: built, checked by lintian, unpacked, and installed into a new root."""
import os
import pathlib
import re
import shlex
import shutil
import tempfile

from common import HERE, ROOT, Failed, expect, fresh, need, run, succeeds, version

NAMES = ["libsst-dev", "libsst-osip-dev", "libsst-osip0", "libsst0", "sst-tools"]


def built(build):
    return [deb for deb in sorted((build / "debian").glob("*.deb")) if "-dbgsym" not in deb.name]


def make(build):
    """As a package maintainer does, from the archive; the unit suites have already run."""
    for tool in ("dh", "dpkg-buildpackage", "tar"):
        need(tool)
    run(["cmake", "--build", build, "--target", "sst-debian"],
        DEB_BUILD_OPTIONS="nocheck parallel=2")
    debs = built(build)
    expect([deb.name.split("_")[0] for deb in debs] == NAMES, f"packages: {', '.join(NAMES)}")
    expect(len(list((build / "debian").glob("*.dsc"))) == 1, "and a source package")
    return debs


def field(deb, name):
    return run(["dpkg-deb", "-f", deb, name]).strip()


def case(folder):
    """Without the rights to install: the contents of the packages, and programs built from them."""
    debs = make(folder / "build tree")
    root = fresh(folder / "deb") / "root"
    for deb in debs:
        run(["dpkg-deb", "-x", deb, root])
    depends = {deb.name.split("_")[0]: field(deb, "Depends") for deb in debs}
    expect("osip" not in depends["libsst0"], "the core does not need libosip2")
    expect("libosip2-" in depends["libsst-osip0"] and "libsst0 (>=" in depends["libsst-osip0"],
           "the adapter does, and the core")
    expect("osip" not in depends["libsst-dev"] and "libsst0 (=" in depends["libsst-dev"],
           "nor does libsst-dev")
    expect(all(f"{name} (=" in depends["libsst-osip-dev"] for name in ("libsst-dev",
                                                                       "libsst-osip0")),
           "libsst-osip-dev goes with its library")
    expect("libsst0 (>=" in depends["sst-tools"], "the programs need the library")
    for library in ("libc-ares", "libjansson", "libosip2", "libpcap", "libssl"):
        expect(library in depends["sst-tools"], f"and {library}")
    symbols = {deb.name.split("_")[0]: run(["dpkg-deb", "-I", deb, "symbols"]) for deb in debs
               if deb.name.startswith(("libsst0", "libsst-osip0"))}
    for name, text in symbols.items():
        expect(f" {name} " in text and text == (ROOT / "src/debian" / f"{name}.symbols").read_text(),
               f"src/debian/{name}.symbols is as built")
    expect(all(field(deb, "Multi-Arch") == "same" for deb in debs if deb.name.startswith("lib")),
           "libraries of several architectures can coexist")

    lib = next(root.rglob("libsst.so")).parent
    pages = sorted(path.name for path in (root / "usr/share/man").rglob("*.gz"))
    expect({"sst-ua.1.gz", "sst-proxy.1.gz", "sst-explain.1.gz", "sst_session_init.3.gz", "libsst.7.gz"} <= set(pages),
           f"{len(pages)} manual pages")
    examples = root / "usr/share/doc/libsst-dev/examples"
    expect({"minimal.c", "poll.c", "stack.c", "stack.h", "peer.c", "peer.h"}
           <= {path.name for path in examples.rglob("*.[ch]")}, "examples to copy from")
    flags = shlex.split(run([need("pkg-config"), "--cflags", "--libs", "sst"],
                            PKG_CONFIG_PATH=str(lib / "pkgconfig")))
    run(["cc", "-std=c99", HERE / "program.c", "-o", root.parent / "program", *flags])
    succeeds(root.parent / "program", "a program with them", LD_LIBRARY_PATH=str(lib))
    loop = examples / "loops"
    run(["cc", "-std=c11", "-D_POSIX_C_SOURCE=200809L", loop / "poll.c", loop / "stack.c",
         loop / "peer.c", "-o", root.parent / "loop", *flags])
    run([root.parent / "loop"], LD_LIBRARY_PATH=str(lib))
    expect(True, "the poll loop of the examples")
    for program in ("sst-ua", "sst-proxy", "sst-explain"):
        run([root / "usr/bin" / program, "--help"], LD_LIBRARY_PATH=str(lib))
    expect(True, "sst-ua, sst-proxy and sst-explain start")


def made(folder):
    """The packages that consumer.deb has made."""
    debs = built(folder / "build tree")
    if not debs:
        print("skipped: consumer.deb has made no packages")
        raise SystemExit(77)
    return debs


def case_lintian(folder):
    need("lintian")
    made(folder)
    changes = list((folder / "build tree/debian").glob("*.changes"))
    run(["lintian", "--allow-root", "--fail-on", "error,warning", *changes])
    expect(True, "lintian has no warnings")


def case_reuse(folder):
    need("reuse")
    run(["cmake", "--build", folder / "build tree", "--target", "sst-archive"])
    run(["reuse", "--root", next((folder / "build tree/archive").glob("libsst-*/")), "lint"])
    expect(True, "every file of the archive has its copyright and licence")
    expect(list((folder / "build tree/archive").glob("*.spdx")), "and there is a list of them, SPDX")


def case_same(folder):
    """Another folder and another day give the same packages. Neither folder has a space in its
    name: with one, dpkg-buildflags omits -ffile-prefix-map, and paths get into build IDs."""
    made(folder)
    with tempfile.TemporaryDirectory(prefix="sst-") as scratch:
        debs = []
        for name in ("one", "elsewhere/two"):
            build = pathlib.Path(scratch) / name
            run(["cmake", "-S", ROOT, "-B", build, "-DCMAKE_BUILD_TYPE=Release",
                 "-DSST_TESTS=OFF"])
            debs.append(make(build))
        for deb, again in zip(*debs):
            expect(deb.read_bytes() == again.read_bytes(), f"{deb.name} again")


def sources():
    """The package sources of this machine's apt for its own release."""
    lines = run(["apt-get", "indextargets", "--format",
                 "deb $(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"]).splitlines()
    lines = sorted({line for line in lines if " bookworm" in line})
    if not lines:
        raise Failed("apt knows no repository of Debian bookworm")
    return "\n".join(lines) + "\n"


def case_root(folder):
    """A minimal Debian with the packages and a compiler: installed by apt, used, and removed."""
    if os.geteuid() != 0:
        print("skipped: only root can make a root file system")
        raise SystemExit(77)
    for tool in ("mmdebstrap", "apt-get", "chroot"):
        need(tool)
    debs = made(folder)
    work = fresh(folder / "deb-root")
    root = work / "root"
    (work / "sources.list").write_text(sources())
    options = [line for line in run(["apt-config", "dump"]).splitlines()
               if re.match(r"Acquire::(https?::Proxy|Check-Valid-Until|Check-Date) ", line)]
    (work / "apt.conf").write_text("".join(f"{line}\n" for line in options))
    try:
        run(["mmdebstrap", "--quiet", "--mode=root", "--variant=apt", f"--aptopt={work}/apt.conf",
             "--include=gcc,libc6-dev,pkgconf", "bookworm", root, work / "sources.list"])
        shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
        for path in [*debs, HERE / "program.c", HERE / "osip.c"]:
            shutil.copy(path, root / "root")
        inside = ["chroot", root, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "sh", "-ec"]
        run([*inside, "apt-get update -qq </dev/null"])
        run([*inside, "apt-get install -qq --yes /root/*.deb </dev/null"])
        expect(True, "apt installs them")
        for name, package in (("program", "sst"), ("osip", "sst-osip")):
            run([*inside, f"cc -std=c99 /root/{name}.c -o /root/{name} "
                          f"$(pkg-config --cflags --libs {package})"])
            told = run([*inside, f"/root/{name}"])
            expect(told == f"ok {version()}\n", f"{name}.c built there runs there")
        tests = ROOT / "src/debian/tests"
        shutil.copy(tests / "compile", root / "root")
        run([*inside, "mkdir /root/tmp; AUTOPKGTEST_TMP=/root/tmp sh /root/compile"])
        run([*inside, re.search("^Test-Command: (.*)$", (tests / "control").read_text(), re.M)[1]])
        expect(True, "so do the autopkgtests, and with them the programs")
        run([*inside, "apt-get purge -qq --yes " + " ".join(NAMES)])
        left = run([*inside, "find / -xdev -name '*sst*' -not -path '/root/*' -not -path '/proc/*'"
                             " -not -path '/var/log/*' -not -path '/var/cache/*'"]).split()
        left = [path for path in left if re.search(r"/(lib)?sst[-_.0-9/]|/sst$", path)]
        expect(not left, f"nothing is left when they are removed {left}")
    finally:
        shutil.rmtree(root, ignore_errors=True)
