-- the published schema as far as the reports read it
create schema definitions;
create schema account_mapping;
create schema opportunity_to_order;
create schema revenue_bridge;
create schema operations;
create table definitions.definition_set (
    definition_id varchar, definition_name varchar, description varchar, owner varchar,
    signed_off_by varchar, signed_off_on date, is_primary boolean, digest varchar
);
create table definitions.definition_setting (
    definition_id varchar, valid_from date, valid_to date, booking_date_basis varchar,
    booking_amount_basis varchar, revenue_event varchar, net_pending boolean,
    sla_business_days integer, fiscal_year_start_month integer,
    rounding_tolerance_minor_units integer, duplicate_window_days integer
);
create table account_mapping.map_account_customer (
    crm_system varchar, crm_account_id varchar, erp_system varchar, erp_customer_id varchar,
    customer_key varchar, match_rule varchar, evidence_grade varchar, match_probability decimal(9, 8),
    match_status varchar, valid_from date, valid_to date
);
create table account_mapping.dim_customer (
    customer_key varchar, customer_name varchar, parent_customer_key varchar, first_order_date date
);
create table account_mapping.rpt_match_quality (
    as_of timestamp, is_latest boolean, scope varchar, currency varchar,
    account_count integer, matched_account_count integer, review_account_count integer, unmatched_account_count integer,
    grade_a_account_count integer, grade_b_account_count integer, grade_c_account_count integer, grade_d_account_count integer,
    amount decimal(28, 4), matched_amount decimal(28, 4), review_amount decimal(28, 4), unmatched_amount decimal(28, 4),
    grade_a_amount decimal(28, 4), grade_b_amount decimal(28, 4), grade_c_amount decimal(28, 4), grade_d_amount decimal(28, 4),
    account_match_rate decimal(5, 4), amount_match_rate decimal(5, 4), queue_pair_count integer,
    queue_account_count integer, queue_amount decimal(28, 4), queue_oldest_days integer,
    previous_account_match_rate decimal(5, 4), previous_amount_match_rate decimal(5, 4)
);
insert into account_mapping.rpt_match_quality
select
    night::timestamp, night = '2026-06-30', scope, currency, n, m, 2, 1, m - 9, 4, 3, 2,
    amount, amount - 40000, 15000, 25000, amount - 100000, 30000, 20000, 10000,
    rate, amount_rate, 3, 2, case when amount is not null then 15000 end, 12,
    case when night = '2026-06-30' then 0.9000 end, case when night = '2026-06-30' then 0.9600 end
from (values
    ('2026-06-28', 'won_account', '', 100, 90, null, 0.9000, null),
    ('2026-06-29', 'won_account', '', 100, 92, null, 0.9200, null),
    ('2026-06-30', 'won_account', '', 100, 97, null, 0.9700, null),
    ('2026-06-30', 'every_account', '', 130, 127, null, 0.9769, null),
    ('2026-06-30', 'won_in_currency', 'USD', 80, 77, 1000000, 0.9625, 0.9600)
) as quality (night, scope, currency, n, m, amount, rate, amount_rate);
create table account_mapping.rpt_match_review (
    crm_account_id varchar, crm_account_name varchar, erp_customer_id varchar, erp_customer_name varchar,
    match_probability decimal(5, 4), evidence varchar, amount_at_risk decimal(28, 4), currency varchar,
    owner varchar, first_seen_at timestamp, review_rank integer, candidate_rank integer
);
insert into account_mapping.rpt_match_review values
('001AX0000000007AAA', 'Pinnacle <i>Controls</i>', '77', 'Pinnacle Controls Inc', 0.8000,
    'same name: pinnacle controls (2 customers fit)', 15000, 'USD', 'Grace Albright', '2026-06-18', 1, 1),
('001AX0000000007AAA', 'Pinnacle <i>Controls</i>', '78', 'Pinnacle Controls', 0.6000,
    'same name: pinnacle controls (2 customers fit)', 15000, 'USD', 'Grace Albright', '2026-06-18', 1, 2),
