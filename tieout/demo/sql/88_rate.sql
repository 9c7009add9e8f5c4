-- What amounts are worth in US dollars, the group's currency: deals by the CRM's rates, documents by
-- those of the ERP. rate: cents for one minor unit, from a rate of twelve decimals.
create table sales_rate as
select
    c.currency, r."StartDate" as period,
    case when c.currency = 'USD' then 1
        else (2000000000000000000 + units) // (2 * units) * 0.0000000000001::decimal(13, 13)
            * (case c.minor_unit when 0 then 1000 when 2 then 10 else 1 end)
    end::decimal(22, 13) as rate,
from salesforce."DatedConversionRate" as r inner join currency as c on c.currency = r."IsoCode",
lateral (select (r."ConversionRate" * 1000000)::bigint as units);

-- a document's own rate to its entity's currency, and from there the month's
create table ledger_rate as
select
    e.entity_no, c.currency, own.period,
    case when c.currency = 'USD' then 1
        else round(own.rate * base.rate, 12)
            * (case c.minor_unit when 0 then 100 when 2 then 1 else 0.1 end)::decimal(4, 1)
    end::decimal(22, 13) as rate,
from entity as e
inner join rate as own on own.base_currency = e.base_currency
inner join rate as base on base.base_currency = 'USD' and base.currency = e.base_currency
    and base.period = own.period
inner join currency as c on c.currency = own.currency;

create table document_rate as
select h.type, h.key, r.rate
from tx_header as h
inner join ledger_rate as r on r.entity_no = h.entity_no and r.currency = h.currency
    and r.period = month_of(h.tran_date);

-- cents, half a cent away from zero
create macro in_dollars(minor, minor_rate) as round(minor::decimal(14, 0) * minor_rate, 0)::bigint;
