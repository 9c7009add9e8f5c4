-- The planted stories, one row per line of a deal or of an order without a deal (no close date).
-- Amounts in major
-- units. d_: what the CRM says; o_: what the ERP ordered; b_: what was billed of it. fate: full,
-- partial (b_qty billed,
-- rest backlog), unbilled, cancelled (after release), cancelled_before_release, none (no order).
create table story_line as
select *
from (values
    -- AX-01: the quarter of the worked example, to the cent, alone in its own entity
    ('AX-01', 1, 101, 1, 'USD', 900001, date '2026-01-20', 'CT-1200', 4, 25000.00, null,
        date '2026-01-22', 4, 25000.00, null, 'full', date '2026-01-29', 4, 0, null,
        'AX-04: Acme twice, the survivor'),
    ('AX-01', 1, 102, 1, 'USD', 900001, date '2026-01-23', 'CT-1200', 4, 25000.00, null, null, null,
        null, null, 'none', null, null, 0, null, 'AX-04: Acme twice, the duplicate'),
    ('AX-01', 1, 103, 1, 'USD', 900002, date '2026-02-12', 'AN-30', 1, 25000.00, null, null, null,
        null, null, 'none', null, null, 0, null, 'account not mapped'),
    ('AX-01', 1, 104, 1, 'USD', 900003, date '2026-02-19', 'VR-160', 2, 20000.00, null, null, null,
        null, null, 'none', null, null, 0, null, 'leakage: no order past the SLA'),
    ('AX-01', 1, 105, 1, 'USD', 900004, date '2026-03-30', 'AN-55', 3, 50000.00, null,
        date '2026-04-02', 3, 50000.00, null, 'full', date '2026-04-16', 3, 0, null,
        'booked in Q1, ordered April 2'),
    ('AX-01', 1, 106, 1, 'USD', 900005, date '2025-12-29', 'VR-250', 4, 22500.00, null,
        date '2026-01-05', 4, 22500.00, null, 'full', date '2026-01-19', 4, 0, null,
        'booked in December, ordered in January'),
    ('AX-01', 1, 107, 1, 'USD', 900006, date '2026-01-06', 'ENT-ANNUAL', 3, 120000.00, 36,
        date '2026-01-08', 1, 120000.00, 12, 'full', date '2026-01-12', 1, 0, null,
        'three-year TCV of 360K, ordered for one year'),
    ('AX-01', 1, 108, 1, 'USD', 900007, date '2026-02-04', 'AN-55', 2, 50000.00, null,
        date '2026-02-06', 2, 42500.00, null, 'full', date '2026-02-20', 2, 0, null,
        'AX-03: sold at 100K, ordered and invoiced at 85K (15% discount)'),
    ('AX-01', 1, 109, 1, 'USD', 900003, date '2026-02-24', 'PF-650', 4, 12500.00, null,
        date '2026-02-26', 4, 12500.00, null, 'full', date '2026-03-05', 4, 0, null,
        'sales tax of 4,125 typed into the amount'),
    ('AX-01', 1, 110, 1, 'USD', 900004, date '2026-01-15', 'TEAM-ANNUAL', 1, 200000.00, 1,
        date '2026-01-19', 1, 200000.00, 1, 'full', date '2026-02-03', 1, 2, null,
        'AX-05: closed Jan 15, invoiced Feb 3, delivered in Q2'),
    ('AX-01', 1, 111, 1, 'USD', 900005, date '2026-02-25', 'ENT-ANNUAL', 1, 120000.00, 12,
        date '2026-02-27', 1, 120000.00, 12, 'full', date '2026-03-02', 1, 0, null,
        'annual contract with a March start'),
    ('AX-01', 1, 112, 1, 'USD', 900006, date '2026-02-10', 'CT-1200', 10, 20000.00, null,
        date '2026-02-12', 10, 20000.00, null, 'partial', date '2026-03-11', 4, 0, null,
        'partial shipment: 6 of 10 in backlog'),
    ('AX-01', 1, 113, 1, 'USD', 900008, date '2026-03-03', 'AN-30', 3, 20000.00, null,
        date '2026-03-05', 3, 20000.00, null, 'cancelled', null, null, 0, null,
        'cancelled after release'),
    ('AX-01', 1, 114, 1, 'USD', 900007, date '2026-01-27', 'LM-8', 19, 5000.00, null,
        date '2026-01-29', 19, 5000.00, null, 'full', date '2026-02-11', 19, 0, null,
        'seven of them come back: 35,000'),
    ('AX-01', 1, 115, 1, 'USD', 900008, date '2026-01-28', 'CLOUD-MON', 1, 145950.01, 12,
        date '2026-01-30', 1, 145950.01, 12, 'full', date '2026-02-02', 1, 0, null,
        'other deferrals; March posted a cent above plan'),
    ('AX-01', 1, 116, 1, 'USD', 900001, date '2026-01-12', 'VR-250', 8, 22500.00, null,
        date '2026-01-14', 8, 22500.00, null, 'full', date '2026-01-28', 8, 0, null, 'plain'),
    ('AX-01', 1, 117, 1, 'USD', 900003, date '2026-02-02', 'AN-55', 1, 124999.99, null,
        date '2026-02-04', 1, 124999.99, null, 'full', date '2026-02-25', 1, 0, null, 'plain'),
    ('AX-01', 1, 118, 1, 'USD', 900004, date '2026-02-17', 'PF-400', 9, 12500.00, null,
        date '2026-02-18', 9, 12500.00, null, 'full', date '2026-03-12', 9, 0, null, 'plain'),
    ('AX-01', 1, 119, 1, 'USD', 900005, date '2026-03-10', 'VR-160', 7, 13775.00, null,
        date '2026-03-12', 7, 13775.00, null, 'full', date '2026-03-24', 7, 0, null, 'plain'),
    ('AX-01', 1, 120, 1, 'USD', 900008, date '2026-03-11', 'PX-60', 20, 3800.00, null,
        date '2026-03-13', 20, 3800.00, null, 'full', date '2026-03-27', 20, 0, null, 'plain'),
    ('AX-01', 1, 121, 1, 'USD', 900006, date '2026-03-17', 'VR-75', 8, 7500.00, null,
        date '2026-03-18', 8, 7500.00, null, 'full', date '2026-03-30', 8, 0, null, 'plain'),
    ('AX-01', 1, 122, 1, 'USD', 900007, date '2025-11-12', 'LM-3', 15, 3000.00, null,
        date '2025-11-14', 15, 3000.00, null, 'full', date '2026-01-21', 15, 0, null,
        'prior backlog, billed in January'),
    ('AX-01', 1, 123, 1, 'USD', 900003, date '2025-12-02', 'ENT-ANNUAL', 1, 248000.00, 12,
        date '2025-12-03', 1, 248000.00, 12, 'full', date '2025-12-10', 1, 1, null,
        'billed in December, 62,000 released in Q1'),
    ('AX-01', 1, 124, 1, 'USD', 900005, date '2025-12-04', 'SUP-PREMIUM', 1, 15000.00, 3,
        date '2025-12-05', 1, 15000.00, 3, 'unbilled', null, null, 1, null,
        'earned 15,000 in Q1 before it is billed'),
    ('AX-01', 1, 131, 1, 'USD', 900001, null, null, null, null, null, date '2026-01-09', 5,
        30000.00, null, 'full', date '2026-01-20', 5, 0, 'EDI', 'EDI order'),
    ('AX-01', 1, 132, 1, 'USD', 900008, null, null, null, null, null, date '2026-02-05', 8,
        25000.00, null, 'full', date '2026-02-18', 8, 0, 'EDI', 'EDI order'),
    ('AX-01', 1, 133, 1, 'USD', 900006, null, null, null, null, null, date '2026-03-06', 6,
        25000.00, null, 'full', date '2026-03-19', 6, 0, 'EDI', 'EDI order'),
    ('AX-01', 1, 134, 1, 'USD', 900004, null, null, null, null, null, date '2026-02-09', 16,
        7500.00, null, 'full', date '2026-02-23', 16, 0, 'PHONE', 'phone order'),
    ('AX-01', 1, 135, 1, 'USD', 900003, null, null, null, null, null, date '2026-01-16', 40,
        2500.00, null, 'full', date '2026-01-26', 40, 0, 'WEB', 'web order'),
    ('AX-01', 1, 136, 1, 'USD', 900007, null, null, null, null, null, date '2026-03-20', 32,
        2500.00, null, 'full', date '2026-03-26', 32, 0, 'WEB', 'web order'),
    -- the other acceptance examples, among the mass of the other entities
    ('AX-02', 1, 201, 2, 'USD', 900011, date '2026-01-05', 'ENT-ANNUAL', 1, 120000.00, 12,
        date '2026-01-06', 1, 120000.00, 12, 'full', date '2026-01-07', 1, 0, null,
        '12 schedule rows of 10,000'),
    ('AX-06', 1, 206, 2, 'USD', 900012, date '2026-02-11', 'AN-55', 2, 44000.00, null,
        date '2026-02-12', 2, 44000.00, null, 'full', date '2026-03-04', 2, 0, null,
        'billed in Q1, paid in Q2'),
    ('AX-08', 1, 208, 2, 'USD', 900015, date '2024-10-08', 'CT-1200', 3, 31900.00, null,
        date '2024-10-10', 3, 31900.00, null, 'full', date '2024-10-24', 3, 0, null,
        'three machines, then 18 months of service'),
    ('AX-09', 1, 209, 2, 'USD', 900016, date '2026-01-13', 'RENT-HR', 400, 45.00, null,
        date '2026-01-14', 400, 45.00, null, 'full', date '2026-02-27', 430, 0, null,
        'rental: 400 hours ordered, 430 used'),
    ('AX-12', 1, 212, 3, 'EUR', 900017, date '2026-02-03', 'ENT-ANNUAL-SUP', 1, 27600.00, 12,
        date '2026-02-05', 1, 27600.00, 12, 'full', date '2026-02-09', 1, 0, null,
        'bundle: two order lines'),
    ('AX-12', 1, 213, 3, 'EUR', 900017, date '2026-03-04', 'CUSTOM', 1, 64250.00, null,
        date '2026-03-06', 1, 64250.00, null, 'full', date '2026-03-23', 1, 0, null,
        'custom deal: manual review, never dropped'),
    ('AX-16', 1, 216, 2, 'USD', 900023, date '2026-04-21', 'PF-400', 2, 9200.00, null,
        date '2026-04-21', 2, 9200.00, null, 'full', date '2026-05-06', 2, 0, null,
        '04/21/2026 in the CRM, 2026-04-21 in the ERP'),
    ('AX-20', 1, 220, 3, 'EUR', 900018, date '2026-02-18', 'AN-30', 5, 20000.00, null,
        date '2026-02-20', 5, 20000.00, null, 'full', date '2026-03-10', 5, 0, null,
        'a discount of 5% agreed by word, only in the CRM header'),
    ('AX-23', 1, 223, 2, 'USD', 900023, date '2026-03-02', 'CAL-STD', 1, 0.00, null, null, null,
        null, null, 'none', null, null, 0, null, 'a deal of 0.00'),
    ('AX-24', 1, 224, 4, 'JPY', 900021, date '2026-01-21', 'PF-200', 7, 654700, null,
        date '2026-01-23', 7, 654700, null, 'full', date '2026-01-30', 7, 0, null,
        'discounts, several lines, partial payment'),
    ('AX-24', 2, 224, 4, 'JPY', 900021, date '2026-01-21', 'PX-25', 13, 310999, null,
        date '2026-01-23', 13, 310999, null, 'full', date '2026-01-30', 13, 0, null,
        'discounts, several lines, partial payment'),
    ('AX-24', 3, 224, 4, 'JPY', 900021, date '2026-01-21', 'TRN-2D', 1, 351001, null,
        date '2026-01-23', 1, 351001, null, 'full', date '2026-01-30', 1, 0, null,
        'discounts, several lines, partial payment'),
    ('AX-28', 1, 228, 2, 'USD', 900023, date '2026-02-23', 'PX-25', 10, 2180.00, null,
        date '2026-02-25', 10, 2180.00, null, 'full', date '2026-03-06', 10, 0, null,
        'quoted PRT-025-SS, invoiced PRT-060-HC'),
    ('AX-28', 1, 229, 2, 'USD', 900011, date '2026-05-12', 'LM-8', 6, 5875.00, null, null, null,
        null, null, 'none', null, null, 0, null, 'closed won before any order exists'),
    ('AX-28', 1, 230, 2, 'USD', 900019, date '2025-03-11', 'VS-80', 12, 2540.00, null,
        date '2025-03-13', 12, 2540.00, null, 'full', date '2025-03-27', 12, 0, null,
        'customer since made inactive in the ERP'),
    ('AX-19', 1, 219, 2, 'USD', 900020, date '2026-03-12', 'VR-75', 4, 7450.00, null, null, null,
        null, null, 'none', null, null, 0, null, 'no billing address, terms or tax id'),
    ('AMBIGUOUS', 1, 240, 2, 'USD', 900024, date '2026-02-26', 'PF-200', 6, 4850.00, null, null,
        null, null, null, 'none', null, null, 0, null, 'two ERP customers carry this name'),
    ('PENDING', 1, 241, 2, 'USD', 900011, date '2026-03-26', 'LM-3', 5, 3120.00, null,
        date '2026-03-27', 5, 3120.00, null, 'cancelled_before_release', null, null, 0, null,
        'order cancelled while pending approval'),
    -- odd amounts over several lines in currencies without and with three decimals
    ('ROUND-KWD', 1, 242, 5, 'KWD', 900014, date '2026-01-26', 'PX-60', 7, 1217.143, null,
        date '2026-01-28', 7, 1217.143, null, 'partial', date '2026-03-16', 3, 0, null,
        'three decimals, 4 of 7 in backlog'),
    ('HOP-ENTITY', 1, 243, 3, 'USD', 900022, date '2026-02-16', 'VR-160', 4, 14300.00, null,
        date '2026-02-18', 4, 14300.00, null, 'full', date '2026-03-02', 4, 0, null,
        'sold by Europe, ordered in Industrial'),
    ('HOP-CURRENCY', 1, 244, 3, 'USD', 900022, date '2026-03-05', 'AN-30', 1, 67200.00, null,
        date '2026-03-09', 1, 67200.00, null, 'full', date '2026-03-20', 1, 0, null,
        'sold in USD, ordered in EUR'),
    ('QUANTITY', 1, 245, 3, 'EUR', 900022, date '2026-02-09', 'PX-25', 20, 2006.00, null,
        date '2026-02-11', 18, 2006.00, null, 'full', date '2026-02-24', 18, 0, null,
        'sold 20, ordered 18'),
    ('PRICE', 1, 246, 3, 'EUR', 900022, date '2026-02-12', 'PF-200', 10, 4462.00, null,
        date '2026-02-13', 10, 4462.00, null, 'full', date '2026-02-26', 10, 0, null,
        'invoiced at another price than ordered'),
    ('REISSUE', 1, 247, 3, 'EUR', 900022, date '2026-01-19', 'LM-8', 8, 5405.00, null,
        date '2026-01-21', 8, 5405.00, null, 'full', date '2026-02-04', 8, 0, null,
        'invoice credited in full and issued again'),
    ('VOID', 1, 248, 3, 'EUR', 900022, date '2026-01-20', 'VS-50', 9, 1720.00, null,
        date '2026-01-22', 9, 1720.00, null, 'full', date '2026-02-05', 9, 0, null,
        'first invoice voided, then issued again'),
    -- orders that name no deal
    ('LINK-RULE', 1, 250, 2, 'USD', 900011, date '2026-04-07', 'VR-75', 3, 7450.00, null,
        date '2026-04-09', 3, 7450.00, null, 'full', date '2026-04-20', 3, 0, null,
        'no reference: the only order of its customer with these items and this amount'),
    ('LINK-RULE', 2, 250, 2, 'USD', 900011, date '2026-04-07', 'LM-3', 2, 3120.00, null,
        date '2026-04-09', 2, 3120.00, null, 'full', date '2026-04-20', 2, 0, null,
        'no reference: the only order of its customer with these items and this amount'),
    ('LINK-SCORE', 1, 251, 2, 'USD', 900016, date '2026-04-14', 'AN-30', 2, 22400.00, null,
        date '2026-04-16', 2, 21280.00, null, 'full', date '2026-04-28', 2, 0, null,
        'no reference, and 5% less than sold'),
    ('LINK-SCORE', 2, 251, 2, 'USD', 900016, date '2026-04-14', 'INST-DAY', 3, 1450.00, null,
        date '2026-04-16', 3, 1450.00, null, 'full', date '2026-04-28', 3, 0, null,
        'no reference, and 5% less than sold'),
    ('LINK-TWINS', 1, 252, 2, 'USD', 900012, date '2026-03-17', 'VS-80', 8, 2540.00, null,
        date '2026-04-23', 8, 2540.00, null, 'full', date '2026-05-05', 8, 0, null,
        'two equal deals, one order that names neither'),
    ('LINK-TWINS', 1, 253, 2, 'USD', 900012, date '2026-04-21', 'VS-80', 8, 2540.00, null, null,
        null, null, null, 'none', null, null, 0, null,
        'two equal deals, one order that names neither'),
    ('LATE-EDIT', 1, 254, 3, 'EUR', 900022, date '2026-01-28', 'AN-55', 2, 38400.00, null,
        date '2026-01-30', 2, 40000.00, null, 'full', date '2026-02-11', 2, 0, null,
        'cut by 3,200 in the CRM in May, months after the order'),
    ('CHANGED-LINE', 1, 255, 3, 'EUR', 900022, date '2026-02-03', 'PX-60', 10, 3648.00, null,
        date '2026-02-05', 12, 3648.00, null, 'full', date '2026-02-18', 12, 0, null,
        'two more after the order was made'),
    ('ADDED-LINE', 1, 256, 3, 'EUR', 900022, date '2026-02-06', 'TM-12', 6, 1270.00, null,
        date '2026-02-10', 6, 1270.00, null, 'full', date '2026-02-23', 6, 0, null,
        'a line added after the order was made'),
    -- orders that cannot go on: credit, tax data, other data
    ('HOLD-CREDIT', 1, 257, 2, 'USD', 900015, date '2026-06-02', 'PX-25', 6, 2180.00, null,
        date '2026-06-04', 6, 2180.00, null, 'hold', null, null, 0, null,
        'held until the credit limit is raised'),
    ('HOLD-TAX', 1, 258, 2, 'USD', 900016, date '2026-06-08', 'VS-50', 9, 1870.00, null,
        date '2026-06-10', 9, 1870.00, null, 'hold', null, null, 0, null,
        'held for want of a tax certificate'),
    ('HOLD-DATA', 1, 259, 2, 'USD', 900023, date '2026-06-09', 'TM-5', 20, 640.00, null,
        date '2026-06-11', 20, 640.00, null, 'hold', null, null, 0, null,
        'held for want of a delivery address'),
    -- subscriptions that were agreed anew in the spring: definitions/contract_terms.yml says how
    ('MOD-PRICE', 1, 280, 2, 'USD', 900015, null, 'ENT-ANNUAL', null, null, null,
        date '2026-01-05', 1, 24000.00, 12, 'full', date '2026-01-08', 1, 0, 'REPEAT',
        'cut to 18,000 in April and caught up; the ERP spreads what is left'),
    ('MOD-EXTEND', 1, 281, 2, 'USD', 900016, null, 'TEAM-ANNUAL', null, null, null,
        date '2026-01-06', 1, 9600.00, 12, 'full', date '2026-01-09', 1, 0, 'REPEAT',
        'three months more for the same price; the ERP never heard of it'),
    ('MOD-CUT', 1, 282, 2, 'USD', 900015, null, 'CLOUD-MON', null, null, null,
        date '2026-01-12', 1, 4200.00, 12, 'full', date '2026-01-15', 1, 0, 'REPEAT',
        'cut to 3,300 in April for the months to come, in the ERP as well'),
    ('MOD-END', 1, 283, 2, 'USD', 900016, null, 'ENT-ANNUAL', null, null, null,
        date '2026-01-13', 1, 21600.00, 12, 'full', date '2026-01-16', 1, 0, 'REPEAT',
        'ended after April and the rest credited; the plan went on')
) as t (story, line_no, deal, entity_no, currency, company_no, d_date, product_code, d_qty, d_unit,
d_term, o_date, o_qty, o_unit, o_term, fate, b_date, b_qty, rev_delay, channel, note);

