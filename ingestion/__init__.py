"""Landing: vendor exports into raw history tables. Knows nothing of dbt or Airflow."""

from __future__ import annotations

from ingestion.tables import ensure_raw_tables

__all__ = ["ensure_raw_tables"]
