"""What two spellings of one name share: in titles of columns, in names of places."""

import unicodedata

_SHAPES = str.maketrans("ةىکڭگݣٱ", "هيككككا")


def fold(name: str) -> str:
    """A name without case, accents, vowel signs, hyphens and spaces: what two spellings share.

    Alef, yeh and kaf have several shapes in one word of Moroccan Arabic; they are one here.

    >>> fold("M’diq-Fnideq"), fold("آيت قَمرة") == fold("ايت قمره")
    ('mdiqfnideq', True)
    """
    spread = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c for c in spread if c.isalnum() and c != "ـ")
    return letters.translate(_SHAPES)
