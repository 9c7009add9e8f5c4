"""A small company's books, written as the exports of NetSuite and Salesforce would have them.

A test says what happened in words of the business (an order, a bill, a payment with a discount) and
`write` makes the files. Amounts are given as people say them, a sale positive; the files have the
vendor's signs: debit positive, so that the lines of every document add up to nothing.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

Row = dict[str, Any]

CURRENCIES = {"USD": "1", "EUR": "2"}
ENTITIES = {"North": "2", "South": "3"}
# number: (type, name)
ACCOUNTS = {
    "1000": ("Bank", "Operating Bank Account"),
    "1100": ("AcctRec", "Accounts Receivable"),
    "2200": ("OthCurrLiab", "Sales Tax Payable"),
    "2450": ("OthCurrLiab", "Customer Deposits"),
    "4000": ("Income", "Equipment Revenue"),
    "6300": ("Expense", "Early Payment Discounts"),
    "6400": ("Expense", "Bad Debt Expense"),
    "6500": ("Expense", "Bank Fees"),
    "6600": ("Expense", "Retailer Deductions"),
    "6700": ("OthExpense", "Exchange Gain or Loss"),
    "6900": ("Expense", "Miscellaneous Expense"),
}
PREFIX = {"SalesOrd": "SO", "CustInvc": "INV", "CustCred": "CM", "CustPymt": "PYMT"}


@dataclass
class Line:
    """A line of a document: what is sold, or an amount on an account (debit positive)."""

    amount: Decimal
    quantity: int | None = None
    account: str | None = None
    item: str = "7"
    item_type: str = "InvtPart"
    is_tax: bool = False
    extra: Row = field(default_factory=dict)


@dataclass
class Document:
    """A written document; `id` is its key in the ERP, `lines` the ids of its lines."""

    id: str
    type: str
    customer: str
    currency: str
    entity: str
    lines: list[Line]


def sold(amount: str | int, quantity: int = 1, **extra: Any) -> Line:
    """An item line of an order or bill."""
    return Line(Decimal(amount), quantity, "4000", extra=extra)


def freight(amount: str | int) -> Line:
    """The freight line of a bill."""
    return Line(Decimal(amount), None, "4000", item="9", item_type="ShipItem")


def taxed(amount: str | int) -> Line:
    """The tax line of a bill or credit."""
    return Line(Decimal(amount), None, "2200", item="", item_type="TaxItem", is_tax=True)


class Books:
    """What happened; `write` makes the exports of it."""

    def __init__(self) -> None:
        self.next_id = 1000
        self.customers: dict[str, str] = {}
        self.tables: dict[str, list[Row]] = {
            name: []
            for name in (
                "transaction",
                "transaction_line",
                "transaction_accounting_line",
                "next_transaction_line_link",
            )
        }

    def customer(self, name: str) -> str:
        return self.customers.setdefault(name, str(10 + len(self.customers)))

    def post(
        self,
        kind: str,
        day: str,
        customer: str | None,
        lines: list[Line],
        *,
        main_account: str | None = "1100",
        sign: int = -1,
        posting: bool = True,
        currency: str = "USD",
        entity: str = "North",
        main: bool = True,
        **head: Any,
    ) -> Document:
        """Write a document. `sign` turns the amounts into debits; the main line balances them."""
        self.next_id += 1
        key = str(self.next_id)
        moment = f"{day} 09:00:00"
        self.tables["transaction"].append(
            {
                "id": key,
                "tranid": f"{PREFIX.get(kind, kind)}{key}",
                "type": kind,
                "trandate": day,
                "status": "B",
                "entity": self.customer(customer) if customer else "",
                "currency": CURRENCIES[currency],
                "exchangerate": "1",
                "postingperiod": day[:7].replace("-", ""),
                "posting": "T" if posting else "F",
                "voided": "F",
                "createddate": moment,
                "lastmodifieddate": moment,
                **head,
            }
        )
        numbered = list(enumerate(lines, start=1 if main else 0))
        total = -sum((sign * line.amount for line in lines), Decimal(0))
        if main:
            head_line = Line(sign * total, account=main_account, item="", item_type="")
            numbered.insert(0, (0, head_line))
        for number, line in numbered:
            amount = sign * line.amount
            self.tables["transaction_line"].append(
                {
                    "transaction": key,
                    "id": number,
                    "uniquekey": f"{key}{number:03}",
                    "linesequencenumber": number,
                    "mainline": "T" if main and number == 0 else "F",
                    "taxline": "T" if line.is_tax else "F",
                    "item": line.item if line.quantity or line.item_type == "ShipItem" else "",
                    "itemtype": line.item_type if line.quantity or line.item != "7" else "",
                    "quantity": "" if line.quantity is None else sign * line.quantity,
                    "rate": "" if not line.quantity else line.amount / line.quantity,
                    "foreignamount": amount,
                    "netamount": amount,
                    "subsidiary": ENTITIES[entity],
                    "linelastmodifieddate": moment,
                    **line.extra,
                }
            )
            if line.account and posting:
                self.tables["transaction_accounting_line"].append(
                    {
                        "transaction": key,
                        "transactionline": number,
                        "accountingbook": "1",
                        "account": line.account,
                        "amount": amount,
                        "debit": amount if amount > 0 else "",
                        "credit": -amount if amount < 0 else "",
                        "netamount": amount,
                        "posting": "T",
                        "lastmodifieddate": moment,
                    }
                )
        return Document(key, kind, customer or "", currency, entity, lines)

    def link(
        self,
        before: tuple[Document, int],
        after: tuple[Document, int],
        kind: str,
        amount: str | int | Decimal,
        **extra: Any,
    ) -> None:
        """Say that a line of a document followed a line of another."""
        self.tables["next_transaction_line_link"].append(
            {
                "previousdoc": before[0].id,
                "previousline": before[1],
                "nextdoc": after[0].id,
                "nextline": after[1],
                "linktype": kind,
                "previoustype": before[0].type,
                "nexttype": after[0].type,
                "foreignamount": amount,
                **extra,
            }
        )

    def order(self, day: str, customer: str, *lines: Line, **head: Any) -> Document:
        return self.post(
            "SalesOrd", day, customer, list(lines), main_account=None, posting=False, **head
        )

    def bill(
        self, day: str, customer: str, *lines: Line, of: Document | None = None, **head: Any
    ) -> Document:
        """An invoice; its first lines are those of the order, one by one."""
        bill = self.post("CustInvc", day, customer, list(lines), **head)
        if of is not None:
            for number, line in enumerate(lines, start=1):
                if number <= len(of.lines) and line.quantity:
                    self.link((of, number), (bill, number), "OrdBill", line.amount)
        return bill

    def credit(
        self, day: str, customer: str, *lines: Line, on: Document | None = None, **head: Any
    ) -> Document:
        """A credit memo, applied in full to a bill if there is one."""
        credit = self.post("CustCred", day, customer, list(lines), sign=1, **head)
        if on is not None:
            total = sum((line.amount for line in lines), Decimal(0))
            self.link((on, 0), (credit, 0), "Payment", total, discount="F")
        return credit

    def cash(
        self, day: str, customer: str, amount: str | int, *, discount: str | int = 0, **head: Any
    ) -> Document:
        """A payment: line 1 is the receivable, lines 2 and 3 the discount taken."""
        lines = [Line(-Decimal(amount), account="1100")]
        if discount:
            lines.append(Line(Decimal(discount), account="6300"))
            lines.append(Line(-Decimal(discount), account="1100"))
        return self.post("CustPymt", day, customer, lines, main_account="1000", sign=1, **head)

    def pay(
        self, bill: Document, payment: Document, amount: str | int, *, discount: str | int = 0
    ) -> None:
        """Apply a payment (or what else settles a bill) to it."""
        self.link((bill, 0), (payment, 1), "Payment", amount, discount="F")
        if discount:
            self.link((bill, 0), (payment, 3), "Payment", discount, discount="T")

    def journal(self, day: str, *lines: tuple[str, str | int], **head: Any) -> Document:
        """A journal of accounts and debits (credits negative)."""
        return self.post(
            "Journal",
            day,
            None,
            [Line(Decimal(amount), account=account) for account, amount in lines],
            sign=1,
            main=False,
            **head,
        )

    def write(self, folder: Path) -> None:
        """Write the exports of both systems."""
        months = [date(2025 + n // 12, n % 12 + 1, 1) for n in range(9, 24)]
        self.tables |= {
            "subsidiary": [
                {"id": key, "name": name, "currency": "1", "country": "US"}
                for name, key in ENTITIES.items()
            ],
            "currency": [
                {"id": key, "name": symbol, "symbol": symbol, "isbasecurrency": "T"}
                for symbol, key in CURRENCIES.items()
            ],
            "account": [
                {"id": number, "acctnumber": number, "fullname": name, "accttype": kind}
                for number, (kind, name) in ACCOUNTS.items()
            ],
            "accounting_period": [
                {
                    "id": f"{month:%Y%m}",
                    "periodname": f"{month:%b %Y}",
                    "startdate": month,
                    "enddate": f"{month:%Y-%m}-28",
                    "isposting": "T",
                    "isquarter": "F",
                    "isyear": "F",
                    "isadjust": "F",
                    "closed": "F",
                }
                for month in months
            ],
            "customer": [
                {"id": key, "entityid": f"C{key}", "companyname": name, "currency": "1"}
                for name, key in self.customers.items()
            ],
            "item": [
                {"id": "7", "itemid": "PUMP", "itemtype": "InvtPart"},
                {"id": "9", "itemid": "FREIGHT", "itemtype": "ShipItem"},
            ],
        }
        for name, rows in self.tables.items():
            write_table(folder / "netsuite" / f"{name}.csv", rows)
        account = {"Id": "001A00000000001", "Name": "Somebody Else", "CurrencyIsoCode": "USD"}
        write_table(folder / "salesforce" / "Account.csv", [account])
        deal = {
            "Id": "006A00000000001",
            "Name": "Never won",
            "AccountId": account["Id"],
            "Amount": "1.00",
            "CloseDate": "2026-01-01",
            "StageName": "Closed Lost",
            "IsWon": "false",
            "IsClosed": "true",
            "CurrencyIsoCode": "USD",
        }
        write_table(folder / "salesforce" / "Opportunity.csv", [deal])


def write_table(path: Path, rows: list[Row]) -> None:
    """Write rows that may have different columns as one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
