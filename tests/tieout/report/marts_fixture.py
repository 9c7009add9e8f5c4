"""A small publication, built by SQL: the worked quarter of 2.4M against 2.1M, to the cent.

`tables.sql` is the published schema as far as the reports read it, and the example's rows: one
entity with the worked quarter, and one deal each in yen and in Kuwaiti dinar.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from expectations.results import Finding, GateResult

ENTITY = "Tieout Instruments Inc"
HOSTILE_NAME = '<script>alert("x")</script> & Söhne'


GATE = GateResult(
    "20260630T233000000000Z",
    "0" * 64,
    (
        Finding(
            "bridge_identity", "identity", "revenue_bridge.rpt_bridge_anchor", "unexpected_rows",
            "critical", True, "The bridge does not add up.", "Find the model.", "0 rows", 0,
        ),
        Finding(
            "leakage", "attention", "opportunity_to_order.rpt_leakage", "unexpected_rows",
            "warning", False, "Sold, <b>never</b> ordered.", "Enter the order.", "1 row", 1,
            [{"currency": "USD", "amount": "40000.0000"}],
        ),
    ),
    1.5,
)  # fmt: skip

MANIFEST = {
    "publication_id": "20260630T233000000000Z",
    "as_of": "2026-06-30T23:30:00",
    "code_version": {"package": "0.1.0", "commit": "c0ffee"},
    "digest": "5f2c" * 16,
    "last_closed_period": "2026-03-01",
    "tables": {},
}

TABLES = (Path(__file__).parent / "tables.sql").read_text(encoding="utf-8")


def write_publication(directory: Path, *, bulk: int = 0) -> Path:
    """Write marts.duckdb, manifest.json and gate.json into `directory`; returns it.

    Args:
        directory: made when missing.
        bulk: how many atoms to add to line 1.16 of the worked entity in 2025 Q4 (a size test).
    """
    directory.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(str(directory / "marts.duckdb"))
    connection.execute(TABLES)
    for definition, name, primary in (
        ("standard", "Standard", True),
        ("cash_and_po", "Purchase order and cash", False),
    ):
        connection.execute(
            """
            insert into definitions.definition_set values
                ($id, $name, 'How the company counts.', 'Revenue Accounting', 'Helen Marsh',
                 date '2024-06-14', $primary, 'abcd')
            """,
            {"id": definition, "name": name, "primary": primary},
        )
        connection.execute(
            """
            insert into definitions.definition_setting values
                ($id, date '2020-01-01', date '9999-12-31', 'close_date', 'header', 'ledger', false,
                 5, 1, 5, 30)
            """,
            {"id": definition},
        )
        connection.execute(
            """
            insert into revenue_bridge.fct_bridge_atom
            select
                md5(cast(row($id, a) as varchar)), $id, a.leg, a.line_code, a.line_detail, '',
                a.entity, a.currency, a.period, a.amount, a.evidence_grade, a.rule, 'salesforce',
                if(a.opportunity_id = '', '', '001AX0000000001AAA'), a.opportunity_id, '',
                'netsuite',
                a.document_type, a.document_id, '', '', a.document_number
            from example_atom as a
            """,
            {"id": definition},
        )
        connection.execute(
            """
            insert into revenue_bridge.rpt_bridge_anchor
            select $id, a.entity, a.currency, a.period, a.anchor, a.amount, a.amount, 0,
                case a.currency when 'JPY' then 0 when 'KWD' then 3 else 2 end
            from example_anchor as a
            """,
            {"id": definition},
        )
    if bulk:
        connection.execute(
            """
            insert into revenue_bridge.fct_bridge_atom
            select md5('bulk' || i), 'standard', 1, '1.17', '', '', $entity, 'USD',
                date '2025-10-01' + to_months(cast(i % 3 as integer)),
                cast(i % 9973 + 1 as decimal(20, 0)) * 0.01,
                'A', 'order price below deal price', 'salesforce', '001AX0000000001AAA',
                '006BU' || lpad(cast(i as varchar), 13, '0'), '', 'netsuite', 'sales_order',
                cast(100000 + i as varchar), '', '', 'SO-' || cast(100000 + i as varchar)
            from range($bulk) as t(i)
            """,
            {"entity": ENTITY, "bulk": bulk},
        )
    connection.execute(
        """
        insert into revenue_bridge.rpt_revenue_bridge
        select a.definition_id, a.entity, a.currency, a.period, a.leg, a.line_code, l.line_name,
            sum(a.amount), count(*), l.category, l.needs_action
        from revenue_bridge.fct_bridge_atom as a
        inner join example_line as l using (line_code)
        group by all
        """
    )
    # the standard set reports in dollars: yen at 0.01, dinars at 4, and yen orders 10.00 lower
    connection.execute(
        """
        create temp table example_rate as
        select * from (values ('USD', 1), ('JPY', 0.01), ('KWD', 4)) as rate (currency, rate);
        insert into revenue_bridge.fct_reporting_atom values
            ('fx', 'standard', 'Northfield Japan KK', 'USD', date '2026-02-01', 1, '1.12',
             'rate_date', 2.34),
            ('fx', 'standard', 'Northfield Japan KK', 'USD', date '2026-02-01', 1, '1.12',
             'rate_source', -12.34),
            ('fx', 'standard', 'Northfield Japan KK', 'USD', date '2026-02-01', 2, '2.11',
             'rate_date', 10);
        insert into revenue_bridge.rpt_reporting_bridge
        select definition_id, entity, 'USD', period, leg, line_code, line_name, amount * rate
        from revenue_bridge.rpt_revenue_bridge
        inner join example_rate using (currency)
        where definition_id = 'standard'
        union all
        select definition_id, entity, reporting_currency, period, leg, line_code, 'FX',
            sum(reporting_amount)
        from revenue_bridge.fct_reporting_atom
        group by all;
        insert into revenue_bridge.rpt_reporting_anchor
        select definition_id, entity, 'USD', period, anchor,
            sum(amount * rate
                - if(anchor = 'orders' and currency = 'JPY' and period = '2026-02-01', 10, 0)),
            max(if(anchor = 'bookings' and currency = 'KWD', 1, 0)), 2
        from revenue_bridge.rpt_bridge_anchor
        inner join example_rate using (currency)
        where definition_id = 'standard'
        group by all;
        """
    )
    connection.execute(
        "insert into account_mapping.dim_customer values ('c1', ?, null, date '2024-02-01')",
        [HOSTILE_NAME],
    )
    connection.execute(
        """
        insert into account_mapping.map_account_customer values
            ('salesforce', '001AX0000000001AAA', 'netsuite', '501', 'c1', 'external_id', 'A', null,
             'accepted', date '2024-01-01', null)
        """
    )
    connection.execute(
        """
        insert into opportunity_to_order.rpt_leakage
        select 'standard', 'salesforce', a.opportunity_id, a.entity, a.currency, -a.amount,
            if(a.line_code = '1.06', 41, 2),
            if(a.line_code = '1.06', 'leakage', 'account_not_mapped'), 'Deal ' || a.opportunity_id,
            'Acme Corp', date '2026-01-20', 'Dana Reyes',
            if(a.line_code = '1.06', 'Dana Reyes', 'Customer master data'),
            if(a.line_code = '1.06', 'Send the order.', 'Link the account.'),
            row_number() over (order by a.amount)
        from revenue_bridge.fct_bridge_atom as a
        where a.definition_id = 'standard' and a.line_code in ('1.05', '1.06');
        insert into opportunity_to_order.fct_opportunity_to_cash values
            ('salesforce', '006AX0000000008AAA', 'Line upgrade', 'c1', 'Tieout Instruments Inc',
             'USD', date '2026-02-10', 100000, 85000, 85000, 0, 0, 'billed', 90100.5);
        insert into opportunity_to_order.rpt_blocked_order values
            ('netsuite', 'order', '9202', 'credit', 'SO-9202', 'Acme Corp',
             'Tieout Instruments Inc', 'USD', 70000.25, 'hold on the order: limit', 12,
             'Dana Reyes', 'Credit control', 'Release the hold.', 1),
            ('netsuite', 'order', '9203', 'credit', 'SO-9203', 'Acme Corp',
             'Tieout Instruments Inc', 'USD', 20000, 'customer on credit hold', 30,
             'Dana Reyes', 'Credit control', 'Release the hold.', 2),
            ('salesforce', 'deal', '006AX0000000004AAA', 'tax_data', '17', 'Acme Corp',
             'Tieout Instruments Inc', 'USD', 500, 'nobody has entered: tax id', null,
             'Dana Reyes', 'Tax', 'Get the tax id.', 3),
            ('netsuite', 'order', '9501', 'stock', 'SO-9501', 'Gulf', 'Northfield Gulf WLL', 'KWD',
             1.125, 'back-ordered', 4, 'Ivo Brandt', 'Supply planning', 'Confirm a day.', 4);
        insert into opportunity_to_order.rpt_order_to_cash_wait values
            ('all', '', 'close_to_order', 1, 12, 3, 9, 2, 8, 40),
            ('entity', 'Tieout Instruments Inc', 'close_to_order', 1, 10, 3, 9, 1, 40, 40),
            ('entity', 'Tieout Instruments Inc', 'order_to_invoice', 2, 1, 1, 1, 0, null, null),
            ('entity', 'Tieout Instruments Inc', 'close_to_cash', 4, 0, null, null, 11, 60, 170),
            ('owner', 'Dana Reyes', 'close_to_order', 1, 10, 3, 9, 1, 40, 40),
            ('month', '2026-01-01', 'close_to_order', 1, 4, 2, 5, 0, null, null),
            ('month', '2026-02-01', 'close_to_order', 1, 6, 3, 9, 1, 40, 40);
        insert into opportunity_to_order.fct_allocation values
            ('salesforce', '006AX0000000008AAA', '00kAX0000000008AAA', 'netsuite', '9008', '1',
             'SO-9008', date '2026-02-12', 'ENT-SUB-12M', 'USD', 100000, 85000, 'opportunity id',
             'A');
        insert into operations.exception values
            ('duplicate_opportunity', 'salesforce', 'opportunity', '006AX0000000002AAA', 100000,
             'USD', 'RevOps', 'same customer, amount and name as 006AX0000000001AAA');
        insert into operations.load_audit values
            ('1774.1', 'salesforce', 'opportunity', 21000, 20999, 1,
             timestamp '2026-06-30 23:40:00', timestamp '2026-06-30 22:00:00'),
            ('1774.2', 'netsuite', 'transaction', 150000, 150000, 0,
             timestamp '2026-06-30 23:41:00', timestamp '2026-06-28 20:00:00');
        insert into definitions.freshness_sla values
            ('salesforce', 'opportunity', 24, 'warning', 'Deals close daily.'),
            ('netsuite', 'transaction', 4, 'warning', 'Shown during the day.'),
            ('netsuite', 'transaction', 48, 'critical', 'A false backlog.'),
            ('netsuite', 'item', null, 'info', 'Sent on change.'),
            ('netsuite', 'customer', 96, 'warning', 'Daily.');
        insert into operations.dead_letter values
            ('salesforce', 'opportunity', '006AX0000000099AAA',
             'CloseDate is not a date: 31.02.2026',
             '{"Id": "006AX0000000099AAA"}', '1774.1', timestamp '2026-06-30 23:40:00', 'open');
        """
    )
    connection.close()
    (directory / "manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    GATE.write(directory)
    return directory
