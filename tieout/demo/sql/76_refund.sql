-- The refund liability after each event of a month's sales: the share that is expected back of what
-- was sold, less what came back of it.
create table refund_movement as
with running as (
    select
        e.*, row_number() over (
            partition by e.entity_no, e.currency, e.sale_month
            order by e.day, e.rank, t.id::varchar, e.line_no::varchar
        ) as event_no,
        case when kind = 'released' then 0 when day < date '2026-01-01' then 2 else 3 end
            as percent,
        t.type as document_type,
    from return_event as e left join tx as t on t.type = e.type and t.key = e.key
),
standing as (
    select
        *, greatest(div_round(sum(sold) over until * percent, 100) - sum(credited) over until, 0)
            as liability,
    from running
    window until as (partition by entity_no, currency, sale_month order by event_no)
)
select
    *, coalesce(lag(liability) over (
        partition by entity_no, currency, sale_month order by event_no
    ), 0) - liability as effect,
from standing;

-- One month in eight, somebody booked a tenth too little.
create table refund_posting as
with booked as (
    select j.journal_no, j.entity_no, j.currency, j.period, sum(m.effect)::bigint as earned
    from refund_journal as j inner join refund_movement as m using (entity_no, currency, period)
    group by all
),
ranked as (select *, row_number() over (order by draw('refund', journal_no)) as rank from booked)
select *, case when rank % 8 = 1 then div_round(earned * 9, 10) else earned end as amount
from ranked;
