-- Every month of what waits opens at the closing of the one before, for every key that any month
-- has, and the last closing is the list of what waits: nothing drops out between two months.
with month as (
    select
        *,
        lag(closing) over key_months as closing_before,
        row_number() over (
            partition by definition_id, leg, entity, currency order by period desc
        ) as newest_first
    from {{ ref('rpt_timing_rollforward') }}
    window key_months as (
        partition by definition_id, leg, entity, currency order by period
    )
),

steady as (
    select definition_id
    from {{ source('definitions', 'definition_setting') }}
    group by definition_id
    having count(distinct revenue_event) = 1
),

closing as (
    select
        month.definition_id,
        month.leg,
        month.entity,
        month.currency,
        month.closing as amount
    from month
    left join steady on month.definition_id = steady.definition_id
    where month.newest_first = 1 and (month.leg <> 3 or steady.definition_id is not null)
    union all
    select
        ageing.definition_id,
        ageing.leg,
        ageing.entity,
        ageing.currency,
        -ageing.amount as amount
    from {{ ref('rpt_timing_ageing') }} as ageing
    left join steady on ageing.definition_id = steady.definition_id
    where ageing.leg <> 3 or steady.definition_id is not null
)

select definition_id, leg, entity, currency, opening - coalesce(closing_before, 0) as difference
from month
where opening <> coalesce(closing_before, 0)
union all
select definition_id, leg, entity, currency, sum(amount) as difference
from closing
group by definition_id, leg, entity, currency
having sum(amount) <> 0
