"""Measurements of the pipeline. They print what they saw; they never assert a time."""
