"""Synthetic sales leads from a website (params/columns/leads.yaml): no scores, only behaviour."""

from pathlib import Path

import numpy as np
import pandas as pd

ACTIVITIES = {
    "Had a Phone Conversation": 0.8,
    "SMS Sent": 0.6,
    "Email Opened": 0.35,
    "Page Visited on Website": 0.2,
    "Olark Chat Conversation": 0.1,
    "Email Bounced": 0.05,
    "Unsubscribed": 0.02,
}
ROWS, WITHOUT_VISITS = 1500, 23


def make(seed: int = 3) -> pd.DataFrame:
    """Return leads; of some it is not known how often they came, which leaves them ungradable."""
    rng = np.random.default_rng(seed)
    activity = rng.choice(list(ACTIVITIES), ROWS, p=[0.03, 0.27, 0.36, 0.14, 0.14, 0.04, 0.02])
    seconds = rng.choice([0, 30, 200, 700, 1500], ROWS) + rng.integers(0, 29, ROWS)
    chance = np.array([ACTIVITIES[one] for one in activity]) * (0.2 + seconds / 1900)
    leads = pd.DataFrame(
        {
            "Prospect ID": [f"lead-{number:05}" for number in range(ROWS)],
            "Lead Number": np.arange(ROWS) + 600_000,
            "Lead Origin": rng.choice(["API", "Landing Page Submission", "Lead Add Form"], ROWS),
            "Lead Source": rng.choice(["Google", "Direct Traffic", "Olark Chat", "Organic Search"], ROWS),
            "Do Not Email": np.where(rng.random(ROWS) < 0.08, "Yes", "No"),
            "Converted": (rng.random(ROWS) < chance).astype(int),
            "TotalVisits": rng.poisson(3, ROWS).astype(float),
            "Total Time Spent on Website": seconds,
            "Page Views Per Visit": rng.choice([0, 1, 1.5, 2, 3.67, 5], ROWS),
            "Last Activity": activity,
            "Country": rng.choice(["India", "Select", ""], ROWS),
            "City": rng.choice(["Mumbai", "Select", ""], ROWS),
        }
    )
    lost = rng.choice(ROWS, WITHOUT_VISITS, replace=False)
    leads.loc[lost, ["TotalVisits", "Page Views Per Visit"]] = np.nan
    return leads


def write(folder: Path) -> pd.DataFrame:
    """Write the leads as a CSV file into a folder; returns them."""
    leads = make()
    leads.to_csv(folder / "leads.csv", index=False)
    return leads
