"""The gate: suites of expectations that decide whether a candidate may be published.

May import `tieout.errors` and `tieout.progress`; knows nothing of landing, models or orchestration.
"""
