#!/usr/bin/env python3
"""run_docs.py BUILD [PAGE...]: the manual, tried.

Runs every ```sh block of README.md and docs/, page after page, in one scratch
folder: a page uses what the pages before it have made. A block marked
```sh no-run (a download, a long run, another machine) is listed instead. Of
all commands, those in tables and no-run blocks too, the subcommand and the
flags must exist. Links must lead to a file; lengths are limited. The picture
of CONTRIBUTING.md shows the layers that CMake builds, and a layer includes
only what its DEPENDS names, or what those depend on.
"""
import functools
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
# In the order of reading: data before training before the rest.
PAGES = ["README.md"] + [f"docs/{name}.md" for name in (
    "data", "training", "optimizers", "evaluation", "int8", "sweeps", "statistics", "formats",
    "performance", "c_and_python")]
LIMITS = {"README.md": 120}  # lines; a page of docs/: 150
WIDTH = 110
SECONDS_PER_PAGE = 300


def blocks(text):
    """(line, info string, body) of each fenced block."""
    for match in re.finditer(r"^```(\S*)([^\n]*)\n(.*?)^```$", text,
                             re.MULTILINE | re.DOTALL):
        yield (text[:match.start()].count("\n") + 1,
               (match[1] + match[2]).strip(), match[3])


def commands(text):
    """Each nanobrain command, in blocks of sh and in spans of code."""
    for _, info, body in blocks(text):
        if info.split()[:1] == ["sh"]:
            body = re.sub(r"\\\n", " ", body)
            yield from re.findall(r"^(nanobrain(?:-run)? [^#\n|;&]*)", body,
                                  re.MULTILINE)
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    for span in re.findall(r"`([^`]+)`", prose):
        if re.match(r"nanobrain(-run)? [a-z]", span):
            yield span


class Checker:
    def __init__(self, build):
        self.bin = pathlib.Path(build).resolve() / "bin"
        self.errors = []

    @functools.cache
    def help(self, *words):
        result = subprocess.run([self.bin / words[0], *words[1:], "--help"],
                                capture_output=True, text=True, check=False)
        return result.stdout if result.returncode == 0 else None

    def check_command(self, page, command):
        words = command.replace("\\|", "|").split()
        known = [words[0]]
        for word in words[1:]:
            # "score|bench" in a table stands for both.
            names = word.split("|")
            if not re.fullmatch(r"[a-z|-]+", word) or word.startswith("-"):
                break
            listed = re.search(r"^Subcommands:\n((?:  .*\n)*)",
                               self.help(*known) or "", re.MULTILINE)
            if not listed:
                break
            for name in names:
                if not re.search(rf"^  {name}\s", listed[1], re.MULTILINE):
                    self.errors.append(f"{page}: no subcommand {name}: {command}")
                    return
            known.append(names[0])
        text = self.help(*known)
        if text is None:
            self.errors.append(f"{page}: {' '.join(known)} --help fails")
            return
        for flag in re.findall(r"(?<=\s)--[a-z0-9-]+", " " + " ".join(words)):
            if not re.search(rf"(?<![\w-]){flag}(?![\w-])", text):
                self.errors.append(f"{page}: no flag {flag}: {command}")

    def check_text(self, page, text):
        lines = text.splitlines()
        limit = LIMITS.get(page, 150)
        if len(lines) > limit:
            self.errors.append(f"{page}: {len(lines)} lines, {limit} at most")
        for number, line in enumerate(lines, 1):
            if len(line) > WIDTH:
                self.errors.append(f"{page}:{number}: {len(line)} columns")
        for target in (re.findall(r"\]\(([^)#]+)[^)]*\)", text)
                       + re.findall(r"^\[\w+\]: (\S+)$", text, re.MULTILINE)):
            if "://" not in target:
                path = (ROOT / page).parent / target
                if not path.exists():
                    self.errors.append(f"{page}: no file {target}")
        for command in commands(text):
            self.check_command(page, command)


    def check_layers(self):
        """[name] in the picture, one for each layer of CMakeLists.txt; what
        their files include."""
        picture = next(body for _, info, body in
                       blocks((ROOT / "CONTRIBUTING.md").read_text())
                       if info == "text")
        shown = re.findall(r"\[([a-z_/]+)\]", picture)
        built = re.findall(r"add_subdirectory\(nanobrain/([a-z_/]+)\)",
                           (ROOT / "CMakeLists.txt").read_text())
        if sorted(shown) != sorted(built):
            self.errors.append(
                "CONTRIBUTING.md: the picture and CMakeLists.txt differ in "
                f"{sorted(set(shown) ^ set(built)) or 'repeated layers'}")
        reach = {}  # layer: itself and all that it depends on
        for layer in built:  # from low to high
            folder = ROOT / "nanobrain" / layer
            depends = re.search(
                r"nanobrain_library\([^)]*\bDEPENDS((?:\s+[a-z_]+)+)",
                (folder / "CMakeLists.txt").read_text())
            names = depends[1].split() if depends else []
            reach[layer] = {layer}.union(
                *(reach[name.replace("_page", "/page")] for name in names))
            for path in folder.glob("*.[ch]*"):
                used = re.findall(r'^#include "nanobrain/([\w/]+)/[^/]+"',
                                  path.read_text(), re.MULTILINE)
                for other in set(used) - reach[layer]:
                    if layer != "programs":  # which are linked to all
                        self.errors.append(f"{path}: includes {other}, which "
                                           f"the DEPENDS of {layer} lacks")


