"""Seeded synthetic data in the forms that institutions use, to try the product on. They describe nobody."""

from .consultation_sample import write
from .sample_facts import (
    CITIES,
    CUSTOMER_TYPES,
    PRODUCTS,
    PRODUCTS_OF_MONTH,
    PRODUCTS_OF_TYPE,
    SOURCES,
    TOPICS,
)
from .sample_workbooks import is_sample
from .table_sample import write_tables

__all__ = [
    "CITIES",
    "CUSTOMER_TYPES",
    "PRODUCTS",
    "PRODUCTS_OF_MONTH",
    "PRODUCTS_OF_TYPE",
    "SOURCES",
    "TOPICS",
    "is_sample",
    "write",
    "write_tables",
]
