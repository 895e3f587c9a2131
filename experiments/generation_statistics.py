"""What generation.sh counts.

usage: generation_statistics.py --texts SAMPLES.json    the samples as JSON lines
       generation_statistics.py HELD_OUT.txt NAME...    the table of NAME.jsonl and NAME.eval.json beside HELD_OUT.txt, a Markdown table

Texts are cut to their first 100 words; shorter ones are left out; the held-out text is cut into pieces of 100 words. As many pieces of
each are counted, so that shares compare. Every second held-out document is the "other" text, whose words are looked up.
repeated 4-grams: seq-rep-4 of Welleck et al. 2019 (1908.04319), within a piece, over words. distinct n: Li et al. 2016 (1510.03055).
"""
import json
import re
import sys

WORDS = 100


def words_of(text):
    return re.findall(r"\w+|[^\w\s]", text.lower())


def n_grams(words, n):
    return list(zip(*(words[i:] for i in range(n))))


def repeated(pieces, n):
    grams = [n_grams(piece, n) for piece in pieces]
    return 1 - sum(len(set(g)) for g in grams) / sum(len(g) for g in grams)


def distinct(pieces, n):
    grams = [gram for piece in pieces for gram in n_grams(piece, n)]
    return len(set(grams)) / len(grams)


def sentence_length(pieces):
    words = [word for piece in pieces for word in piece]
    return len(words) / max(1, sum(word in ".!?" for word in words))


def table(held_out, names):
    with open(held_out, encoding="utf-8") as file:
        documents = [words_of(d) for d in file.read().split("\n\n")]
    other = {word for document in documents[1::2] for word in document}
    texts = {"held-out text": [d[i:i + WORDS] for d in documents[::2] for i in range(0, len(d) - WORDS + 1, WORDS)]}
    bits = {}
    for name in ["held_out", *names]:
        with open(f"{name}.eval.json", encoding="utf-8") as file:
            bits["held-out text" if name == "held_out" else name] = json.load(file)["bits_per_byte"]
    for name in names:
        with open(f"{name}.jsonl", encoding="utf-8") as file:
            samples = [words_of(json.loads(line)["text"]) for line in file]
        texts[name] = [sample[:WORDS] for sample in samples if len(sample) >= WORDS]
    count = min(len(pieces) for pieces in texts.values())
    if count == 0:
        sys.exit(f"generation_statistics.py: a text has no piece of {WORDS} words")
    step = max(1, len(texts["held-out text"]) // count)  # of all held-out documents, not of the first
    texts["held-out text"] = texts["held-out text"][::step]
    texts = {name: pieces[:count] for name, pieces in texts.items()}
    rows = {
        "repeated 4-grams": lambda p: f"{100 * repeated(p, 4):.2f} %",
        "distinct 1-grams": lambda p: f"{100 * distinct(p, 1):.1f} %",
        "distinct 2-grams": lambda p: f"{100 * distinct(p, 2):.1f} %",
        "distinct 3-grams": lambda p: f"{100 * distinct(p, 3):.1f} %",
        "words a sentence": lambda p: f"{sentence_length(p):.1f}",
        "words that other held-out text has": lambda p: f"{100 * sum(w in other for x in p for w in x) / (WORDS * len(p)):.1f} %",
    }
    print(f"{count} pieces of {WORDS} words each\n")
    print("| | " + " | ".join(texts) + " |\n|---" + "|---:" * len(texts) + "|")
    for label, figure in rows.items():
        print(f"| {label} | " + " | ".join(figure(pieces) for pieces in texts.values()) + " |")
    print("| bits per byte under the model | " + " | ".join(f"{bits[name]:.4f}" for name in texts) + " |")


def main():
    if sys.argv[1] == "--texts":
        with open(sys.argv[2], encoding="utf-8") as file:
            result = json.load(file)
        for sample in result.get("samples", [result]):
            if sample["text"].strip():
                print(json.dumps({"text": sample["text"]}))
        return
    table(sys.argv[1], sys.argv[2:])


if __name__ == "__main__":
    main()
