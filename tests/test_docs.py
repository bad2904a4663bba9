"""What the documents show works."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import running

import scoring
from industry_report.intake import mapping, sample
from industry_report.settings import parameters, publisher

ROOT = Path(__file__).parent.parent
PAGES = [*ROOT.glob("README*.md"), ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BIN = Path(sys.executable).parent


def blocks(page, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", page.read_text(encoding="utf-8"), flags=re.M | re.S)


def commands(kind):
    lines = [line.strip() for page in PAGES for block in blocks(page, "sh") for line in block.splitlines()]
    return sorted({line for line in lines if line.split()[0] == kind})


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project folder as a clone has it, with small data."""
    root = tmp_path_factory.mktemp("project")
    for name in ("notebooks", "params"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "scoring.py", root)
    sample.write(root / "data" / "sample", rows=300)
    return root


def run(command, folder):
    words = command.split()
    words[0] = str(BIN / words[0])
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8")


def test_pages_show_only_kinds_of_commands_that_are_walked():
    kinds = {line.split()[0] for page in PAGES for b in blocks(page, "sh") for line in b.splitlines()}
    assert kinds <= {"make", "industry-report", "conda"}


@pytest.mark.parametrize("command", commands("make"))
def test_make_targets_exist(command):
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M)
    assert command.split()[1] in targets


def test_conda_commands_name_the_environment():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert commands("conda") == ["conda activate industry-report", "conda env create -f environment.yml"]
    assert "\nname: industry-report\n" in text


@pytest.mark.slow
@pytest.mark.parametrize("command", commands("industry-report"))
def test_commands_do_what_the_page_says(command, project):
    if command.startswith("industry-report sample"):
        command += " --rows 300"
    elif command.startswith("industry-report build params/annual.yaml"):  # one report of the thirty-four
        command = command.replace(" --only 2025/黄山市", "") + " --only 2025/黄山市/college.zh"
    elif command == "industry-report plan params/annual.yaml":  # of the small data, not of the sample
        command += " --data data/sample"
    result = run(command, project)
    expected = 1 if " check " in command else 0  # the sample has a few faults on purpose
    assert result.returncode == expected, result.stdout + result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


YAML = [(page, number) for page in PAGES for number in range(len(blocks(page, "yaml")))]


@pytest.mark.parametrize(("page", "number"), YAML, ids=lambda value: getattr(value, "name", value))
def test_yaml_examples_are_what_their_readers_understand(page, number, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    file = tmp_path / "example.yaml"
    text = blocks(page, "yaml")[number]
    if "names:" in text:  # a publisher's; the logo is the reader's own
        file.write_text(re.sub(r"^logo:.*\n", "", text, flags=re.M), encoding="utf-8")
        assert publisher.load_identity(file)["names"]
    elif text.startswith(("tables:", "further:")):
        file.write_text(text, encoding="utf-8")
        read = mapping.load_column_map(file)
        assert read.tables or read.further
    elif "kind:" in text:
        file.write_text(text, encoding="utf-8")
        assert scoring.load_scorecard(file).grades
    else:
        file.write_text(text, encoding="utf-8")
        [entry] = parameters.read_entries(file)
        known = parameters.read_parameters(ROOT / "notebooks" / "industry.ipynb")
        assert entry.values and set(entry.values) - {"notebook"} <= set(known)


def named_paths(page):
    """Return what a page names like a file or folder of ours."""
    words = re.findall(r"`([^`\s]+)`", page.read_text(encoding="utf-8"))
    return [
        word
        for word in words
        if re.match(r"(industry_report|tests|params|notebooks|docs)/|scoring\.py", word)
    ]


@pytest.mark.parametrize("name", ["changing-it.md", "changing-it.zh.md"])
def test_recipes_lead_to_files_that_exist(name):
    page = ROOT / "docs" / name
    assert [path for path in named_paths(page) if not (ROOT / path).exists()] == []
    rows = [line for line in page.read_text(encoding="utf-8").splitlines() if "| `tests/" in line]
    assert len(rows) >= 12


@pytest.mark.parametrize("name", ["glossary.md", "glossary.zh.md"])
def test_words_of_the_glossary_occur_in_the_code(name):
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "industry_report").rglob("*.py"))
    code += (ROOT / "scoring.py").read_text(encoding="utf-8")
    words = re.findall(
        r"^\|[^|]*\| `([^`]+)` \|", (ROOT / "docs" / name).read_text(encoding="utf-8"), flags=re.M
    )
    assert len(words) > 30
    assert [word for word in words if word not in code] == []


def test_both_glossaries_explain_the_same_words():
    english, chinese = (
        re.findall(r"\| `([^`]+)` \|", (ROOT / "docs" / name).read_text(encoding="utf-8"))
        for name in ("glossary.md", "glossary.zh.md")
    )
    assert english == chinese


