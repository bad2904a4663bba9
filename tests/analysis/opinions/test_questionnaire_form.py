"""The workbook of a questionnaire: filled in, it is read by the file of items that it was made from."""

import io
from pathlib import Path

import openpyxl
import pytest

from industry_report.analysis.opinions import answers, questionnaire, questionnaire_form
from industry_report.intake import opinion_tables

SHIPPED = Path(__file__).parents[3] / "params" / "survey.yaml"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("scale", ["{from: 1, to: 5, top: 4}", "{from: 1, to: 7}"])
def test_filled_in_it_is_read(language, scale, tmp_path):
    items = tmp_path / "survey.yaml"
    items.write_text(SHIPPED.read_text(encoding="utf-8").replace("{from: 1, to: 5, top: 4}", scale), "utf-8")
    survey = questionnaire.load_questionnaire(items)
    content = questionnaire_form.write_questionnaire(survey, language)
    assert content == questionnaire_form.write_questionnaire(survey, language)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[1]
    heads = [cell.value for cell in sheet[1]]
    assert len(heads) == 5 + len(survey.asked)
    high = survey.items[0].high
    sheet.append(["R1", "K1", "2025-06", "2025-06-01", "2025-06-03", *[high] * 7, 9, "价格;速度"])
    sheet.append(["R2", "K2", "2025-06", "2025-06-01"])
    data = tmp_path / "data"
    data.mkdir()
    book.save(data / "黄山市-问卷.xlsx")
    rows = opinion_tables.read_responses(data, survey.headers(), "黄山市")
    told, faults = answers.read_answers(rows, survey)
    assert told["complete"].tolist() == [True, False]
    assert told.loc[0, ["quality", "overall", "recommend"]].tolist() == [high, high, 9]
    assert told.loc[0, "wishes"] == ["价格", "速度"]
    assert faults.to_numpy().sum() == 0
    assert sheet.data_validations.dataValidation
