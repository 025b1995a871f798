"""A developer opens the page for developers and follows every example that is given there."""

import re
import shutil
import subprocess
import sys

import pytest

from surfing import window

SLUG = "demo-association-subsidies"


def run(*command, folder):
    """What a command says; curl fails for a page that is not there, and asks nobody's settings."""
    (folder / ".curlrc").write_text("fail\nsilent\nshow-error\n")
    environment = {"HOME": str(folder), "CURL_HOME": str(folder), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


def examples(page):
    """The commands of a page, by what each is called."""
    page.locator("main details").evaluate_all("each => each.forEach(one => one.open = true)")
    shown = page.locator("main pre").all()
    return {each.get_attribute("aria-label"): each.text_content() for each in shown}


def test_a_developer_follows_the_examples_of_both_pages(house, chromium, tmp_path):
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    with window(chromium, house) as page:
        page.goto("/fr/")
        page.get_by_role("link", name="Pour les développeurs").click()
        commands = examples(page)
        assert {"SPARQL", "CKAN", "OCDS"} <= set(commands)
        said = {
            name: run("bash", "-e", "-c", text, folder=tmp_path) for name, text in commands.items()
        }
        assert f"/datasets/{SLUG}" in said["SPARQL"]
        assert '"ocid"' in said["OCDS"]
        assert (tmp_path / "dump.nt.gz").stat().st_size > 0
        described = page.request.get(page.locator("main p a").first.get_attribute("href"))
        assert "/api/v1/datasets/{slug}/rows" in described.json()["paths"]

        page.goto(f"/fr/datasets/{SLUG}")
        commands = examples(page)
        rows = run("bash", "-e", "-c", commands["curl"], folder=tmp_path)
        counted = run(sys.executable, "-c", commands["Python"], folder=tmp_path)
        assert int(counted) == len(rows.splitlines()) - 1
        [address] = re.findall(r'"(http[^"]+)"', commands["R"])
        assert len(page.request.get(address).text().splitlines()) == len(rows.splitlines())
        if rscript := shutil.which("Rscript"):
            assert counted.strip() in run(rscript, "-e", commands["R"], folder=tmp_path)
        for link in page.locator("link[rel=describedby], link[type='application/atom+xml']").all():
            assert page.request.get(link.get_attribute("href")).ok
