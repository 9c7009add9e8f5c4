"""Measurements of the pipeline. They print what they saw; they never assert a time."""

import os

# What was built is measured again model by model, from the manifest that dbt leaves only when asked.
os.environ.setdefault("DBT_WRITE_JSON", "true")
