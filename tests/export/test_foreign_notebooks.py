"""Outputs that nobody here wrote: HTML, tables, pictures, scripts; on the page and in print."""

import re
from itertools import pairwise

import pandas as pd
import pytest
from foreign import PICTURE, Made, png, shown
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from industry_report.export import exporters

# --- one tree


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>first<p>second <b>third", "first second third"),
        ("<P ALIGN=center>loud</P>", "loud"),
        ("<table><tr><td>cell<tr><td>other", "cell other"),
        ("</div></main></body>after", "after"),
        ("<p>a<!-- open", "a"),
        ("<object data=x>fallback</object>", "fallback"),
        (
            "<form><label>Name <input value=Ann></label><select><option>x<option selected>y</select></form>",
            "Name Ann y",
        ),
        ("<noscript>without script</noscript>", "without script"),
        ("<progress value=3 max=7></progress>", "3 / 7"),
        ("<textarea>typed</textarea><button>pressed</button>", "typed pressed"),
        ("<unknown-element>inside</unknown-element>", "inside"),
        ("<template>not shown</template>shown", "shown"),
        ('<p style="display:none">hidden</p>seen', "seen"),
    ],
)
def test_what_a_browser_shows_of_an_output_stays(html, kept):
    made = Made(shown(html=html), title="")
    words = made.main.get_text(" ").split()
    assert [word for word in words if word not in ("Last", "words.")] == kept.split()


def test_inline_html_of_markdown_keeps_what_it_encloses():
    made = Made('10<sup>6</sup> <b>bold</b> <span style="color:red">red</span> <u>under</u> <kbd>Esc</kbd>')
    assert made.main.p.decode_contents().startswith("10<sup>6</sup> <b>bold</b> ")
    assert all(word in made.printed for word in ("bold", "red", "under", "Esc"))


def test_block_html_of_markdown_keeps_what_stands_in_it():
    made = Made(
        "<div align=center>\n\n**inside** the block\n\n</div>\n\n"
        "<details><summary>More</summary>\n\nfolded\n\n</details>"
    )
    assert made.main.find("div", align="center").strong.get_text() == "inside"
    assert made.main.details.get_text(" ", strip=True) == "More folded"
    assert all(word in made.printed for word in ("inside", "More", "folded"))


def test_hostile_markup_is_left_out_and_the_rest_stays():
    html = (
        "<meta http-equiv=refresh content='0;url=https://example.org'><base href='https://example.org'>"
        "<link rel=stylesheet href='https://example.org/x.css'><p onclick='x()'>kept</p>"
        "<a href='java\nscript:x()'>word</a><img src=x onerror=x()><svg onload=x()><script>x()</script>"
        "<a xlink:href='javascript:x()'><text>drawn</text></a></svg>"
        "<style>body{display:none} p{position:fixed;color:red}</style>"
        "<math><mtext><table><mglyph><style><!--</style>"
        "<img title='--&gt;&lt;img src=1 onerror=x()&gt;'></table></math>"
    )
    made = Made(shown(html=html))
    assert not made.main.find_all(["meta", "base", "link", "script"])
    assert not [n for tag in made.main.find_all(True) for n in tag.attrs if n.startswith("on")]
    assert not [t for t in made.main.find_all(True) for v in t.attrs.values() if "javascript" in str(v)]
    [style] = made.main.find_all("style")
    assert re.sub(r"\.output-\d+ ", "", style.get_text()) == "p {color: red}"
    assert {"kept", "word"} <= set(made.main.get_text(" ").split())


def test_a_style_reaches_no_further_than_its_output():
    made = Made(shown(html="<style>p, td {color: red}</style><p>own</p>"))
    selectors = made.main.style.get_text().split("{")[0].split(",")
    [scope] = made.main.style.parent["class"]
    assert all(selector.strip().startswith(f".{scope} ") for selector in selectors)


def test_styles_of_a_cell_do_not_pin_or_hide():
    made = Made(
        shown(html="<div style='position:fixed;inset:0;background:white;margin:-9px 0'>over all</div>")
    )
    assert made.main.find("div", string="over all")["style"] == "background: white"


# --- plain data is never markup


@pytest.mark.parametrize(
    "text", ["= heading", "- item", "+ numbered", "/ term: x", "1. first", "== deeper", "#let x = 1"]
)
def test_a_cell_of_a_table_is_printed_as_it_is(text):
    html = f"<table><tr><th>{text}</th></tr><tr><td>{text}</td></tr></table><ul><li>{text}</li></ul>"
    made = Made(shown(html=html))
    squeezed = re.sub(r"\s", "", made.printed)
    assert squeezed.count(re.sub(r"\s", "", text)) == 3
    assert made.pdf.outline == []
    assert made.warnings == []


# --- tables


