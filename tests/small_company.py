"""Further deals and orders for the company of `tests/questions`, in a copy of its exports."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

ACCOUNT, CUSTOMER = "001000000000012AAA", 108  # Brightwater Utilities
SEEN = "2025-05-16T09:00:00Z"
METER = ("01t000000000001AAA", "PF-200")

Amount = Decimal | int


def line_of(deal: str) -> str:
    """Id of the only line of a deal of `add_deal`."""
    return deal.replace("006", "00k", 1)


def add(file: Path, *rows: dict[str, object]) -> None:
    """Append rows to an export; columns that they do not name stay blank.

    Raises:
        ValueError: the export has no such column.
    """
    names = file.read_text(encoding="utf-8").splitlines()[0].split(",")
    for row in rows:
        if unknown := set(row) - set(names):
            raise ValueError(f"{file.name} has no column {', '.join(sorted(unknown))}")
    with file.open("a", encoding="utf-8") as out:
        for row in rows:
            out.write(",".join(str(row.get(name, "")) for name in names) + "\n")


def add_deal(
    exports: Path,
    deal: str,
    name: str,
    amount: Amount,
    day: str,
    product: tuple[str, str] = METER,
) -> None:
    """A won deal in dollars with one line: product is its id and its code, blank for none."""
    product_id, code = product
    add(
        exports / "salesforce" / "Opportunity.csv",
        {
            "Id": deal, "Name": name, "AccountId": ACCOUNT, "Amount": amount, "CloseDate": day,
            "StageName": "Closed Won", "IsWon": "true", "IsClosed": "true",
            "OwnerId": "005000000000001AAA", "CurrencyIsoCode": "USD", "IsDeleted": "false",
            "CreatedDate": "2025-01-05T09:00:00Z", "LastModifiedDate": SEEN,
            "SystemModstamp": SEEN, "Legal_Entity__c": "Meridian Inc",
        },
    )  # fmt: skip
    add(
        exports / "salesforce" / "OpportunityLineItem.csv",
        {
            "Id": line_of(deal), "OpportunityId": deal, "Product2Id": product_id,
            "ProductCode": code, "Name": name, "Quantity": 1, "UnitPrice": amount,
            "TotalPrice": amount, "IsDeleted": "false", "SystemModstamp": SEEN,
        },
    )  # fmt: skip


def add_order(
    exports: Path,
    order: str,
    number: str,
    lines: Sequence[tuple[int, Amount]],
    reference: str = "",
    day: str = "2025-05-15",
) -> None:
    """An approved order in dollars: lines are (item id, amount), numbered from 1."""
    total = sum((Decimal(amount) for _, amount in lines), Decimal(0))
    head = {"transaction": order, "subsidiary": 1, "linelastmodifieddate": SEEN}
    add(
        exports / "netsuite" / "transaction.csv",
        {
            "id": order, "tranid": number, "type": "SalesOrd", "trandate": day, "status": "B",
            "entity": CUSTOMER, "currency": 1, "posting": "false", "createddate": SEEN,
            "lastmodifieddate": SEEN, "foreigntotal": total,
            "custbody_sf_opportunity_id": reference,
        },
    )  # fmt: skip
    add(
        exports / "netsuite" / "transaction_line.csv",
        {**head, "id": 0, "mainline": "true", "foreignamount": total},
        *(
            {
                **head, "id": place, "mainline": "false", "item": item, "itemtype": "InvtPart",
                "quantity": -1, "rate": amount, "foreignamount": -amount,
                "quantitybilled": 0, "quantityshiprecv": 0,
            }
            for place, (item, amount) in enumerate(lines, 1)
        ),
    )  # fmt: skip
