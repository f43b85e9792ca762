#!/usr/bin/env python3
"""Whether page.py notices what it is for: a small correct tree, then one mistake at a time."""

import contextlib
import io
import json
import os
import runpy
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))

FILES = {
    "tests/docs/conformance/requirements.tsv":
        "id\tsection\tlevel\trole\trule\n"
        "4-1\t4\tMUST\tANY\tOne.\n"
        "7.3-2\t7.3\tSHOULD\tUAC\tTwo.\n",
    "tests/docs/conformance/decisions.tsv": "id\ttitle\tdecision\twhy\nEC-01\tThree\tSo.\tThus.\n",
    "tests/docs/conformance/host.tsv": "id\twhy\tguide\n7.3-2\tthe host's\tguide.md#what-stays-yours\n",
    "docs/guide.md": "# Guide\n\n## What stays yours\n",
    "tests/unit/test_a.c": "/* Shows: 4-1 */\n/* Shows: FB-01 */\nSTART_TEST(first)\n",
    "tests/scenarios/story.sst": "title A story\nshows EC-01 FB-02 I3\n",
    "tests/programs/e2e/cases/test_b.py": '# Shows: 7.3-2\ndef retry(lab):\n    """Again."""\n',
    "build/tests/ran/unit.a.tap": "ok 1 - /x/test_a.c:all:first: Passed\n1..1\n",
}
CTEST = ["unit.a", "scenario.story", "e2e.retry"]

# File, text that occurs in it, replacement; what page.py must report.
MISTAKES = [
    ("tests/unit/test_a.c", "4-1", "4-2", "there is no 4-2"),
    ("tests/unit/test_a.c", "4-1", "4-1 4-1", "4-1 twice"),
    ("tests/unit/test_a.c", "START_TEST(first)", "\nSTART_TEST(first)", "is not above a test"),
    ("tests/unit/test_a.c", "/* Shows: 4-1 */\n", "", "4-1 is shown by nothing"),
    ("tests/scenarios/story.sst", "EC-01", "", "EC-01 is shown by nothing"),
    ("tests/programs/e2e/cases/test_b.py", "# Shows: 7.3-2\n", "", "shown by no end-to-end test"),
    ("tests/docs/conformance/requirements.tsv", "7.3-2\t", "4-1\t", "4-1 is there already"),
    ("tests/docs/conformance/requirements.tsv", "MUST\t", "MUST", "columns"),
    ("tests/docs/conformance/host.tsv", "7.3-2", "4-1", "4-1 is not the host's"),
    ("tests/docs/conformance/host.tsv", "#what-stays-yours", "#elsewhere", "has no elsewhere"),
    ("build/tests/ran/unit.a.tap", "first: Passed", "second: Passed", "first did not run"),
    ("build/tests/ran/unit.a.tap", "ok 1", "not ok 1", "first did not run"),
    ("build/ctest", "scenario.story", "scenario.other", "ctest knows no scenario.story"),
    ("build/ctest", '"e2e.retry", "command": ["x"]', '"e2e.retry"', "ctest knows no e2e.retry"),
    ("build/results.xml", 'status="run"', 'status="notrun"', "e2e.retry did not run"),
]


def put(root, name, text):
    """Writes a file, with its folders."""
    path = os.path.join(root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def make(root):
    """The correct tree."""
    for name, text in FILES.items():
        put(root, name, text)
    for name in ("page.py", "shown.py"):
        shutil.copy(os.path.join(HERE, name), os.path.join(root, "tests/docs/conformance", name))
    tests = json.dumps({"tests": [{"name": name, "command": ["x"]} for name in CTEST]})
    os.chmod(put(root, "build/ctest", "#!/bin/sh\ncat <<'END'\n%s\nEND\n" % tests), 0o755)
    put(root, "build/results.xml", "<testsuite>%s</testsuite>" % "".join(
        '<testcase name="%s" status="run"/>' % name for name in CTEST))
    run(root, "write", os.path.join(root, "build/page.md"))


def run(root, *words):
    """(status, output) of page.py, which runs in this process: starting Python takes longer."""
    output, path, arguments = io.StringIO(), list(sys.path), sys.argv
    script = os.path.join(root, "tests/docs/conformance/page.py")
    sys.argv = [script, *words]
    status = 0
    try:
        with contextlib.redirect_stdout(output):
            runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        status = end.code
    finally:
        sys.argv, sys.path[:] = arguments, path
        sys.modules.pop("shown", None)      # each tree has its own
    return status, output.getvalue()


def judge(root):
    """Runs both checking commands; returns the output of the first that finds something."""
    build = os.path.join(root, "build")
    status, output = run(root, "check", "--build", build, "--ctest", os.path.join(build, "ctest"))
    return (status, output) if status else run(root, "ran", os.path.join(build, "results.xml"))


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as root:
        make(root)
        status, output = judge(root)
        if status != 0:
            print("reports mistakes in a correct tree:\n" + output)
            return 1
        for name, old, new, words in MISTAKES:
            with open(os.path.join(root, name), encoding="utf-8") as file:
                text = file.read()
            assert old in text, (name, old)
            put(root, name, text.replace(old, new))
            status, output = judge(root)
            put(root, name, text)
            if status != 1 or words not in output:
                failed += 1
                print("%s, %r for %r: %d %s, not %r" % (name, new, old, status, output, words))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