def frame(columns, rows=3, value=99_999):
    return pd.DataFrame({f"column_{i}": [value] * rows for i in range(columns)})


def test_a_data_frame_stands_below_what_is_above_it_and_below_the_running_head():
    frames = [shown(html=f"<div>{frame(2).to_html()}</div>") for _ in range(14)]
    made = Made(*[cell for one in frames for cell in ("A paragraph of the author's.", one)])
    for here in made.places()[1:]:
        top = max(bottom for _, _, bottom, _ in here)
        table = [bottom for text, _, bottom, _ in here if text.startswith(("column_", "99999"))]
        prose = [bottom for text, _, bottom, _ in here if text.startswith("A paragraph")]
        assert all(bottom < top - 5 for bottom in table)
        assert all(abs(one - other) > 8 for one in table for other in prose)


@pytest.mark.parametrize("columns", [12, 25, 60])
def test_a_table_wider_than_a_sheet_is_all_there_and_nothing_is_printed_over_another(columns):
    made = Made(shown(html=frame(columns, value="v" * 9).to_html()))
    for number in range(columns):
        assert re.search(rf"column_{number}\b", made.printed)
    for here, sheet in zip(made.places(), made.pdf.pages, strict=True):
        width = float(sheet.mediabox.width)
        lines = {}
        for text, left, bottom, size in here:
            if text.startswith("column_"):
                lines.setdefault(round(bottom), []).append((left, left + len(text) * 0.45 * size))
        for line in lines.values():
            line.sort()
            assert all(end <= begin for (_, end), (begin, _) in pairwise(line))
            assert line[-1][1] < width


@pytest.mark.parametrize(
    "around", ["- item\n\n  {}", "> quoted\n>\n> {}", "<details><summary>s</summary>{}</details>"]
)
def test_a_wide_table_stands_within_other_things_too(around):
    html = frame(14, value=1_234_567.89).to_html().replace("\n", "")
    made = Made(around.format(html))
    assert "column_13" in made.printed
    assert made.warnings == []


def test_a_long_table_is_cut_in_print_and_says_so():
    made = Made(shown(html=frame(2, rows=3000).to_html()))
    assert len(made.main.table.find_all("tr")) == 3001
    assert "This table has 3,000 rows; the first 200 are printed here." in re.sub(r"\s+", " ", made.printed)
    assert len(made.pdf.pages) < 12


def test_unbroken_text_stays_on_the_sheet():
    made = Made(
        shown(html=f"<table><tr><td>{'x' * 3000}</td><td>b</td></tr></table>"),
        "y" * 2000,
        "`" + "z" * 900 + "`",
    )
    for here, sheet in zip(made.places(), made.pdf.pages, strict=True):
        assert all(left < float(sheet.mediabox.width) - 40 for _, left, _, _ in here)
    assert all(
        made.printed.count(letter) >= count for letter, count in (("x", 3000), ("y", 2000), ("z", 900))
    )


def test_a_table_within_a_table_is_a_part_of_its_cell():
    made = Made(
        shown(
            html="<table><tr><td><table><tr><td>Bytes</td><td>8 MB</td></tr></table></td>"
            "<td>b</td></tr></table>"
        )
    )
    assert len(made.main.select(".scroll")) == 1
    assert "Bytes" in made.printed