('001AX0000000008AAA', 'Akane KK', '79', 'Akane', 0.7000, 'name alike', 0, null, null, '2026-06-20', 3, 1);
create table account_mapping.rpt_duplicate (
    source_system varchar, record_type varchar, record_id varchar, other_record_id varchar, match_status varchar
);
insert into account_mapping.rpt_duplicate values
('salesforce', 'account', 'a', 'b', 'accepted'), ('netsuite', 'erp_customer', '1', '2', 'review');
create table account_mapping.rpt_match_drift (
    crm_account_id varchar, crm_account_name varchar, change varchar, cause varchar,
    erp_customers_before varchar, erp_customers_after varchar, customer_key_before varchar,
    customer_key_after varchar, won_amount decimal(28, 4), currency varchar
);
insert into account_mapping.rpt_match_drift values
('001AX0000000009AAA', 'Vega Optics', 'link_moved', 'changed_record', 'netsuite:4', 'netsuite:5', 'k4', 'k5', 700, 'USD'),
('001AX0000000010AAA', 'Yen Works', 'key_changed', 'rules_or_other_records', 'netsuite:6', 'netsuite:6', 'k6', 'k7', 900, 'JPY');
create table account_mapping.rpt_steward_agreement (
    pair_kind varchar, match_rule varchar, pair_count integer, accepted_same_count integer,
    accepted_different_count integer, auto_precision decimal(5, 4), auto_precision_low decimal(5, 4),
    auto_precision_high decimal(5, 4), auto_recall decimal(5, 4), auto_recall_low decimal(5, 4),
    auto_recall_high decimal(5, 4)
);
insert into account_mapping.rpt_steward_agreement values
('account_and_customer', 'same web domain', 12, 8, 2, 0.8, 0.4902, 0.9433, 0.7273, 0.4344, 0.9025),
('account_and_customer', 'every rule', 14, 8, 2, 0.8, 0.4902, 0.9433, 0.7273, 0.4344, 0.9025),
('two_accounts', 'every rule', 1, 0, 0, null, null, null, 0, 0, 0.7935);
create table account_mapping.rpt_readiness (
    rank_in_currency integer, gap varchar, field varchar, currency varchar, record_count integer,
    amount_at_risk decimal(28, 4), largest_source_key varchar
);
insert into account_mapping.rpt_readiness values
(2, 'unmapped_product', '', 'USD', 1, 4000, '01t'), (1, 'missing_billing_field', 'tax_id', 'USD', 3, 9000.5, '001'),
(1, 'unmapped_account', '', 'JPY', 1, 700, '002'), (1, 'unknown_currency', '', '', 1, 0, '9');
create table opportunity_to_order.rpt_leakage (
    definition_id varchar, crm_system varchar, opportunity_id varchar, entity varchar,
    currency varchar, amount decimal(28, 4), age_business_days integer, class varchar,
    opportunity_name varchar, account_name varchar, close_date date, owner_name varchar,
    acts varchar, next_action varchar, priority integer
);
create table opportunity_to_order.rpt_blocked_order (
    system varchar, record_type varchar, record_id varchar, blocked_by varchar,
    record_number varchar, customer_name varchar, entity varchar, currency varchar,
    blocked_amount decimal(28, 4), evidence varchar, age_business_days integer, owner varchar,
    acts varchar, next_action varchar, priority integer
);
create table opportunity_to_order.rpt_order_to_cash_wait (
    cut varchar, value varchar, step varchar, step_number integer, done_count bigint,
    p50_days integer, p90_days integer, open_count bigint, open_p50_days integer,
    open_longest_days integer
);
create table revenue_bridge.fct_bridge_atom (
    atom_key varchar, definition_id varchar, leg integer, line_code varchar, line_detail varchar,
    step varchar, entity varchar, currency varchar, period date, amount decimal(28, 4),
    evidence_grade varchar, rule varchar, crm_system varchar, account_id varchar,
    opportunity_id varchar, opportunity_line_id varchar, erp_system varchar, document_type varchar,
    document_id varchar, document_line_id varchar, allocation_key varchar, document_number varchar
);
create table revenue_bridge.rpt_revenue_bridge (
    definition_id varchar, entity varchar, currency varchar, period date, leg integer,
    line_code varchar, line_name varchar, amount decimal(28, 4), atom_count bigint,
    category varchar, needs_action boolean
);
create table revenue_bridge.rpt_bridge_anchor (
    definition_id varchar, entity varchar, currency varchar, period date, anchor varchar,
    amount decimal(28, 4), control_total decimal(28, 4), control_difference decimal(28, 4),
    minor_unit integer
);
create table revenue_bridge.rpt_reporting_anchor (
    definition_id varchar, entity varchar, reporting_currency varchar, period date, anchor varchar,
    amount decimal(28, 4), unconverted_count bigint, minor_unit integer
);
create table revenue_bridge.rpt_reporting_bridge (
    definition_id varchar, entity varchar, reporting_currency varchar, period date, leg integer,
    line_code varchar, line_name varchar, amount decimal(28, 4)
);
create table revenue_bridge.fct_reporting_atom (
    step varchar, definition_id varchar, entity varchar, reporting_currency varchar, period date,
    leg integer, line_code varchar, line_detail varchar, reporting_amount decimal(28, 4)
);
create table opportunity_to_order.fct_opportunity_to_cash (
    crm_system varchar, opportunity_id varchar, opportunity_name varchar, customer_key varchar,
    entity varchar, currency varchar, close_date date, booked_amount decimal(28, 4),
    ordered_amount decimal(28, 4), billed_amount decimal(28, 4), recognised_amount decimal(28, 4),
    paid_amount decimal(28, 4), status varchar, open_receivable decimal(28, 4)
);
create table opportunity_to_order.fct_allocation (
    crm_system varchar, opportunity_id varchar, opportunity_line_id varchar, erp_system varchar,
    order_id varchar, order_line_id varchar, order_number varchar, order_date date, sku varchar,
    currency varchar, booked_amount decimal(28, 4), ordered_amount decimal(28, 4),
    link_rule varchar, evidence_grade varchar
);
create table revenue_bridge.rpt_prior_period_adjustment (
    definition_id varchar, entity varchar, currency varchar, period date, leg integer,
    line_code varchar, amount decimal(28, 4), record varchar, first_seen_at timestamp
);
create table revenue_bridge.rpt_deferred_rollforward (
    entity varchar, currency varchar, period date, opening decimal(28, 4), billed decimal(28, 4),
    released decimal(28, 4), modified decimal(28, 4), fx decimal(28, 4), moved decimal(28, 4),
    financing decimal(28, 4), reclassified decimal(28, 4), adjusted decimal(28, 4),
    closing decimal(28, 4), ledger_balance decimal(28, 4), difference decimal(28, 4)
);
create table revenue_bridge.rpt_contract_asset_rollforward (
    entity varchar, currency varchar, period date, opening decimal(28, 4), earned decimal(28, 4),
    billed decimal(28, 4), modified decimal(28, 4), fx decimal(28, 4), moved decimal(28, 4),
    financing decimal(28, 4), reclassified decimal(28, 4), adjusted decimal(28, 4),
    closing decimal(28, 4), ledger_balance decimal(28, 4), difference decimal(28, 4)
);
create table revenue_bridge.rpt_contract_balance (
    erp_system varchar, contract_id varchar, contract_number varchar, entity varchar,
    currency varchar, period date, is_closed boolean, contract_asset decimal(28, 4),
    contract_liability decimal(28, 4), ledger_contract_asset decimal(28, 4),
    ledger_contract_liability decimal(28, 4), balance_difference decimal(28, 4)
);
create table revenue_bridge.rpt_remaining_obligation (
    erp_system varchar, contract_id varchar, obligation_id varchar, entity varchar,
    currency varchar, balance_period date, period date, timing varchar, time_band varchar,
    remaining_amount decimal(28, 4), billed_amount decimal(28, 4), unbilled_amount decimal(28, 4)
);
create table revenue_bridge.rpt_schedule_difference (
    erp_system varchar, contract_id varchar, obligation_id varchar, entity varchar,
    currency varchar, period date, cause varchar, amount decimal(28, 4)
);
create table revenue_bridge.fct_revenue_schedule (
    erp_system varchar, contract_id varchar, obligation_id varchar, entity varchar,
    currency varchar, period date, scheduled_amount decimal(28, 4),
    erp_scheduled_amount decimal(28, 4), posted_amount decimal(28, 4)
);
create table operations.load_audit (
    load_id varchar, system varchar, object varchar, rows_read bigint, rows_landed bigint,
    rows_dead_lettered bigint, loaded_at timestamp, watermark timestamp
);
create table operations.run as select timestamp '2026-06-30 23:30:00' as as_of;
create table definitions.freshness_sla (
    system varchar, object varchar, max_age_hours integer, severity varchar, reason varchar
);
create table operations.dead_letter (
    system varchar, object varchar, source_key varchar, reason varchar, payload varchar,
    load_id varchar, first_seen_at timestamp, status varchar
);
create table operations.exception (
    exception_type varchar, system varchar, object varchar, source_key varchar,
    amount decimal(28, 4), currency varchar, owner varchar, detail varchar
);

