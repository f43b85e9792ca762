"""The Debian packages: made, looked at by lintian, taken apart, and installed into a fresh root."""
import os
import re
import shlex
import shutil

from common import HERE, ROOT, Failed, expect, fresh, need, run, succeeds, version

NAMES = ["libsst-dev", "libsst-osip0", "libsst0", "sst-tools"]


def make(folder):
    for tool in ("cpack", "dpkg-deb", "dpkg-shlibdeps"):
        need(tool)
    build = folder / "build tree"
    for old in build.glob("*.deb"):
        old.unlink()
    run(["cpack", "-G", "DEB"], cwd=build)
    debs = sorted(build.glob("*.deb"))
    expect([deb.name.split("_")[0] for deb in debs] == NAMES, f"packages: {', '.join(NAMES)}")
    return debs


def field(deb, name):
    return run(["dpkg-deb", "-f", deb, name]).strip()


def case(folder):
    """Without the rights to install: what is in the packages, and programs built from that."""
    debs = make(folder)
    root = fresh(folder / "deb") / "root"
    for deb in debs:
        run(["dpkg-deb", "-x", deb, root])
    depends = {deb.name.split("_")[0]: field(deb, "Depends") for deb in debs}
    expect("osip" not in depends["libsst0"], "the core needs no libosip2")
    expect("libosip2-" in depends["libsst-osip0"] and "libsst0 (>=" in depends["libsst-osip0"],
           "the adapter does, and the core")
    expect(re.search(r"libsst0 \(= .*libsst-osip0 \(= .*libosip2-dev", depends["libsst-dev"]),
           "libsst-dev needs just these libraries")
    expect("libsst0 (>=" in depends["sst-tools"], "the programs need the library")
    for library in ("libc-ares", "libjansson", "libosip2", "libssl"):
        expect(library in depends["sst-tools"], f"and {library}")
    shlibs = run(["dpkg-deb", "-I", debs[2], "shlibs"]).split()
    expect(shlibs[:3] == ["libsst", "0", "libsst0"], "shlibs names the package of the SONAME")

    lib = next(root.rglob("libsst.so")).parent
    pages = sorted(path.name for path in (root / "usr/share/man").rglob("*.gz"))
    expect({"sst-ua.1.gz", "sst-proxy.1.gz", "sst_session_init.3.gz", "libsst.7.gz"} <= set(pages),
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
    for program in ("sst-ua", "sst-proxy"):
        run([root / "usr/bin" / program, "--help"], LD_LIBRARY_PATH=str(lib))
    expect(True, "sst-ua and sst-proxy start")


def made(folder):
    """The packages that consumer.deb has made."""
    debs = sorted((folder / "build tree").glob("*.deb"))
    if not debs:
        print("skipped: consumer.deb has made no packages")
        raise SystemExit(77)
    return debs


def case_lintian(folder):
    need("lintian")
    told = run(["lintian", "--allow-root", "--fail-on", "error", *made(folder)])
    expect(True, "lintian finds no error" + (", but:\n" + told if told else ""))


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
        run([*inside, "sst-ua --help; sst-proxy --help"])
        expect(True, "so do sst-ua and sst-proxy")
        run([*inside, "apt-get purge -qq --yes libsst0 libsst-osip0 libsst-dev sst-tools"])
        left = run([*inside, "find / -xdev -name '*sst*' -not -path '/root/*' -not -path '/proc/*'"
                             " -not -path '/var/log/*' -not -path '/var/cache/*'"]).split()
        left = [path for path in left if re.search(r"/(lib)?sst[-_.0-9/]|/sst$", path)]
        expect(not left, f"nothing is left when they are removed {left}")
    finally:
        shutil.rmtree(root, ignore_errors=True)
