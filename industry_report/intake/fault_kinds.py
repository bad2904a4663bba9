"""Every kind of fault by its code; the wording stands in `cell_faults`, `row_faults` and `table_faults`."""

from functools import lru_cache

from .cell_faults import CELL_FAULTS
from .headers import label
from .row_faults import ROW_FAULTS
from .schemas import CONSULTATIONS
from .table_faults import TABLE_FAULTS

KINDS = CELL_FAULTS | ROW_FAULTS | TABLE_FAULTS


def name_kind(code: str, language: str) -> str:
    """Name a kind of fault in zh or en, without any value."""
    kind = KINDS[code]
    return kind.title_zh if language == "zh" else kind.title_en


@lru_cache(maxsize=4096)
def explain(
    code: str, language: str, column: str = "", value: str = "", hint: str = "", table: str = CONSULTATIONS
) -> str:
    """Write the sentence of a fault in zh or en."""
    kind = KINDS[code]
    template = kind.zh if language == "zh" else kind.en
    return template.format(column=label(column, language, table), value=value, hint=hint)
