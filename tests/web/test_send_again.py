"""What was typed in a form is not lost with the session; what is secret is not shown again."""

import build
from opendata_hub.domain.people.roles import Grant, Role

TYPED = {"reason": "<b>Un motif</b> de longue haleine", "form_token": "of before"}


def test_a_form_of_somebody_who_is_no_longer_signed_in_comes_back_with_its_words(client):
    answer = client.post("/fr/my-data/published/aides/withdraw", data=TYPED)
    assert answer.status_code == 401
    assert 'name="reason" value="&lt;b&gt;Un motif&lt;/b&gt; de longue haleine"' in answer.text
    assert 'action="/fr/my-data/published/aides/withdraw"' in answer.text
    assert "of before" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_who_has_come_back_is_given_a_token_of_the_new_session(hub, client):
    grants = (Grant(Role.STEWARD, "commune-exemple"),)
    browser = build.signed_in(hub, build.person(hub, grants=grants))
    answer = client.post("/fr/my-data/published/aides/withdraw", data=TYPED, headers=browser)
    assert answer.status_code == 403
    assert answer.text.count('name="form_token"') > 1
    assert "of before" not in answer.text


def test_passwords_and_codes_are_never_shown_again(client):
    secret = {"password": "SECRETpassword", "code": "SECRETcode", "name": "Zohra"}
    for path in ("/fr/account/password", "/fr/people"):
        answer = client.post(path, data=secret)
        assert (answer.status_code, "SECRET" in answer.text) == (401, False)


def test_a_program_is_answered_as_before(client):
    answer = client.post("/api/v1/datasets", data=TYPED)
    assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-needed")