-- AX-07: a dozen deals committed in words on the last days of a quarter; the purchase orders come
-- 48 to 72 hours later
insert into story_line
select 'AX-07', 1, 300 + i, 5, 'KWD', 900013 + i % 2, case when i < 5 then date '2026-06-29'
    else date '2026-06-30' end,
    ['PF-200','PX-60','LM-8','VR-75','AN-30','CT-900'][i % 6 + 1], 1 + i % 4,
    1450.500 + 312.250 * i, null,
    null, null, null, null, 'none', null, null, 0, null,
    'committed verbally, purchase order follows'
from range(12) as r (i);

-- AX-08: 18 months of parts, labour and warranty work, none of it through the CRM
insert into story_line
select 'AX-08', 1, 320 + i, 2, 'USD', 900015, null, null, null, null, null,
    weekday_after((date '2024-11-11' + to_months(i::integer))::date), 1 + i % 3,
    [380.00, 310.00, 1450.00][i % 3 + 1], null, 'full',
    weekday_after((date '2024-11-18' + to_months(i::integer))::date), 1 + i % 3, 0, 'SERVICE',
    'parts, labour and warranty'
from range(18) as r (i);

-- in minor units, with internal numbers apart from the mass
create table story as
select
    s.story, (800000000 + s.deal)::bigint as deal_no, s.deal, s.line_no, s.entity_no, s.currency,
    s.company_no, s.d_date, p.product_no, p.kind,
    s.d_qty::bigint as d_qty, (s.d_unit * power10.n)::bigint as d_unit, s.d_term, s.o_date,
    s.o_qty::bigint as o_qty,
    (s.o_unit * power10.n)::bigint as o_unit, s.o_term, s.fate, s.b_date, s.b_qty::bigint as b_qty,
    s.rev_delay, s.channel, s.note,
