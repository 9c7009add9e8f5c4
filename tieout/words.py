"""How amounts, counts and times are said to people in messages and on the terminal."""

from __future__ import annotations

import csv
import functools
from datetime import datetime
from decimal import Decimal

from tieout.settings import DBT_PROJECT


@functools.cache
def _minor_units() -> dict[str, int]:
    with (DBT_PROJECT / "seeds" / "iso_4217.csv").open(newline="", encoding="utf-8") as seed:
        return {row["currency"]: int(row["minor_unit"]) for row in csv.DictReader(seed)}


def amount(value: Decimal | str, currency: str, *, sign: bool = False) -> str:
    """An amount with thousands separators, its currency's decimals, and the currency.

    More decimals than the currency has are shown where there are any: nothing is rounded away.
    """
    number = Decimal(value)
    exponent = number.normalize().as_tuple().exponent
    needed = -exponent if isinstance(exponent, int) else 0
    decimals = max(_minor_units().get(currency, 2), needed)
    return f"{number:{'+' if sign and number else ''},.{decimals}f} {currency}".rstrip()


def plural(count: int, one: str, many: str = "") -> str:
    """A count and its noun: `1 row`, `1,200 rows`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def moment(value: datetime | str) -> str:
    """A time of UTC to the minute."""
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{when:%Y-%m-%d %H:%M} UTC"


def hours(count: float) -> str:
    """A span as people say it: `51 hours` becomes `2 days 3 hours`."""
    days, rest = divmod(round(count), 24)
    parts = [plural(days, "day")] if days else []
    if rest or not days:
        parts.append(plural(rest, "hour"))
    return " ".join(parts)
