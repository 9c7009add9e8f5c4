"""Landing: vendor exports into raw history tables. Knows nothing of dbt or Airflow."""

from __future__ import annotations

from ingestion.landing import LoadResult, land, replay
from ingestion.tables import ensure_raw_tables

__all__ = ["LoadResult", "ensure_raw_tables", "land", "replay"]
