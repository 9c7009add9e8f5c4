"""tieout: the bridge from CRM bookings to ERP revenue, exact to the cent.

Here live settings, definitions, publication, reports and the command line: everything that is
neither landing (`ingestion`), modelling (`dbt_project`) nor checking (`expectations`).
"""

from __future__ import annotations

__version__ = "0.1.0"
