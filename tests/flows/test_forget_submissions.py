"""What was handed in and not published is erased after a week; what is in use stays."""

import os
from datetime import timedelta

import pytest

import build
from opendata_hub import clock, jobs
from opendata_hub.domain.errors import FileErased
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.flows.portal.hide_version import hide_version
from opendata_hub.flows.publishing import prepare
from opendata_hub.store import submissions
from opendata_hub.store.publishing import drafts

FAMILY = "association-subsidies"
REFUSED = b"nom,cin\nPersonne Fictive,CIN AB123456\n"


@pytest.fixture
def days_later(monkeypatch):
    def later(days):
        monkeypatch.setattr(clock, "now", lambda: build.NOW + timedelta(days=days))

    later(0)
    return later


def handed_in(hub, content, name="fictive.csv"):
    submission = build.submitted(hub, content, family=FAMILY, file_name=name)
    os.utime(hub.files.path(submission.sha256), (0, 0))
    return submission


def begun(hub, submission):
    with hub.writing() as session:
        return prepare.begin(session, submission, by=build.OPERATOR, now=build.NOW)


def read_again(hub, submission):
    with hub.reading() as session:
        return submissions.get(session, submission.id, EVERYWHERE)


def test_a_refused_file_is_gone_after_a_week_and_its_counts_stay(hub, days_later):
    kept = handed_in(hub, REFUSED)
    days_later(6.9)
    assert (jobs.forget_submissions(hub), jobs.sweep_files(hub)) == (0, 0)
    days_later(7.1)
    assert (jobs.forget_submissions(hub), jobs.sweep_files(hub)) == (1, 1)
    assert not hub.files.path(kept.sha256).exists()
    left = read_again(hub, kept)
    assert (left.is_erased, left.file_name, left.sha256) == (True, "", kept.sha256)
    assert left.report.counts == kept.report.counts
    assert {finding.message for finding in left.report.findings} == {""}
    assert jobs.forget_submissions(hub) == 0


def test_a_draft_keeps_its_file_until_it_is_thrown_away(hub, days_later):
    draft = begun(hub, handed_in(hub, REFUSED))
    days_later(8)
    assert jobs.forget_submissions(hub) == 0
    with hub.writing() as session:
        drafts.remove(session, draft.id)
    assert (jobs.forget_submissions(hub), jobs.sweep_files(hub)) == (1, 1)


def test_what_is_published_stays_and_what_it_replaced_until_it_is_hidden(hub, days_later):
    sample = build.sample(hub, FAMILY)
    first = handed_in(hub, sample)
    build.publish_submission(hub, first)
    days_later(8)
    assert jobs.forget_submissions(hub) == 0
    second = handed_in(hub, sample.replace(b"\r\n", b"\n") + b"\n")
    build.publish_submission(hub, second, replaces=True)
    assert jobs.forget_submissions(hub) == 0, "readers may compare it with the present one"
    with hub.writing() as session:
        hide_version(session, f"demo-{FAMILY}", 1, by=build.OPERATOR, now=build.NOW)
    assert jobs.forget_submissions(hub) == 1
    assert (read_again(hub, first).is_erased, read_again(hub, second).is_erased) == (True, False)
    jobs.sweep_files(hub)
    assert hub.files.path(second.sha256).exists()


def test_the_same_bytes_that_are_in_use_elsewhere_stay(hub, days_later):
    old = handed_in(hub, build.sample(hub, FAMILY))
    build.publish_submission(hub, handed_in(hub, build.sample(hub, FAMILY)))
    days_later(8)
    assert (jobs.forget_submissions(hub), jobs.sweep_files(hub)) == (1, 0)
    assert hub.files.path(old.sha256).exists()


def test_publishing_by_its_number_says_that_it_was_erased(hub, days_later, monkeypatch):
    monkeypatch.setattr(jobs, "SUBMISSIONS_AT_ONCE", 2)
    kept = [handed_in(hub, build.sample(hub, FAMILY)) for _ in range(5)]
    days_later(8)
    assert jobs.forget_submissions(hub) == 5
    with pytest.raises(FileErased):
        build.publish_submission(hub, read_again(hub, kept[0]))
