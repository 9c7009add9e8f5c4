"""Measurements of the pipeline. They print what they saw; they never assert a time."""

import os

# What was built is measured again model by model, from dbt's manifest, left only when asked for.
os.environ.setdefault("DBT_WRITE_JSON", "true")
