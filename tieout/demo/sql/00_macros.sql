-- Building blocks. Pseudo-random numbers come from md5 over (seed, tag, id): the same seed gives
-- the same
-- company on every machine, with any number of threads, and adding a tag never shifts another draw.
create or replace macro draw(tag, id) as
    md5_number_lower(concat(getvariable('seed'), '|', tag, '|', id));
-- a fraction in [0, 1), only for choices, never for money
create or replace macro u01(tag, id) as (draw(tag, id) >> 11)::double / 9007199254740992.0;
-- an integer in [0, n)
create or replace macro pick(tag, id, n) as (draw(tag, id) % n::ubigint)::bigint;
-- an element of a list
create or replace macro choose(tag, id, items) as items[pick(tag, id, len(items)) + 1];
-- integer division that rounds half away from zero, for amounts in minor units
create or replace macro div_round(a, b) as
    (case when a >= 0 then (2 * a + b) // (2 * b) else -((2 * -a + b) // (2 * b)) end)::bigint;
-- another currency's minor units
create or replace macro converted(minor, minor_rate)
    as round(minor::decimal(14, 0) * minor_rate, 0)::bigint;
-- an exact decimal as text with the currency's own number of decimals
create or replace macro money(minor, minor_unit) as
    (case minor_unit
        when 0 then minor::varchar
        when 2 then (minor::decimal(24, 0) * 0.01::decimal(4, 2))::decimal(28, 2)::varchar
        else (minor::decimal(24, 0) * 0.001::decimal(4, 3))::decimal(28, 3)::varchar
    end);
create or replace macro month_of(d) as date_trunc('month', d)::date;
create or replace macro quarter_of(d) as date_trunc('quarter', d)::date;
-- Saturdays and Sundays move back to Friday, so that a date stays inside its month's end
create or replace macro weekday_before(d) as
    (d - (case isodow(d) when 6 then 1 when 7 then 2 else 0 end)::integer)::date;
create or replace macro weekday_after(d) as
    (d + (case isodow(d) when 6 then 2 when 7 then 1 else 0 end)::integer)::date;
-- Salesforce: 15 characters in base 62 and a checksum of 3, as the vendor defines it
create or replace macro base62_digit(n, k) as
    substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
        ((n // k) % 62)::integer + 1, 1);
create or replace macro base62_9(n) as concat(
    base62_digit(n, 218340105584896), base62_digit(n, 3521614606208), base62_digit(n, 56800235584),
    base62_digit(n, 916132832), base62_digit(n, 14776336), base62_digit(n, 238328),
    base62_digit(n, 3844), base62_digit(n, 62), base62_digit(n, 1));
create or replace macro is_upper(s, i) as (ascii(substr(s, i, 1)) between 65 and 90)::integer;
create or replace macro checksum_char(s, o) as substr(
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345',
    1 + is_upper(s, o + 1) + 2 * is_upper(s, o + 2) + 4 * is_upper(s, o + 3)
    + 8 * is_upper(s, o + 4) + 16 * is_upper(s, o + 5), 1);
create or replace macro with_checksum(s) as
    concat(s, checksum_char(s, 0), checksum_char(s, 5), checksum_char(s, 10));
-- (a macro's argument is pasted wherever it is named: the one-element lists make each part be
-- computed once)
create or replace macro sf_id(prefix, n) as list_transform(
    list_transform([(14000000000 + pick('base', prefix,
        40000000000) + 31 * n + pick(concat('id', prefix), n, 29))::bigint],
        lambda v: concat(prefix, '5Y0', base62_9(v))),
    lambda s: with_checksum(s))[1];
create or replace macro sf_time(t) as strftime(t, '%Y-%m-%dT%H:%M:%S.000Z');
create or replace macro ns_time(t) as strftime(t, '%Y-%m-%d %H:%M:%S');
-- a business hour on a day, never after the watermark
create or replace macro at_day(d, tag, id) as
    least(d::timestamp + to_seconds(25200 + pick(tag, id, 39600)),
        getvariable('watermark')::timestamp);
-- why an order is on hold, of those that are
create or replace macro hold_reason(order_no, story) as (case
    when story = 'HOLD-TAX' then 'tax' when story = 'HOLD-DATA' then 'data'
    when story = 'HOLD-CREDIT' then 'credit'
    else choose('hold', order_no, ['credit', 'credit', 'tax', 'data']) end);
create or replace macro tf(b) as (case when b then 'T' else 'F' end);
-- when a master record was last edited: one in twenty on the last day, the others at some time
-- before
create or replace macro touched(tag, id, created_ts) as case
    when pick(tag, id, 20) = 0
        then timestamp '2026-06-30 07:00:00' + to_seconds(pick(tag || 's', id, 36000))
    else least(
        created_ts + to_days((1 + pick(tag || 'd', id, 900))::integer),
            timestamp '2026-06-29 16:00:00')
end;
-- How far a service has come at the beginning of a day: in days, or in months with a part of one by
-- its days (377,580 is the least number that 28, 29, 30 and 31 divide).
create or replace macro progress(method, d) as (case method
    when 'day' then datediff('day', date '1900-01-01', d)
    else (12 * year(d) + month(d)) * 377580
        + (day(d) - 1) * (377580 // day(last_day(d))) end)::hugeint;
