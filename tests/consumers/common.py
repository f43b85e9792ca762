"""What the tests of libsst's users share: running commands, and paths."""
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wsign-conversion", "-Wshadow",
            "-Werror"]


class Failed(Exception):
    """A test found something wrong."""


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def need(tool):
    found = shutil.which(tool)
    return found if found else skip(f"{tool} is not installed")


def run(command, status=0, cwd=None, **environment):
    """Runs a command. Returns its output, both streams combined."""
    command = [str(word) for word in command]
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **environment}, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    if (done.returncode == 0) != (status == 0):
        raise Failed(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def expect(condition, text):
    if not condition:
        raise Failed(text)
    print(f"ok      {text}")


def version():
    for line in (ROOT / "include/sst/version.h").read_text().splitlines():
        if "SST_VERSION_STRING" in line:
            return line.split('"')[1]
    raise Failed("no SST_VERSION_STRING")


def succeeds(program, what, **environment):
    """Runs one of the programs here, which must print ok and the library's version."""
    expect(run([program], **environment) == f"ok {version()}\n", what)


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