from (select *, case when deal = 244 then 'EUR' else currency end as order_currency from story_line)
    as s
left join product as p using (product_code)
inner join (values ('USD', 100), ('EUR', 100), ('CHF', 100), ('JPY', 1), ('KWD', 1000))
    as power10 (currency, n)
    on power10.currency = s.currency;

insert into deal
select
    deal_no, any_value(story), any_value(company_no), any_value(entity_no), any_value(currency),
    case
        when deal_no = 800000102 then 'duplicate'
        when bool_or(company_no in (900002, 900020, 900024)) then 'unmapped'
        when any_value(fate) = 'none' and any_value(d_date) >= date '2026-06-24' then 'in_flight'
        when any_value(fate) = 'none' and bool_or(d_unit = 0) then 'zero'
        when any_value(fate) = 'none' then 'leakage'
        when any_value(fate) = 'cancelled_before_release' then 'cancelled_before_release'
        when deal_no = 800000107 then 'term' when deal_no = 800000108 then 'discount'
            when deal_no = 800000109 then 'tax'
        when deal_no = 800000220 then 'crm_discount' when deal_no = 800000228 then 'other_sku'
        when deal_no = 800000243 then 'entity_hop' when deal_no = 800000244 then 'currency_hop'
        when deal_no = 800000245 then 'quantity' when deal_no = 800000250 then 'no_reference'
        when deal_no = 800000251 then 'near' when deal_no = 800000252 then 'twin'
        when deal_no = 800000254 then 'late_edit' when deal_no = 800000255 then 'changed_line'
        when deal_no = 800000256 then 'added_line' else 'clean'
    end,
    true, any_value(d_date), 'Closed Won', case when any_value(story) = 'AX-09' then 'Services'
        else 'New Business' end, count(*),
    any_value(d_date)::timestamp - to_days((20 + deal_no % 60)::integer)
        + to_seconds((32000 + deal_no * 977 % 20000)::integer)
        + case when deal_no = 800000102 then interval 45 day else interval 0 day end,
    case when deal_no in (800000101, 800000102) then 'Acme - Control Tower line 4' end,
    case when deal_no = 800000109 then 412500 else 0 end, 0, case when deal_no = 800000220
        then 5 end,
    case deal_no when 800000109 then 412500 when 800000220 then -500000 else 0 end,
    case when deal_no = 800000102 then 800000101 end
from story where d_date is not null
group by deal_no;

insert into deal_line
select deal_no, line_no, product_no, kind, d_term, d_unit, 0, d_qty, d_unit, d_qty * d_unit
from story where d_date is not null;

-- AX-16: an open deal whose close date does not exist in any calendar
insert into deal
select 800000999, 'AX-16', 900023, 2, 'USD', 'open', false, date '2026-07-31', 'Negotiation/Review',
    'New Business', 1,
    timestamp '2026-03-03 10:11:12', null, 0, 0, null, 0, null;
insert into deal_line select 800000999, 1, product_no, kind, null, 920000, 0, 3, 920000, 2760000
from product where product_code = 'PF-400';