-- rows: BRIDGE's worked quarter for one entity, to the cent, and one deal each in yen and dinar
create temp table example_atom as
select *
from (values
    ('Tieout Instruments Inc', 'USD', '2026-02-01', 1, '1.02', 'same_name', -100000, 'B', 'duplicate: same customer, amount and name', '006AX0000000002AAA', '', '', ''),
    ('Tieout Instruments Inc', 'USD', '2026-02-01', 1, '1.05', '', -25000, 'B', 'no accepted link for the account', '006AX0000000003AAA', '', '', ''),
    ('Tieout Instruments Inc', 'USD', '2026-01-01', 1, '1.06', '', -40000, 'B', 'no order after 5 business days', '006AX0000000004AAA', '', '', ''),
    ('Tieout Instruments Inc', 'USD', '2026-03-01', 1, '1.09', '', -150000, 'A', 'order date in another period', '006AX0000000005AAA', '', '', ''),
    ('Tieout Instruments Inc', 'USD', '2026-01-01', 1, '1.09', '', 90000, 'A', 'order date in another period', '006AX0000000006AAA', 'sales_order', '9006', 'SO-9006'),
    ('Tieout Instruments Inc', 'USD', '2026-02-01', 1, '1.13', '', -240000, 'A', '36 months booked, 12 months ordered', '006AX0000000007AAA', 'sales_order', '9007', 'SO-9007'),
    ('Tieout Instruments Inc', 'USD', '2026-02-01', 1, '1.17', '', -15000, 'A', 'order price below deal price', '006AX0000000008AAA', 'sales_order', '9008', 'SO-9008'),
    ('Tieout Instruments Inc', 'USD', '2026-03-01', 1, '1.18', '', -4125, 'A', 'deal amount includes tax', '006AX0000000009AAA', 'sales_order', '9009', 'SO-9009'),
    ('Tieout Instruments Inc', 'USD', '2026-01-01', 1, '1.20', 'edi', 500000, 'B', 'order without opportunity', '', 'sales_order', '9101', 'SO-9101'),
    ('Tieout Instruments Inc', 'USD', '2026-02-01', 1, '1.20', 'phone', 120000, 'B', 'order without opportunity', '', 'sales_order', '9102', 'SO-9102'),
    ('Tieout Instruments Inc', 'USD', '2026-03-01', 1, '1.20', 'ecommerce', 180000, 'B', 'order without opportunity', '', 'sales_order', '9103', 'SO-9103'),
    ('Tieout Instruments Inc', 'USD', '2026-01-01', 2, '2.01', '', 45000, 'A', 'billed in a later quarter than ordered', '', 'invoice', '9201', 'INV-9201'),
    ('Tieout Instruments Inc', 'USD', '2026-02-01', 2, '2.02', 'not_shipped', -120000, 'A', 'ordered quantity not billed', '', 'sales_order', '9202', 'SO-9202'),
    ('Tieout Instruments Inc', 'USD', '2026-02-01', 2, '2.03', 'cancelled', -60000, 'A', 'order closed', '', 'sales_order', '9203', 'SO-9203'),
    ('Tieout Instruments Inc', 'USD', '2026-03-01', 2, '2.07', 'return', -35000, 'A', 'posted credit memo', '', 'credit_memo', '9204', 'CM-9204'),
    ('Tieout Instruments Inc', 'USD', '2026-01-01', 3, '3.01', '', -90000, 'A', 'schedule from service terms', '', 'invoice', '9301', 'INV-9301'),
    ('Tieout Instruments Inc', 'USD', '2026-02-01', 3, '3.01', '', -200000, 'A', 'delivered in a later quarter', '', 'invoice', '9302', 'INV-9302'),
    ('Tieout Instruments Inc', 'USD', '2026-03-01', 3, '3.01', '', -110000, 'A', 'schedule from service terms', '', 'invoice', '9303', 'INV-9303'),
    ('Tieout Instruments Inc', 'USD', '2026-03-01', 3, '3.01', '', -121625.01, 'A', 'schedule from service terms', '', 'invoice', '9304', 'INV-9304'),
    ('Tieout Instruments Inc', 'USD', '2026-01-01', 3, '3.02', '', 62000, 'A', 'released from an earlier quarter', '', 'invoice', '9305', 'INV-9305'),
    ('Tieout Instruments Inc', 'USD', '2026-02-01', 3, '3.03', '', 15000, 'A', 'earned before billing', '', 'journal', '9306', 'JE-9306'),
    ('Tieout Instruments Inc', 'USD', '2026-03-01', 3, '3.08', '', -1250, 'B', 'journal without revenue element', '', 'journal', '9307', 'JE-9307'),
    ('Tieout Instruments Inc', 'USD', '2026-03-01', 3, '3.13', '', 0.01, 'B', 'within the rounding tolerance', '', 'invoice', '9308', 'INV-9308'),
    ('Tieout Instruments Inc', 'USD', '2026-02-01', 4, '4.01', '', -545875, 'A', 'invoice not paid in its quarter', '', 'invoice', '9401', 'INV-9401'),
    ('Tieout Instruments Inc', 'USD', '2025-12-01', 1, '1.09', '', -90000, 'A', 'order date in another period', '006AX0000000006AAA', '', '', ''),
    ('Northfield Japan KK', 'JPY', '2026-02-01', 1, '1.06', '', -1500000, 'B', 'no order after 5 business days', '006JP0000000001AAA', '', '', ''),
    ('Northfield Gulf WLL', 'KWD', '2026-02-01', 1, '1.17', '', -1250.125, 'A', 'order price below deal price', '006KW0000000001AAA', 'sales_order', '9501', 'SO-9501')
) as a (
    entity, currency, period, leg, line_code, line_detail, amount, evidence_grade, rule,
    opportunity_id, document_type, document_id, document_number
);
create temp table example_anchor as
select *
from (values
    ('Tieout Instruments Inc', 'USD', '2025-12-01', 'bookings', 90000), ('Tieout Instruments Inc', 'USD', '2025-12-01', 'orders', 0),
    ('Tieout Instruments Inc', 'USD', '2026-01-01', 'bookings', 800000), ('Tieout Instruments Inc', 'USD', '2026-01-01', 'orders', 1350000),
    ('Tieout Instruments Inc', 'USD', '2026-01-01', 'billings', 1395000), ('Tieout Instruments Inc', 'USD', '2026-01-01', 'revenue', 1367000),
    ('Tieout Instruments Inc', 'USD', '2026-01-01', 'cash', 1395000),
    ('Tieout Instruments Inc', 'USD', '2026-02-01', 'bookings', 900000), ('Tieout Instruments Inc', 'USD', '2026-02-01', 'orders', 640000),
    ('Tieout Instruments Inc', 'USD', '2026-02-01', 'billings', 460000), ('Tieout Instruments Inc', 'USD', '2026-02-01', 'revenue', 275000),
    ('Tieout Instruments Inc', 'USD', '2026-02-01', 'cash', -85875),
    ('Tieout Instruments Inc', 'USD', '2026-03-01', 'bookings', 700000), ('Tieout Instruments Inc', 'USD', '2026-03-01', 'orders', 725875),
    ('Tieout Instruments Inc', 'USD', '2026-03-01', 'billings', 690875), ('Tieout Instruments Inc', 'USD', '2026-03-01', 'revenue', 458000),
    ('Tieout Instruments Inc', 'USD', '2026-03-01', 'cash', 690875),
    ('Northfield Japan KK', 'JPY', '2026-02-01', 'bookings', 1500000), ('Northfield Japan KK', 'JPY', '2026-02-01', 'orders', 0),
    ('Northfield Gulf WLL', 'KWD', '2026-02-01', 'bookings', 10000.500), ('Northfield Gulf WLL', 'KWD', '2026-02-01', 'orders', 8750.375),
    ('Northfield Gulf WLL', 'KWD', '2026-02-01', 'billings', 8750.375), ('Northfield Gulf WLL', 'KWD', '2026-02-01', 'revenue', 8750.375),
    ('Northfield Gulf WLL', 'KWD', '2026-02-01', 'cash', 8750.375)
) as a (entity, currency, period, anchor, amount);
create temp table example_line as
select *
from (values
    ('1.02', 'Duplicate opportunity', 'data_error', false), ('1.05', 'Account not mapped', 'action', true),
    ('1.06', 'Leakage: no order past the SLA', 'action', true), ('1.09', 'Timing', 'timing', false),
    ('1.13', 'Term basis', 'basis', false), ('1.17', 'Discount', 'basis', false),
    ('1.18', 'Tax and freight in the CRM amount', 'basis', false),
    ('1.20', 'Orders without opportunity', 'policy', false), ('2.01', 'Prior backlog billed', 'timing', false),
    ('2.02', 'Unbilled', 'timing', false), ('2.03', 'Cancelled or short-closed', 'basis', false),
    ('2.07', 'Posted credit', 'basis', false), ('3.01', 'Deferred', 'timing', false),
    ('3.02', 'Released', 'timing', false), ('3.03', 'Contract asset', 'timing', false),
    ('3.08', 'Manual journal', 'policy', false), ('3.13', 'Ledger rounding', 'rounding', false),
    ('4.01', 'Open receivable', 'timing', false)
) as l (line_code, line_name, category, needs_action);

