-- What both systems share: entities, currencies, rates, periods, the catalogue, words for names.
create table entity as
select *
from (values
    (1, 'Tieout Instruments Inc', 'Tieout Instruments, Inc.', 'US', 'USD', 825, '84-2917730'),
    (2, 'Northfield Industrial Inc', 'Northfield Industrial, Inc.', 'US', 'USD', 825, '36-4471982'),
    (3, 'Northfield Europe GmbH', 'Northfield Europe GmbH', 'DE', 'EUR', 1900, 'DE291846375'),
    (4, 'Northfield Japan KK', 'Northfield Japan K.K.', 'JP', 'JPY', 1000, '7010401098234'),
    (5, 'Northfield Gulf WLL', 'Northfield Gulf W.L.L.', 'KW', 'KWD', 0, '118842')
) as t (entity_no, entity, legal_name, country, base_currency, tax_bp, tax_number);

-- price_factor: minor units of the currency for one US cent of list price; step: list prices are
-- multiples of it
create table currency as
select *
from (values
    (1, 'USD', 'US Dollar', 2, 1.0, 1, 1.0::double),
    (2, 'EUR', 'Euro', 2, 0.92, 100, 1.085),
    (3, 'CHF', 'Swiss Franc', 2, 0.88, 100, 1.135),
    (4, 'JPY', 'Japanese Yen', 0, 1.5, 100, 0.0066),
    (5, 'KWD', 'Kuwaiti Dinar', 3, 3.07, 500, 3.252)
) as t (currency_no, currency, currency_name, minor_unit, price_factor, step, usd_value);

