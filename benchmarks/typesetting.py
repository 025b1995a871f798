"""What a letter costs: composed and set, the first in a process and the thousandth.

Run: PYTHONPATH=src:tests python benchmarks/typesetting.py
"""

import resource
import time

import letters
from opendata_hub.adapters.typeset.letters import typeset

ROUNDS = 300


def memory_mb() -> float:
    """The most that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print the figures."""
    print(f"before the first letter: {memory_mb():.0f} MB")
    for language in ("fr", "ar"):
        began = time.perf_counter()
        letters.sample("refusal", language, "exception")
        packs = time.perf_counter() - began
        began = time.perf_counter()
        first = typeset(letters.sample("refusal", language, "exception"))
        print(
            f"{language}: packs {packs:.3f} s, first letter {time.perf_counter() - began:.3f} s, {len(first):,} bytes"
        )
        took = []
        for number in range(ROUNDS):
            began = time.perf_counter()
            letter = letters.letter(
                "refusal",
                letters.asked((letters.Act.REFUSE, "2026-11-23"), subject=f"Budget {number}"),
                letters.REFUSED["refusal"],
                language=language,
            )
            typeset(letter)
            took.append(time.perf_counter() - began)
        took.sort()
        print(
            f"{language}: {ROUNDS} different letters, median {took[ROUNDS // 2]:.4f} s, worst {took[-1]:.4f} s, {memory_mb():.0f} MB"
        )
    began = time.perf_counter()
    long = letters.Particulars("exception", ("7.1-c",), reasons="Un long motif. " * 1_300)
    pdf = typeset(
        letters.letter("refusal", letters.asked((letters.Act.REFUSE, "2026-11-23")), long)
    )
    print(f"reasons of 19,500 characters: {time.perf_counter() - began:.3f} s, {len(pdf):,} bytes")


if __name__ == "__main__":
    main()
