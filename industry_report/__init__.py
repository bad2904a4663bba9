"""Turn workbooks of customer consultations into published reports."""

__version__ = "0.1.0"
