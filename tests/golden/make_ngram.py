"""Writes ngram.json: probabilities of interpolated modified Kneser-Ney models of two to five tokens, by the equations
of Chen and Goodman (1999, section 3 and eq. 26) over dictionaries, in exact fractions: an n-gram is a tuple.

    python3 tests/golden/make_ngram.py > tests/golden/ngram.json
"""
import json
import random
from collections import Counter, defaultdict
from fractions import Fraction

VOCABULARY, END, HABITS = 100, 99, 6


def ngrams(stream, n):
    return [tuple(stream[i:i + n]) for i in range(len(stream) - n + 1)]


def discounts(counts):
    n = Counter(counts)
    y = Fraction(n[1], n[1] + 2 * n[2])
    return [i - (i + 1) * y * Fraction(n[i + 1], n[i]) for i in (1, 2, 3)]


class Level:
    """Discounted counts of the n-grams of one length."""

    def __init__(self, counts):
        self.counts, self.d = counts, discounts(counts.values())
        assert all(0 < d <= i for i, d in enumerate(self.d, 1)), self.d
        self.total, self.freed = defaultdict(int), defaultdict(Fraction)
        for ngram, count in counts.items():
            self.total[ngram[:-1]] += count
            self.freed[ngram[:-1]] += self.d[min(count, 3) - 1]

    def probability(self, ngram, lower):
        context, count = ngram[:-1], self.counts.get(ngram, 0)
        if context not in self.total:
            return lower
        kept = count - self.d[min(count, 3) - 1] if count else 0
        return (kept + self.freed[context] * lower) / self.total[context]


def main():
    rng = random.Random(1)

    def draw(n):
        return int(n * rng.random() ** 2)

    # A chain with habits, so that n-grams of every length come back, and a fifth of strangers.
    habits = [[draw(VOCABULARY - 5) for _ in range(HABITS)] for _ in range(VOCABULARY)]
    stream = [0]
    while len(stream) < 2000:
        stream.append(draw(VOCABULARY) if rng.random() < 0.2 else habits[stream[-1]][draw(HABITS)])
    whole = [END] + stream
    highest = {n: Level(Counter(ngrams(whole, n))) for n in range(2, 6)}
    # Lower orders count the distinct tokens before an n-gram.
    lower = {n: Level(Counter(ngram[1:] for ngram in set(ngrams(whole, n + 1)))) for n in range(1, 5)}

    def probability(order, ngram):
        p = Fraction(1, VOCABULARY)
        for n in range(1, order):
            p = lower[n].probability(ngram[-n:], p)
        return highest[order].probability(ngram[-order:], p)

    asked = []
    for _ in range(400):
        at = rng.randrange(len(stream) - 5)
        ngram = [rng.randrange(VOCABULARY) if rng.random() < strange else stream[at + i]
                 for i, strange in enumerate((0.2, 0.2, 0.1, 0.1, 0.4))]
        asked.append({"ngram": ngram,
                      "probabilities": [float(probability(order, tuple(ngram))) for order in range(2, 6)]})
    for order in range(2, 6):
        assert sum(probability(order, tuple(stream[:4]) + (w,)) for w in range(VOCABULARY)) == 1
    print(json.dumps({"vocab_size": VOCABULARY, "end_of_text": END, "stream": stream, "asked": asked}))


if __name__ == "__main__":
    main()
