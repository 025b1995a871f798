"""Commands that copy a whole hub, prove the copy, and make a hub of it again."""

from base64 import b64decode
from pathlib import Path
from typing import Annotated

import typer

from opendata_hub import bootstrap
from opendata_hub.domain.errors import Invalid
from opendata_hub.operations import backup as act
from opendata_hub.settings import KEY_BYTES, Settings

FINDINGS = 1
Folder = Annotated[Path, typer.Argument(help="The folder of the backup.")]
KeyFile = Annotated[
    Path | None,
    typer.Option(help="Seal with the key in this file; `identities new-key` prints one."),
]


def backup(
    folder: Folder,
    *,
    key_file: KeyFile = None,
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Put the hub's own key into it, unsealed.")
    ] = False,
) -> int:
    """Copy the whole hub into a new folder, while it runs: 1 when it misses files of its own."""
    hub = bootstrap.open_hub(Settings())
    made = act.back_up(hub, folder, key=_key(key_file), with_key=with_key)
    typer.echo(f"{made.files} files, {sum(made.tables.values())} rows; journal {_note(made)}")
    if made.erased:
        typer.echo(f"{made.erased} files were erased meanwhile and are not in it")
    if made.missing:
        typer.echo(
            f"{made.missing} files are missing from the hub itself: look for an older backup"
        )
    if not made.has_key and (hub.settings.home / bootstrap.KEY_FILE).is_file():
        typer.echo(f"Not in it: {hub.settings.home / bootstrap.KEY_FILE}. Keep it elsewhere: who")
        typer.echo("asked can't be read without it. --key-file or --with-key puts it in.")
    if hub.settings.identity_keys:
        typer.echo("Not in it: OPENDATA_HUB_IDENTITY_KEYS. Keep them elsewhere.")
    return FINDINGS if made.missing else 0


def verify(folder: Folder, *, key_file: KeyFile = None) -> None:
    """Read all of a backup and prove that it is whole."""
    found = act.verify(folder, key=_key(key_file))
    typer.echo(f"Whole: {found.files} files of {found.made_at}; journal {_note(found)}")


def restore(folder: Folder, *, key_file: KeyFile = None) -> None:
    """Make a hub of a backup, in a home folder (and database) that is empty."""
    settings = Settings()
    found = act.restore(settings, folder, key=_key(key_file))
    if not found.has_key and settings.secret is None:
        place = settings.home / bootstrap.KEY_FILE
        typer.echo(f"Put the hub's own key into {place} before anything else")
        return
    bootstrap.open_hub(settings).index_changes()
    typer.echo(f"Restored as of {found.made_at}; journal {_note(found)}")


def _key(file: Path | None) -> bytes | None:
    if file is None:
        return None
    try:
        key = b64decode(file.read_text(encoding="ascii").strip(), validate=True)
    except ValueError:
        raise Invalid(f"{file}: a key is written in base64") from None
    if len(key) != KEY_BYTES:
        raise Invalid(f"{file}: a key has {KEY_BYTES} bytes")
    return key


def _note(made: act.Manifest) -> str:
    return f"{made.entries}:{made.seal}"