@pytest.mark.slow
def test_examples_of_editing_a_notebook_show_in_the_report(project):
    title, one, chart, *_ = blocks(ROOT / "docs" / "writing-a-notebook.md", "python")
    notebook = nbformat.read(project / "notebooks" / "industry.ipynb", as_version=4)
    cells = notebook.cells
    drawn = next(i for i, cell in enumerate(cells) if "figures.grade_distribution" in cell.source)
    cells[drawn].source = title
    cells.insert(drawn + 1, nbformat.v4.new_code_cell(chart))
    cells.insert(drawn + 1, nbformat.v4.new_code_cell(one))
    nbformat.write(notebook, project / "notebooks" / "industry.ipynb")
    result = run(
        "industry-report build params/huangshan-2025.yaml --data data/sample --output edited", project
    )
    assert result.returncode == 0, result.stderr
    page = (project / "edited" / "2025" / "黄山市" / "industry.zh.html").read_text(encoding="utf-8")
    assert "四成咨询为B级" in page
    assert "各来源的咨询数相差数倍" in page
    assert "小微企业的成交率" in page


@pytest.mark.slow
def test_own_notebook_of_the_page_becomes_a_report_in_both_languages(project):
    page = ROOT / "docs" / "writing-a-notebook.md"
    _, _, _, *cells = blocks(page, "python")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    notebook.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(notebook, project / "notebooks" / "mine.ipynb")
    [plan] = blocks(page, "yaml")
    (project / "params" / "mine.yaml").write_text(plan, encoding="utf-8")
    result = run("industry-report build params/mine.yaml --output own --only 黄山市", project)
    assert result.returncode == 0, result.stderr
    for code, title in (("zh", "黄山市客户来源简报"), ("en", "Where customers come from: Huangshan")):
        assert title in (project / "own" / "2025" / "黄山市" / f"mine.{code}.html").read_text(
            encoding="utf-8"
        )
        assert (project / "own" / "2025" / "黄山市" / f"mine.{code}.pdf").stat().st_size > 10_000


OWN_HEADER = "客户ID,客户类型,客户来源,咨询日期,地区,统计年度,意向度,需求明确性,满意度,"
OWN_HEADER += "是否成交,成交日期,成交金额,片区,年采购额"


def draw_own(path, count=900):
    rows = [OWN_HEADER]
    for n in range(count):
        day = f"2025-0{n % 6 + 1}-{n % 27 + 1:02}"
        kind, source = ("小微企业", "中型企业")[n % 2], ("官网", "展会", "电话")[n // 7 % 3]
        scores = f"{n % 5 + 1},{n // 5 % 5 + 1},{n // 3 % 5 + 1}"
        sale = f"是,{day},{900 + n}" if n % 5 < 2 else "否,,"
        district = ("东区", "西区", "南区")[n // 4 % 3]
        rows.append(f"K{n},{kind},{source},{day},黄山市,2025,{scores},{sale},{district},{n + 10}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


@pytest.mark.parametrize("name", ["own-tables.md", "own-tables.zh.md"])
def test_tables_of_ones_own_are_made_as_the_page_shows(name, tmp_path):
    page = ROOT / "docs" / name
    draw_own(tmp_path / "own.csv")
    [mapped] = blocks(page, "yaml")
    (tmp_path / "mine.yaml").write_text(mapped, encoding="utf-8")
    begun = f"""import scoring
from industry_report.protection import disclosure
from industry_report.report.display import begin
data, region, year, columns = {str(tmp_path / "own.csv")!r}, "黄山市", 2025, {str(tmp_path / "mine.yaml")!r}
card = scoring.load_scorecard("params/scorecards/consultation.yaml")
policy = disclosure.load_policy("params/publisher.yaml", "industry")
begin("zh", card, policy)"""
    cells = [nbformat.v4.new_code_cell(source) for source in (begun, *blocks(page, "python"))]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "own.ipynb")
    ran = running.run_cells(tmp_path / "own.ipynb")
    shown = "".join(str(output.data) for cell in ran.cells for output in cell.outputs)
    assert "片区" in shown and "年采购额（元）" in shown and "每户成交金额（元）的中位数" in shown
    assert blocks(page, "python") == blocks(ROOT / "docs" / "own-tables.md", "python")


# Written from the docstrings of the modules, which are English, for those who change them.
ENGLISH_ONLY = {"architecture.md"}
TWINS = sorted(page.name for page in (ROOT / "docs").glob("*.md") if not page.name.endswith(".zh.md"))


def outline(page):
    """Return the levels of a page's headings and the commands it shows."""
    text = page.read_text(encoding="utf-8")
    prose = re.sub(r"(?ms)^ *```.*?^ *```", "", text)
    lines = "\n".join(re.findall(r"(?ms)^ *```\w*\n(.*?)^ *```", text))
    typed = re.findall(
        r"(?m)^ *((?:industry-report|make|conda|dask) .*?)(?: --language \w+)?(?:  #.*)?$", lines
    )
    return [len(marks) for marks in re.findall(r"(?m)^(#+) ", prose)], typed


@pytest.mark.parametrize("name", [name for name in TWINS if name not in ENGLISH_ONLY])
def test_pages_in_both_languages_keep_step(name):
    english, chinese = ROOT / "docs" / name, ROOT / "docs" / name.replace(".md", ".zh.md")
    assert outline(english) == outline(chinese)
    assert re.search("[\u4e00-\u9fff]", chinese.read_text(encoding="utf-8").splitlines()[0])