def prepare_folder(folder, build):
    """What a checkout with a build looks like to the commands."""
    for name in ("experiments", "ablations", "examples"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "build").mkdir()
    (folder / "build/release").symlink_to(pathlib.Path(build).resolve())
    (folder / "home").mkdir()


def run_page(page, text, folder):
    """Runs a page's blocks in one shell; the number of blocks left out, or
    None where one failed."""
    script, left_out = ["set -euo pipefail"], []
    for line, info, body in blocks(text):
        if info == "sh":
            script += [f"echo '@@ {page}:{line}' >&2", body]
        elif info == "sh no-run":
            left_out.append(line)
        elif info.split()[:1] == ["sh"]:
            print(f"{page}:{line}: unknown mark: {info}")
            return None
    programs = folder / "build/release/bin"
    environment = dict(
        os.environ, HOME=str(folder / "home"),
        PATH=f"{programs}:{os.environ['PATH']}",
        NANOBRAIN=str(programs / "nanobrain"),
        NANOBRAIN_RUN=str(programs / "nanobrain-run"))
    start = time.monotonic()
    try:
        result = subprocess.run(
            ["bash", "-c", "\n".join(script)], cwd=folder, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=SECONDS_PER_PAGE, check=False)
        output, code = result.stdout, result.returncode
    except subprocess.TimeoutExpired as expired:
        output, code = expired.stdout or b"", "too slow"
    ran = sum(line.startswith("echo '@@") for line in script)
    print(f"{page}: {ran} blocks in {time.monotonic() - start:.0f} s, "
          f"{len(left_out)} left out"
          + (f" (lines {', '.join(map(str, left_out))})" if left_out else ""),
          flush=True)
    if code != 0:
        last = output.decode(errors="replace").rpartition("@@ ")[2]
        print(f"FAILED ({code}) at {last[-6000:]}")
        return None
    return len(left_out)


def main():
    build = sys.argv[1]
    pages = sys.argv[2:] or PAGES
    checker = Checker(build)
    texts = {page: (ROOT / page).read_text() for page in pages}
    for page, text in texts.items():
        checker.check_text(page, text)
    if not sys.argv[2:]:
        checker.check_text("CONTRIBUTING.md",
                           (ROOT / "CONTRIBUTING.md").read_text())
        checker.check_layers()
        unlisted = {f"docs/{path.name}" for path in ROOT.glob("docs/*.md")}
        for page in sorted(unlisted - set(PAGES)):
            checker.errors.append(f"{page}: not in run_docs.py's list")
    print(*checker.errors, sep="\n", end="\n" if checker.errors else "")
    total = 0
    with tempfile.TemporaryDirectory(prefix="nanobrain-docs-") as scratch:
        folder = pathlib.Path(scratch)
        prepare_folder(folder, build)
        for page, text in texts.items():
            left_out = run_page(page, text, folder)
            if left_out is None:
                return 1
            total += left_out
    print(f"{total} blocks were left out")
    return 1 if checker.errors else 0


if __name__ == "__main__":
    sys.exit(main())
