"""The guides are right: their commands are run, and what they name is there."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import pytest
import typer.main
from babel.messages.pofile import read_po
from fastapi.routing import iter_route_contexts

from opendata_hub import cli
from opendata_hub.web.languages import HERE
from served import serving_demo

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

ROOT = Path(__file__).parents[2]
GUIDES = sorted((ROOT / "docs/guides").glob("*.md"))
READERS = ["aggregator", "citizen", "contributor", "officer", "operator", "steward"]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
ADDRESS = re.compile(r'(?:\$HUB|`(?:https?://[^/\s`]+)?)(/[^\s`"?#]*)')
IS_FILE = re.compile(r"/(?:tmp|etc|srv|var|root)\b")
NEXT = "---- the next block ----"

each_guide = pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A folder like a clone, and the address of the demo hub that was filled in its ``var``."""
    clone = tmp_path_factory.mktemp("clone")
    for name in ("catalog", "requests"):
        (clone / name).symlink_to(ROOT / name)
    command = clone / "bin/opendata-hub"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m opendata_hub "$@"\n')
    command.chmod(0o755)
    with serving_demo(clone / "var") as (address, _):
        yield clone, address


def text_of(guide):
    return guide.read_text(encoding="utf-8")


def runnable(guide):
    """Each block that is run, with the lines that it must print."""
    blocks = FENCE.findall(text_of(guide))
    after = [*blocks[1:], ("", "")]
    return [
        (block, told.splitlines() if kind_after == "text" else [])
        for (kind, block), (kind_after, told) in zip(blocks, after, strict=True)
        if kind == "bash"
    ]


def ran(script, clone, address):
    others = {key: value for key, value in os.environ.items() if key != "OPENDATA_HUB_HOME"}
    environment = {
        **others,
        "HUB": address,
        "PATH": f"{clone / 'bin'}:{os.environ['PATH']}",
        "TMPDIR": str(clone),
    }
    return subprocess.run(
        [shutil.which("bash"), "-euo", "pipefail", "-c", script],
        cwd=clone,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )


def missing(lines, printed):
    """The first of the lines that was not printed behind those before it, or None."""
    place = 0
    for line in lines:
        for part in filter(None, (part.strip() for part in line.split("…"))):
            found = printed.find(part, place)
            if found < 0:
                return line
            place = found + len(part)
    return None


def commands(guide):
    """Every command of the hub that the guide names, as words."""
    text = text_of(guide).replace("\\\n", " ")
    found = re.findall(r"(?:^|[`$ (])opendata-hub ([a-z][^`\n|)>]*)", text, flags=re.MULTILINE)
    inline = re.findall(r"`(calendar announce|serve --no-jobs)`", text)
    return [re.sub(r'"[^"]*"?', "…", said).split() for said in (*found, *inline)]


def known_path(words):
    """The command that the words lead to, and what is left of them."""
    command = typer.main.get_command(cli.app)
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    return command, words


def test_each_reader_has_a_guide_of_one_page_that_the_readme_leads_to():
    assert [guide.stem for guide in GUIDES] == READERS
    readme = text_of(ROOT / "README.md")
    assert all(f"(docs/guides/{name}.md)" in readme for name in READERS)
    assert all(60 <= len(text_of(guide).splitlines()) <= 140 for guide in GUIDES)


@pytest.mark.skipif("GUIDES" not in os.environ, reason="two minutes: `make slow` runs it")
@each_guide
def test_what_a_guide_runs_does_what_it_says(guide, served):
    blocks = runnable(guide)
    assert len(blocks) >= 4
    done = ran(f"echo '{NEXT}'\n".join(block for block, _ in blocks), *served)
    assert done.returncode == 0, done.stdout[-3000:]
    for printed, (block, lines) in zip(done.stdout.split(NEXT), blocks, strict=True):
        assert missing(lines, printed) is None, f"{block}{printed}"


@each_guide
def test_every_command_in_a_guide_exists_with_its_options(guide):
    for words in commands(guide):
        command, rest = known_path(words)
        is_group = hasattr(command, "commands")
        assert not is_group or (command.invoke_without_command and not rest), " ".join(words)
        options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
        own = takewhile(lambda word: word not in {"|", "||", "&&", ";", ">"}, rest)
        asked = {word.partition("=")[0] for word in own if word.startswith("--")}
        assert asked - {"--help"} <= options, " ".join(words)
    targets = set(re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    assert set(re.findall(r"[`$] ?make ([a-z-]+)", text_of(guide))) <= targets


@each_guide
def test_every_address_in_a_guide_is_one_of_the_hub(guide, client):
    routes = [context.path_format for context in iter_route_contexts(client.app.routes)]
    patterns = [re.compile(re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(path))) for path in routes]
    asked = {path for path in ADDRESS.findall(text_of(guide)) if not IS_FILE.match(path)}
    assert asked or guide.stem == "contributor"
    assert not {path for path in asked if not any(each.fullmatch(path) for each in patterns)}


@each_guide
def test_the_words_of_a_page_are_on_a_page(guide):
    with (HERE / "locales/fr.po").open("rb") as stream:
        messages = {message.id for message in read_po(stream, locale="fr")}
    bold = set(re.findall(r"\*\*([^*]+)\*\*", FENCE.sub("", text_of(guide))))
    assert {" ".join(words.split()) for words in bold} - messages <= {"run"}


@each_guide
def test_what_the_hub_says_in_a_guide_is_documented(guide):
    documented = text_of(ROOT / "docs/errors.md") + text_of(ROOT / "docs/operations.md")
    table = text_of(guide).partition("| the hub says |")[2]
    for first in re.findall(r"^\| ([^|]+) \|", table, flags=re.MULTILINE):
        codes = re.findall(r"`([a-z]+(?:-[a-z]+)+|busy)`", first)
        assert all(f"`{code}`" in documented for code in codes), first
