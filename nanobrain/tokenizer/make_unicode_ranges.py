"""Writes unicode_ranges.inc beside itself: the code points of the general categories L* and N* as ranges.

    pip install unicodedata2==16.0.0 && python make_unicode_ranges.py

Unicode 16 is what tiktoken 0.14 and Hugging Face tokenizers 0.23 split words by. A test compares every code point with them.
"""
import pathlib

import unicodedata2

VERSION = "16.0.0"
RANGES_A_LINE = 4


def ranges(category):
    """The (first, last) of each run of code points whose general category begins with `category`."""
    found = []
    for code in range(0x110000):
        if unicodedata2.category(chr(code))[0] != category:
            continue
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return found


def array(name, pairs):
    cells = [f"{{0x{first:x}, 0x{last:x}}}," for first, last in pairs]
    lines = [" ".join(cells[i:i + RANGES_A_LINE]) for i in range(0, len(cells), RANGES_A_LINE)]
    return "\n".join([f"constexpr Range {name}[] = {{", *("    " + line for line in lines), "};"])


def main():
    if unicodedata2.unidata_version != VERSION:
        raise SystemExit(f"make_unicode_ranges.py: Unicode {VERSION} is needed: pip install unicodedata2=={VERSION}")
    text = f"// Unicode {VERSION}; made by make_unicode_ranges.py.\n"
    for name, category in (("kLetters", "L"), ("kNumbers", "N")):
        text += "\n" + array(name, ranges(category)) + "\n"
    pathlib.Path(__file__).with_name("unicode_ranges.inc").write_text(text)


if __name__ == "__main__":
    main()