def test_merged_heads_and_colours_are_printed():
    table = pd.DataFrame([[1, 2, 3]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y"), ("b", "z")]))
    styled = table.style.background_gradient().set_caption("Coloured")
    styled.to_html = styled.to_html()
    made = Made(shown(html=table.to_html()), shown(html=styled.to_html))
    assert "Table 1  Coloured" in made.printed
    assert made.main.style
    assert made.warnings == []


def test_tables_without_captions_have_no_list():
    made = Made(*[shown(html=frame(1).to_html()) for _ in range(17)])
    assert "Tables" not in made.printed


# --- pictures


@pytest.mark.parametrize(
    "html",
    [
        f"<img src='data:image/png;base64,{PICTURE}'>",
        f"<IMG SRC=data:image/png;base64,{PICTURE}>",
        f'<img alt="" src="data:image/png;charset=utf-8;base64,{PICTURE[:20]}\n{PICTURE[20:]}">',
        "<img src='data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 width=%229%22 "
        "height=%229%22/%3E'>",
        "<svg width=90 height=9><use xlink:href='#a'/><text y=8>a&nbsp;b</text>"
        "<svg><path d='M0 0h9'/></svg></svg>",
    ],
)
def test_pictures_as_libraries_write_them(html):
    made = Made(shown(html=html))
    assert len(made.main.find_all(["img", "svg"], recursive=True)) >= 1
    assert made.warnings == []
    assert all((p.get("alt") or p.get("aria-label")) for p in made.main.select("img, main > svg"))


@pytest.mark.parametrize(
    "address", ["苹果 图.png", "%E8%8B%B9%E6%9E%9C%20%E5%9B%BE.png", "./苹果 图.png?raw=true"]
)
def test_files_beside_the_notebook_are_found_whatever_they_are_called(tmp_path, address):
    (tmp_path / "苹果 图.png").write_bytes(png())
    made = Made(f"![an apple](<{address}>)", shown(html=f"<img src='{address}'>"), folder=tmp_path)
    assert len(made.main.find_all("img")) == 2
    assert made.warnings == []


def test_attachments_are_found_whatever_they_are_called():
    cell = new_markdown_cell("![](attachment:图片.png)", attachments={"图片.png": {"image/png": PICTURE}})
    assert len(Made(cell).main.find_all("img")) == 1


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (shown(png=PICTURE[:40]), "cell 2 shows a picture, which cannot be read as a picture."),
        (shown(png="A" * 41), "cell 2 shows a picture whose data are damaged."),
        ("![a map](map.png)", "cell 2 shows map.png, and there is no such file beside the notebook."),
        ("![a map](https://example.org/a.png)", "cell 2 shows a picture of another place (example.org)"),
        ("![a map](attachment:a.png)", "cell 2 shows the attachment a.png, which the cell does not have."),
        ("![a map](/etc/hostname)", "cell 2 shows /etc/hostname, and there is no such file"),
    ],
)
def test_a_picture_that_is_none_is_named_and_costs_nothing_else(cell, told):
    made = Made(cell)
    [warning] = made.warnings
    assert warning.startswith(told)
    assert not made.main.find_all("img")
    assert made.main.em


def test_a_drawing_that_typst_refuses_costs_nothing_else():
    made = Made(shown(svg="<svg width='0' height='0'><path d='M0 0'/></svg>"), shown(png=PICTURE))
    assert made.warnings == [
        "cell 2 shows a picture that cannot be printed; its description stands in the PDF. Save it as PNG."
    ]


# --- what interactive libraries leave


@pytest.mark.parametrize(
    ("bundle", "name"),
    [
        ({"html": "<div id=x class=plotly-graph-div></div><script>Plotly.newPlot()</script>"}, "plotly"),
        (
            {"html": "<div id=v></div><script>vegaEmbed('#v', {})</script>", "text": "alt.Chart(...)"},
            "altair",
        ),
        ({"html": "<div class=bk-root>Loading BokehJS ...</div><script>embed()</script>"}, "bokeh"),
        (
            {
                "html": "<iframe src='about:blank' data-html='leaflet'></iframe>",
                "text": "<folium.Map at 0x1>",
            },
            "folium",
        ),
        ({"application/vnd.jupyter.widget-view+json": {}, "text": "IntSlider(value=3)"}, "ipywidgets"),
        ({"html": "<div></div><script>draw()</script>"}, "JavaScript"),
    ],
)
def test_an_interactive_view_leaves_a_note_and_a_remedy(bundle, name):
    made = Made(shown(**bundle))
    [warning] = made.warnings
    assert warning.startswith(f"cell 2 puts out an interactive view of {name}, which a report cannot show. ")
    assert name in made.main.find(class_="left-out").get_text()
    assert name in made.printed


def test_a_picture_in_the_bundle_is_better_than_a_script():
    made = Made(shown(html="<div></div><script>draw()</script>", png=PICTURE, text="Figure"))
    assert len(made.main.find_all("img")) == 1
    assert made.warnings == []


def test_a_player_leaves_a_note():
    made = Made(shown(html="<audio controls src='data:audio/wav;base64,AAAA'></audio>"))
    assert "cannot play" in made.main.get_text()
    assert made.warnings == [
        "cell 2 plays audio, which a report cannot. Say in words what it holds, or give a link."
    ]


def test_no_table_stands_in_the_running_head():
    """Tables of 12 rows after texts of growing length: their heads come near the foot of some page."""
    html = pd.DataFrame({"month": range(12), "n": range(100, 112)}).to_html()
    cells = [cell for lines in range(1, 26) for cell in ("word " * 13 * lines, shown(html=html))]
    for sheet in Made(*cells).places()[1:]:
        above = [text for text, _, y, _ in sheet if y > 842 - 62]
        assert set(above) <= {"Report on apples"}


def test_a_notebook_that_was_not_run_is_named_and_told():
    nb = new_notebook(cells=[new_code_cell("a = 1"), new_code_cell("print(a)")])
    told = {"metadata": {"name": "apples"}}
    page, _ = exporters.make_pages(nb, told)
    assert re.search(r"<h1[^>]*>\s*apples\s*</h1>", page)
    assert told["warnings"] == [
        "the notebook has neither text nor outputs to show. Run all its cells and save it."
    ]
