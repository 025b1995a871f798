"""What clients of CKAN write for yes and no."""

TRUE = frozenset({"true", "yes", "on", "y", "t", "1"})
FALSE = frozenset({"false", "no", "off", "n", "f", "0", "", "none", "null"})


def switched(value: object) -> bool | None:
    """Whether a switch is on, however it is written; None for what is neither on nor off.

    >>> switched("True"), switched(0), switched(None), switched(["yes"])
    (True, False, False, None)
    """
    if value is None or isinstance(value, bool | int):
        return bool(value)
    if not isinstance(value, str):
        return None
    written = value.strip().lower()
    return written in TRUE if written in TRUE | FALSE else None
