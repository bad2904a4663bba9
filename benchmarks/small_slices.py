"""What is left of the main numbers of a small city's report after protection.

Slices of 200 to 3,000 consultations are drawn from the sample (`make reports`); of each, the rates by grade,
by source, by customer type and by month or quarter that a public edition prints, as a share of those it would
print if nothing were protected, and the share of consultations in groups whose rate is printed.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)
import scoring  # noqa: E402
from industry_report.base import language  # noqa: E402
from industry_report.intake import dataset  # noqa: E402
from industry_report.protection import disclosure, publication, source_files  # noqa: E402

SIZES = (200, 400, 800, 1_500, 3_000)
CARD = scoring.load_scorecard(ROOT / "params" / "scorecards" / "consultation.yaml")
PUBLIC, INTERNAL = (
    disclosure.load_policy(ROOT / "params" / "publisher.yaml", edition)
    for edition in ("industry", "enterprise")
)


def main() -> None:
    """Print a row for each size: the share of rates that survive, by grouping."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slices", type=int, default=20)
    asked = parser.parse_args()
    language.use("zh")
    rows = dataset.load(ROOT / "data" / "sample", region="黄山市", year=2025)
    files = source_files.describe_files(ROOT / "data" / "sample", "黄山市", 2025, None, PUBLIC)
    heads = ("grade", "covered", "source", "covered", "type", "covered", "time", "covered")
    print(f"{'rows':>6}" + "".join(f"{head:>9}" for head in heads))
    for size in SIZES:
        kept = [measure(rows, size, seed, files) for seed in range(asked.slices)]
        means = pd.DataFrame(kept).mean()
        print(f"{size:>6,}" + "".join(f"{share:>9.0%}" for share in means))


def measure(rows: pd.DataFrame, size: int, seed: int, files: source_files.Files) -> dict[str, float]:
    """Return the share of printed rates by grouping, of one slice drawn at random."""
    part = rows.sample(size, random_state=np.random.default_rng(seed)).sort_index()
    published, whole = (
        publication.protect_slice(part, 2025, CARD, policy, files) for policy in (PUBLIC, INTERNAL)
    )
    by_quarter = published.by_month.index.name == "quarter"  # then those are all that could be printed
    pairs = {
        "grade": (published.by_grade, whole.by_grade),
        "source": (published.by["source"], whole.by["source"]),
        "type": (published.by["customer_type"], whole.by["customer_type"]),
        "time": (published.by_month, published.by_month.fillna(0) if by_quarter else whole.by_month),
    }
    kept = {}
    for name, (ours, everything) in pairs.items():
        kept[name] = count_rates(ours) / max(1, count_rates(everything))
        kept[f"{name}, covered"] = cover(ours, everything)
    return kept


def count_rates(table: pd.DataFrame) -> int:
    """Return of how many groups a rate is printed."""
    return int(table["rate"].count())


def cover(ours: pd.DataFrame, everything: pd.DataFrame) -> float:
    """Return the share of consultations in groups whose rate is printed."""
    return float(ours["consultations"][ours["rate"].notna()].sum() / everything["consultations"].sum())


if __name__ == "__main__":
    main()
