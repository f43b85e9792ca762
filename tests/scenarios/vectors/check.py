#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of the vectors: check.py CASE VECTORS [CC]

libsst   libsst passes all of them, reports included; CC compiles it as a shared library
simple   an implementation that is too simple fails as README.md says
notices  a vector with one deliberate error fails
schema   they conform to schema.json; needs python3-jsonschema (77 without)

VECTORS is a folder that this writes them to.
"""
import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE), str(ROOT / "tests" / "platform")]
# Further turns of cycles with thousands of turns would show the schema nothing new.
STEPS = 300


def files(folder):
    names = json.loads((folder / "index.json").read_text(encoding="utf-8"))["vectors"]
    return [folder / (name + ".json") for name in names]


def library(scratch, compiler):
    """libsst without sanitizers, which Python could not load."""
    import run
    path = os.path.join(scratch, "libsst.so")
    subprocess.run([compiler, "-std=c11", "-O1", "-shared", "-fPIC", "-fvisibility=hidden",
                    "-DSST_BUILDING", f"-I{ROOT}/include", f"-I{ROOT}/src", *run.core_sources(),
                    "-o", path], check=True)
    return path


def play(*arguments):
    done = subprocess.run([sys.executable, "-B", HERE / "play.py", *arguments], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    return done.returncode, done.stdout


def check_libsst(folder, compiler):
    with tempfile.TemporaryDirectory() as scratch:
        status, text = play("--reports", "--lib", library(scratch, compiler), "libsst", *files(folder))
    print(text, end="")
    return status == 0


def check_simple(folder, _compiler):
    status, text = play("simple", *files(folder))
    page = (HERE / "README.md").read_text(encoding="utf-8")
    # The totals change with each new scenario.
    shown = [line for line in page.split("```")[-2].splitlines()
             if line.startswith(("FAILED", "        shows"))]
    missing = [line for line in shown if line not in text.splitlines()]
    print("\n".join(["in README.md, but not reported: " + line for line in missing]
                    + text.splitlines()[-2:]))
    return status == 1 and shown and not missing


def wrong_vectors(vector):
    """Variants of the vector, each with one change."""
    def changed(change):
        other = copy.deepcopy(vector)
        change(other["steps"])
        return other

    def first(steps, **wanted):
        return next(step for step in steps if all(step.get(key) == value for key, value in wanted.items()))

    refresh = {"event": "refresh", "method": "UPDATE", "offer": False}
    yield "a refresh 1 ms later", changed(lambda s: first(s, must=refresh).update(
        at_ms=first(s, must=refresh)["at_ms"] + 1))
    yield "one refresh fewer", changed(lambda s: s.remove(first(s, must=refresh)))
    yield "a refresh by INVITE", changed(lambda s: first(s, must=refresh)["must"].update(method="INVITE"))
    yield "another interval", changed(lambda s: first(s, do="request")["must"]["headers"][1].append(
        first(s, do="request")["must"]["headers"][1].pop() + "0"))
    yield "one field fewer", changed(lambda s: first(s, do="request")["must"]["headers"].pop())
    yield "no silence", changed(lambda s: s.append({"at_ms": s[-1]["at_ms"], "must": {"event": "retry"}}))
    yield "a rejection", changed(lambda s: first(s, do="receive", method="BYE").update(
        must={"reject": 481}))


def check_notices(folder, compiler):
    vector = json.loads((folder / "c1-503-to-update-alone.Update.json").read_text(encoding="utf-8"))
    good = True
    with tempfile.TemporaryDirectory() as scratch:
        lib, path = library(scratch, compiler), os.path.join(scratch, "wrong.json")
        for what, wrong in [("nothing", vector), *wrong_vectors(vector)]:
            with open(path, "w", encoding="utf-8") as file:
                json.dump(wrong, file)
            status, text = play("--lib", lib, "libsst", path)
            noticed = status == (what != "nothing") and ("FAILED" in text) == (what != "nothing")
            print("%s  %s" % ("ok" if noticed else "FAILED", what))
            good = good and noticed
    return good


def check_schema(folder, _compiler):
    try:
        import jsonschema
    except ImportError:
        debian = "/usr/bin/python3"
        if os.path.realpath(sys.executable) != os.path.realpath(debian) and os.path.exists(debian):
            os.execv(debian, [debian, "-B", *sys.argv])
        print("skipped, not installed: python3-jsonschema")
        sys.exit(77)
    validator = jsonschema.Draft202012Validator(
        json.loads((HERE / "schema.json").read_text(encoding="utf-8")))
    validator.check_schema(validator.schema)
    wrong = 0
    for path in files(folder):
        vector = json.loads(path.read_text(encoding="utf-8"))
        vector["steps"] = vector["steps"][:STEPS]
        for error in validator.iter_errors(vector):
            wrong += 1
            print("FAILED  %s: %s" % (path.name, error.message[:300]))
    vector["steps"].append({"at_ms": 1, "must": {"event": "dance"}})
    if validator.is_valid(vector):
        wrong += 1
        print("FAILED  an event that does not exist is valid")
    return wrong == 0


def main():
    case, folder, *compiler = sys.argv[1:]
    folder = pathlib.Path(folder)
    subprocess.run([sys.executable, "-B", HERE / "write.py", folder], check=True)
    good = globals()["check_" + case](folder, (compiler or ["cc"])[0])
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