-- 120,000 billed in January for a year, of which March is not posted; 15,000 earned before its bill
insert into revenue_bridge.rpt_deferred_rollforward values
    ('Tieout Instruments Inc', 'USD', '2026-01-01', 0, 120000, -10000, 0, 0, 0, 0, 0, 0, 110000, 110000, 0),
    ('Tieout Instruments Inc', 'USD', '2026-02-01', 110000, 0, -10000, 0, 0, 0, 0, 0, 0, 100000, 100000, 0),
    ('Tieout Instruments Inc', 'USD', '2026-03-01', 100000, 0, 0, 0, 0, 0, 0, 0, -500, 99500, 99400, 100);
insert into revenue_bridge.rpt_contract_asset_rollforward values
    ('Tieout Instruments Inc', 'USD', '2026-03-01', 0, 15000, 0, 0, 0, 0, 0, 0, 0, 15000, 15000, 0);
insert into revenue_bridge.rpt_contract_balance values
    ('netsuite', '9301', 'SO-9301', 'Tieout Instruments Inc', 'USD', '2026-03-01', true, 0, 90000, 0, 100000, -10000),
    ('netsuite', '9301', 'SO-9301', 'Tieout Instruments Inc', 'USD', '2026-04-01', false, 0, 80000, 0, 100000, -20000);
