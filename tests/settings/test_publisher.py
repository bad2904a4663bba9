"""Who publishes, read from params/publisher.yaml."""

import re
from pathlib import Path

import pytest

from industry_report.base import style
from industry_report.base.errors import InputError
from industry_report.settings import publisher

ROOT = Path(__file__).parents[2]
DISCLOSURE = "disclosure: {threshold: 10, dominance: {p: 10}, internal: [enterprise]}\n"
COVER = {"language": "zh", "title": "题名", "subtitle": "2025年"}


@pytest.fixture
def write(tmp_path):
    """Write a publisher's file; returns its path."""

    def written(text: str) -> Path:
        (tmp_path / "publisher.yaml").write_text(text + DISCLOSURE, encoding="utf-8")
        return tmp_path / "publisher.yaml"

    return written


def test_the_standard_file_names_nobody_and_is_neutral(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert publisher.load_identity("params/publisher.yaml") == {}


def test_what_the_page_on_publishing_shows_is_read(write):
    page = (ROOT / "docs" / "publishing.md").read_text(encoding="utf-8")
    shown = re.search(r"```yaml\n(names:.*?)```", page, flags=re.S)[1]
    file = write(re.sub(r"^(logo|disclosure):.*\n", "", shown, flags=re.M))
    identity = publisher.load_identity(file)
    optional = {key.removesuffix("?") for key in publisher.FORM} - {"disclosure", "logo"}
    assert set(identity) == optional - {"subject", "editions"}  # of docs/your-own-trade.md
    assert identity["names"]["en"].isascii()
    assert identity["registration"]["registered_on"] == "2025-03-01"
    assert identity["contact"]["phone"].startswith("0")


def test_a_text_in_one_language_serves_both(write):
    identity = publisher.load_identity(write("names: 软件协会\nplace: {en: Hefei}\n"))
    assert identity["names"] == {"zh": "软件协会", "en": "软件协会"}
    assert identity["place"] == {"zh": "Hefei", "en": "Hefei"}


def test_an_accent_gets_a_twin_for_a_dark_page(write):
    colours = publisher.load_identity(write('colours: {accent: "#8A1C3C"}\n'))["colours"]
    assert colours["accent"] == "#8a1c3c"
    assert style.contrast(colours["accent_on_dark"], publisher.DARK_GROUND) >= 4.5
    templates = ROOT / "industry_report" / "export" / "templates"
    css = (templates / "industry" / "report.css").read_text(encoding="utf-8")
    assert f"--soft: {publisher.DARK_GROUND}" in css  # the lightest ground of the dark page


def test_a_pale_accent_is_refused_with_one_that_can_be_read(write):
    with pytest.raises(
        InputError, match=r'line 1.*contrast of 2\.\d on white; text needs 4\.5.*"(#\w{6})"'
    ) as e:
        publisher.load_identity(write('colours: {accent: "#e08a3c"}\n'))
    near = re.findall(r'"(#\w{6})"', str(e.value))[-1]
    assert 4.5 <= style.contrast(near, "#ffffff") < 4.8
    assert publisher.load_identity(write(f'colours: {{accent: "{near}"}}\n'))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: x\n", "line 1.*unknown key name .*Did you mean names"),
        ("names:\n", "line 1.*expected a text.*take the line away"),
        ("names: {}\n", "line 1.*expected a text"),
        ("names: {de: x}\n", "line 1.*unknown key de"),
        ("colours: {}\n", "line 1.*colours lacks accent"),
        ("colours:\n  accent: #1b5e8c\n", "line 2.*needs quotes"),
        ("colours: {accent: blue}\n", 'line 1.*"blue" is no colour'),
        ("published_on: 2026-02-30\n", "line 1.*2026-02-30.*expected a date"),
        ("published_on: next week\n", "line 1.*expected a date"),
        ("licence: {url: creativecommons.org}\n", "line 1.*Begin it with https"),
        ("licence: {url: 'javascript:alert(1)'}\n", "line 1.*Begin it with https"),
        ("contact:\n  email: nobody\n", "line 2.*an e-mail address"),
        ("citation: '{author}. {title}'\n", r"line 1.*no field \{author\}.*\{publisher\}"),
        ("citation: '{title!r}'\n", "line 1.*no field"),
        ("citation: '{title'\n", "line 1.*is broken.*form of citation"),
        ("place: x\nplace: y\n", "line 2.*stands twice"),
        ("logo: logo.gif\n", "line 1.*an .svg or .png file"),
        ("logo: nowhere.svg\n", "line 1.*no file 'nowhere.svg'"),
    ],
)
def test_a_faulty_identity_is_refused_with_its_line_and_a_mend(write, text, said):
    with pytest.raises(InputError, match=f"(?s){said}"):
        publisher.load_identity(write(text))


def test_a_policy_is_not_given_by_a_file_that_is_faulty_elsewhere(write):
    with pytest.raises(InputError, match=r"line 1.*expected a date"):
        publisher.load_policy(write("published_on: soon\n"), "industry")


def test_the_publishers_own_form_of_citation_is_filled(write):
    form = 'citation: "{publisher}. {title}：{subtitle}. {date}. 第{version}版."\n'
    identity = publisher.load_identity(write(f"names: 甲会\npublished_on: 2026-01-31\n{form}"))
    assert publisher.cite(identity, COVER, 2) == "甲会. 题名：2025年. 2026-01-31. 第2版."
    assert publisher.cite({}, COVER) == ""