create table period as
select
    m::date as period,
    (m + interval 1 month - interval 1 day)::date as end_date,
    100 + 4 * row_number() over (order by m) + 4 * ((month(m) - 1) // 3) + 12 * (year(m) - 2024)
        as period_id,
    m < date '2026-04-01' as is_closed,
from range(timestamp '2024-01-01', timestamp '2031-01-01', interval 1 month) as r (m);

-- monthly rates with a slow wave and a little noise
create table usd_rate as
select
    c.currency, p.period, c.minor_unit,
    case when c.currency = 'USD' then 1.0
        else c.usd_value * (1 + 0.035 * sin(epoch(p.period) / 2.1e7 + c.currency_no)
            + 0.012 * (u01('rate', concat(c.currency, p.period)) - 0.5))
    end as usd_value,
from currency as c cross join period as p;

create table rate as
select
    f.currency, t.currency as base_currency, f.period, f.minor_unit,
    t.minor_unit as base_minor_unit,
    round(f.usd_value / t.usd_value, 8)::decimal(18, 8) as rate,
    -- from minor units of the one to minor units of the other
    (round(f.usd_value / t.usd_value, 8)::decimal(18, 8)
        * (case t.minor_unit - f.minor_unit
            when -3 then 0.001 when -2 then 0.01 when -1 then 0.1 when 0 then 1 when 1 then 10
                when 2 then 100 else 1000
        end)::decimal(7, 3))::decimal(24, 11) as minor_rate,
from usd_rate as f inner join usd_rate as t on t.period = f.period
where t.currency in (select base_currency from entity);

create table gl_account as
select *
from (values
    (112, '1000', 'Operating Bank Account', 'Bank'),
    (119, '1100', 'Accounts Receivable', 'AcctRec'),
    (127, '1150', 'Unbilled Receivable', 'UnbilledRec'),
    (131, '1200', 'Undeposited Funds', 'OthCurrAsset'),
    (140, '1300', 'Inventory', 'OthCurrAsset'), (201, '2100', 'Accrued Liabilities', 'OthCurrLiab'),
    (207, '2200', 'Sales Tax and VAT Payable', 'OthCurrLiab'),
    (216, '2400', 'Deferred Revenue', 'DeferRevenue'),
    (219, '2450', 'Customer Deposits', 'OthCurrLiab'),
    (222, '2480', 'Refund Liability', 'OthCurrLiab'), (301, '4000', 'Equipment Revenue', 'Income'),
    (302, '4100', 'Subscription Revenue', 'Income'), (303, '4200', 'Service Revenue', 'Income'),
    (304, '4300', 'Parts Revenue', 'Income'), (305, '4400', 'Rental Revenue', 'Income'),
    (350, '5000', 'Cost of Goods Sold', 'COGS'), (388, '6900', 'Miscellaneous Expense', 'Expense'),
    (361, '6310', 'Early Payment Discounts', 'Expense'),
    (362, '6320', 'Bad Debt Expense', 'Expense'),
    (363, '6330', 'Bank Fees', 'Expense'),
    (364, '6340', 'Customer Chargebacks and Deductions', 'Expense'),
    (365, '6350', 'Realized Gain/Loss', 'Expense')
) as t (account_id, account_number, account_name, account_type);

-- kind: equipment, service, part, rental are recognised when billed; subscription is deferred over
-- its term
create table product as
select *, row_number() over (order by product_no) - 1 as mass_index
from (values
    (1, 'PF-200', 'ProFlow 200 Flow Meter', 'Instruments', 'FLM-200-STD', 'equipment', 485000),
    (2, 'PF-400', 'ProFlow 400 Flow Meter', 'Instruments', 'FLM-400-STD', 'equipment', 920000),
    (3, 'PF-650', 'ProFlow 650 High-Temperature', 'Instruments', 'FLM-650-HT', 'equipment',
        1675000),
    (4, 'PX-10', 'PressureX 10 Transmitter', 'Instruments', 'PRT-010-SS', 'equipment', 124000),
    (5, 'PX-25', 'PressureX 25 Transmitter', 'Instruments', 'PRT-025-SS', 'equipment', 218000),
    (6, 'PX-60', 'PressureX 60 Hygienic', 'Instruments', 'PRT-060-HC', 'equipment', 396500),
    (7, 'TM-5', 'ThermoMax 5 Sensor Array', 'Instruments', 'TSA-005', 'equipment', 64000),
    (8, 'TM-12', 'ThermoMax 12 Sensor Array', 'Instruments', 'TSA-012', 'equipment', 138000),
    (9, 'CT-900', 'Control Tower 900 PLC', 'Automation', 'PLC-900-B', 'equipment', 1850000),
    (10, 'CT-1200', 'Control Tower 1200 PLC', 'Automation', 'PLC-1200-B', 'equipment', 3190000),
    (11, 'VR-75', 'VariDrive 75 kW', 'Automation', 'VFD-075', 'equipment', 745000),
    (12, 'VR-160', 'VariDrive 160 kW', 'Automation', 'VFD-160', 'equipment', 1430000),
    (13, 'VR-250', 'VariDrive 250 kW', 'Automation', 'VFD-250', 'equipment', 2260000),
    (14, 'LM-3', 'LevelMark 3 Radar', 'Instruments', 'LLM-003', 'equipment', 312000),
    (15, 'LM-8', 'LevelMark 8 Radar', 'Instruments', 'LLM-008', 'equipment', 587500),
    (16, 'AN-30', 'AnaLine 30 Gas Analyzer', 'Analyzers', 'GAN-030', 'equipment', 2240000),
    (17, 'AN-55', 'AnaLine 55 Gas Analyzer', 'Analyzers', 'GAN-055', 'equipment', 4180000),
    (18, 'VS-50', 'Actuated Valve DN50', 'Valves', 'VLV-DN50-ACT', 'equipment', 187000),
    (19, 'VS-80', 'Actuated Valve DN80', 'Valves', 'VLV-DN80-ACT', 'equipment', 254000),
    (20, 'INST-DAY', 'On-site Installation, day', 'Services', 'SRV-INSTALL', 'service', 145000),
    (21, 'CAL-STD', 'Calibration Service', 'Services', 'SRV-CALIB', 'service', 38000),
    (22, 'TRN-2D', 'Operator Training, 2 days', 'Services', 'SRV-TRAIN', 'service', 260000),
    (23, 'KIT-SEAL', 'Seal Kit', 'Parts', 'SPR-SEAL-01', 'part', 8500),
    (24, 'KIT-FILT', 'Filter Cartridge Set', 'Parts', 'SPR-FILT-10', 'part', 4600),
    (25, 'KIT-PROBE', 'Replacement Probe', 'Parts', 'SPR-PROBE-3', 'part', 31000),
    (26, 'KIT-GASK', 'Gasket Set DN22', 'Parts', 'SPR-GASK-22', 'part', 2900),
    (27, 'ENT-ANNUAL', 'Enterprise Annual', 'Software', 'ENT-SUB-12M', 'subscription', 2400000),
    (28, 'TEAM-ANNUAL', 'Team Annual', 'Software', 'TEAM-SUB-12M', 'subscription', 960000),
    (29, 'CLOUD-MON', 'Cloud Monitoring', 'Software', 'CLD-MON-12M', 'subscription', 420000),
    -- from here on never drawn by the mass as a plain line
    (30, 'SUP-PREMIUM', 'Premium Support', 'Software', 'SUP-PREM-12M', 'subscription', 600000),
    (31, 'ENT-ANNUAL-SUP', 'Enterprise Annual + Support', 'Software', null, 'bundle', 3000000),
    (32, 'RENT-HR', 'Rental Utilisation, hour', 'Rental', 'RNT-UTIL-HR', 'rental', 4500),
    (33, 'CUSTOM', 'Custom Deal', 'Custom', 'CST-ENGINEERED', 'equipment', 5000000),
    (34, 'LEGACY-PANEL', 'Legacy Panel Retrofit', 'Custom', 'PNL-RETRO', 'equipment', 880000)
) as t (product_no, product_code, product_name, family, sku, kind, usd_cents);

-- how a product becomes items: share in percent
create table product_item as
select product_no, sku, 100 as share, 1 as part from product where sku is not null
union all
select * from (values (31, 'ENT-SUB-12M', 80, 1), (31, 'SUP-PREM-12M', 20, 2)) as t;

create table item as
select
    210 + 7 * row_number() over (order by coalesce(product_no, 99), sku) as item_id,
    i.*,
    case kind when 'equipment' then '4000' when 'subscription' then '4100'
        when 'service' then '4200'
        when 'part' then '4300' when 'rental' then '4400' when 'deposit' then '2450'
            when 'pass_through' then '5000' else '4100' end as income_account,
from (
    select product_no, sku, product_name, kind from product where sku is not null
    union all
    select * from (values
        (null, 'DEPOSIT', 'Customer Deposit', 'deposit'),
        (null, 'OUT-INSPECT', 'Third-party Inspection at Cost', 'pass_through'), (null, 'REBATE', 'Volume Rebate', 'part'),
        (null, 'FLM-200-V2', 'ProFlow 200 second series', 'equipment'),
        (null, 'ENT-BUNDLE-12M', 'Enterprise Annual + Support (kit)', 'kit')) as t
) as i;

-- list price in minor units of every product in every currency
create table price as
select
    p.product_no, c.currency,
    greatest(c.step, (round(p.usd_cents * c.price_factor / c.step, 0) * c.step)::bigint)::bigint
        as list_price,
from product as p cross join currency as c;
