"""Names and texts as SQL writes them, for what can't be a parameter of a statement."""


def identifier(name: str) -> str:
    """A column's name.

    >>> identifier('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text of our own or of a pack; what a stranger sends is always a parameter.

    >>> literal("l'objet")
    "'l''objet'"
    """
    return "'" + text.replace("'", "''") + "'"