insert into revenue_bridge.rpt_remaining_obligation
select
    'netsuite', '9301', 'RE1', 'Tieout Instruments Inc', 'USD', date '2026-03-01', cast(month.period as date),
    'scheduled', '1 to 12 months', 10000, 10000, 0
from unnest(generate_series(date '2026-04-01', date '2026-12-01', interval 1 month)) as month (period);
insert into revenue_bridge.rpt_remaining_obligation values
    ('netsuite', '9310', 'RE2', 'Tieout Instruments Inc', 'USD', '2026-03-01', null, 'on_event', 'no date', 7500, 0, 7500);
insert into revenue_bridge.rpt_schedule_difference values
    ('netsuite', '9301', 'RE1', 'Tieout Instruments Inc', 'USD', '2026-03-01', 'unposted', -10000),
    ('netsuite', '9311', 'RE3', 'Tieout Instruments Inc', 'USD', '2026-02-01', 'wrong_period', -300),
    ('netsuite', '9311', 'RE3', 'Tieout Instruments Inc', 'USD', '2026-03-01', 'wrong_period', 300);
insert into revenue_bridge.fct_revenue_schedule values
    ('netsuite', '9301', 'RE1', 'Tieout Instruments Inc', 'USD', '2026-03-01', 10000, 10000, null),
    ('netsuite', '9311', 'RE3', 'Tieout Instruments Inc', 'USD', '2026-02-01', 300, 300, null),
    ('netsuite', '9311', 'RE3', 'Tieout Instruments Inc', 'USD', '2026-03-01', 300, 300, 600);
