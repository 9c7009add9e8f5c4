-- one row per performance obligation and month in which it is scheduled, planned by the ERP or
-- posted, under the primary definition set's revenue policies
{%- set month = ['erp_system', 'obligation_id', 'period'] %}
with primary_definition as (
    select policy_id from {{ source('definitions', 'definition_set') }}
    where is_primary
),

schedule as (
    select schedule.*
    from {{ ref('int_revenue__schedule') }} as schedule
    inner join primary_definition on schedule.policy_id = primary_definition.policy_id
),

version as (select * from {{ ref('int_revenue__obligation_version') }}),

billed as (
    select billed.*
    from {{ ref('int_revenue__billed') }} as billed
    inner join primary_definition on billed.policy_id = primary_definition.policy_id
),

schedule_difference as (select * from {{ ref('int_revenue__schedule_difference') }}),

plan_line as (select * from {{ ref('int_revenue__plan_line') }}),

plan_posting as (select * from {{ ref('int_revenue__plan_posting') }}),

unplanned_posting as (select * from {{ ref('int_revenue__unplanned_posting') }}),

obligation as (select * from {{ ref('int_revenue__obligation') }}),

closed_period as (
    select
        erp_system,
        period
    from {{ ref('int_erp__period') }}
    where is_closed and not is_adjustment
    group by erp_system, period
),

-- obligations that we schedule, implicit ones among them
agreed as (
    select
        version.erp_system,
        version.obligation_id,
        max(version.contract_id) as contract_id,
        max(version.entity) as entity,
        max(version.currency) as currency,
        max(version.minor_unit) as minor_unit,
        bool_or(version.recognition <> 'none') as is_scheduled
    from version
    inner join primary_definition on version.policy_id = primary_definition.policy_id
    group by version.erp_system, version.obligation_id
),

measured as (
    {% for relation, period, entity, currency, measure, amount, condition in [
        ('schedule', 'period', 'entity', 'currency', 'scheduled', 'amount', 'true'),
        ('schedule', 'period', 'entity', 'currency', 'catch_up', 'amount', "kind = 'catch_up'"),
        ('plan_line', 'period', 'entity', 'currency', 'planned', 'amount', 'true'),
        ('plan_posting', 'posted_period', 'posted_entity', 'posted_currency', 'posted',
         'posted_amount', 'true'),
        ('unplanned_posting', 'period', 'posted_entity', 'currency', 'posted', 'amount', 'true'),
        ('billed', 'period', 'entity', 'currency', 'posted', 'amount', 'is_posted_revenue'),
    ] -%}
    select
        erp_system,
        obligation_id,
        {{ period ~ ' as period' if period != 'period' else period }},
        {{ entity ~ ' as entity' if entity != 'entity' else entity }},
        {{ currency ~ ' as currency' if currency != 'currency' else currency }},
        '{{ measure }}' as measure,
        {{ amount ~ ' as amount' if amount != 'amount' else amount }}
    from {{ relation }}
    where {{ condition }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

monthly as (
    select
        {{ month | join(', ') }},
        max(entity) as entity,
        max(currency) as currency,
        max(case when measure = 'posted' then currency end) as posted_currency,
        sum(case when measure = 'scheduled' then amount end) as scheduled_amount,
        sum(case when measure = 'catch_up' then amount end) as catch_up_amount,
        sum(case when measure = 'planned' then amount end) as planned_amount,
        sum(case when measure = 'posted' then amount end) as posted_amount
    from measured
    where period is not null
    group by {{ month | join(', ') }}
),

-- the cause that carries most money speaks for the month, whichever cell it falls in
caused as (
    select
        difference.{{ month | join(', difference.') }},
        difference.cause,
        sum(case
            when agreed.entity = difference.entity and agreed.currency = difference.currency
                then difference.amount
            else 0
        end) as amount,
        row_number() over (
            partition by difference.{{ month | join(', difference.') }}
            order by sum(abs(difference.amount)) desc, difference.cause
        ) as largest_first
    from schedule_difference as difference
    inner join primary_definition on difference.policy_id = primary_definition.policy_id
    left join agreed
        on {{ same_keys('difference', 'agreed', ['erp_system', 'obligation_id']) }}
    group by difference.{{ month | join(', difference.') }}, difference.cause
),

differing as (
    select
        {{ month | join(', ') }},
        max(case when largest_first = 1 then cause end) as cause,
        sum(amount) as amount
    from caused
    group by {{ month | join(', ') }}
),

joined as (
    select
        monthly.*,
        coalesce(obligation.contract_id, agreed.contract_id, '') as contract_id,
        coalesce(agreed.entity, obligation.entity, monthly.entity) as own_entity,
        coalesce(agreed.currency, obligation.currency, monthly.currency) as own_currency,
        case when coalesce(agreed.is_scheduled, false) then 'contract' else 'erp_plan' end
            as schedule_basis,
        coalesce(differing.cause, '') as cause,
        coalesce(differing.amount, 0) as difference_amount,
        closed_period.period is not null as is_closed,
        coalesce(
            abs({{ to_minor(
                'monthly.scheduled_amount - monthly.planned_amount',
                'coalesce(agreed.minor_unit, obligation.minor_unit)'
            ) }}) <= 1,
            false
        ) as is_within_minor_unit
    from monthly
    left join obligation
        on {{ same_keys('monthly', 'obligation', ['erp_system', 'obligation_id']) }}
    left join agreed on {{ same_keys('monthly', 'agreed', ['erp_system', 'obligation_id']) }}
    left join differing on {{ same_keys('monthly', 'differing', month) }}
    left join closed_period
        on {{ same_keys('monthly', 'closed_period', ['erp_system', 'period']) }}
),

final as (
    select
        erp_system,
        contract_id,
        obligation_id,
        own_entity as entity,
        own_currency as currency,
        period,
        cast(scheduled_amount as decimal(28, 4)) as scheduled_amount,
        cast(planned_amount as decimal(28, 4)) as erp_scheduled_amount,
        cast(posted_amount as decimal(28, 4)) as posted_amount,
        case
            when planned_amount is null and posted_amount is null then 'not_planned'
            when planned_amount is null and posted_amount = scheduled_amount then 'agrees'
            when planned_amount is null then 'posted_without_plan'
            when posted_amount is null and is_closed then 'unposted'
            when posted_amount <> planned_amount then 'posted_otherwise'
            when scheduled_amount is null and posted_amount is null then 'not_due'
            when scheduled_amount is null then 'no_service_dates'
            when scheduled_amount <> planned_amount and not is_within_minor_unit
                then 'planned_otherwise'
            when posted_amount is null then 'not_due'
            else 'agrees'
        end as status,
        posted_currency,
        cast(coalesce(catch_up_amount, 0) as decimal(28, 4)) as catch_up_amount,
        schedule_basis,
        cast(difference_amount as decimal(28, 4)) as difference_amount,
        cause
    from joined
)

select * from final
