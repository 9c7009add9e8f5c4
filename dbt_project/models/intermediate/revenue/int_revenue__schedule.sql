-- one row per revenue policy, performance obligation, month and kind: what of the obligation's
-- price becomes revenue in the month
{%- set key = ['policy_id', 'erp_system', 'obligation_id', 'version_number'] %}
{%- set measured = [
    'amount', 'base_amount', 'from_position', 'until_position', 'effective_position',
    'next_position', 'entity', 'currency', 'minor_unit'
] %}
with version as (
    select * from {{ ref('int_revenue__obligation_version') }}
    where recognition <> 'none'
),

progress as (select * from {{ ref('int_revenue__progress') }}),

billing_progress as (select * from {{ ref('int_revenue__billing_progress') }}),

-- months that a version is in force and the service lasts
spell as (
    select
        {{ (key + ['recognition'] + measured) | join(', ') }},
        {{ month_start('case
            when effective_position is not null and effective_on > start_date then effective_on
            else start_date
        end') }} as first_month,
        {{ month_start('case when until_date <= end_date then until_date else end_date end') }}
            as last_month
    from version
    where recognition like 'straight_line%' and end_date is not null
    union all
    -- a service without an end is recognised bill by bill
    select
        version.policy_id,
        version.erp_system,
        version.obligation_id,
        version.version_number,
        version.recognition,
        {{ from_ten_thousandths('bill.measure') }} as amount,
        0 as base_amount,
        {{ schedule_start('version.recognition', 'bill.served_from') }} as from_position,
        {{ schedule_end('version.recognition', 'bill.served_to', '0', '0') }} as until_position,
        null as effective_position,
        null as next_position,
        version.entity,
        version.currency,
        version.minor_unit,
        {{ month_start('bill.served_from') }} as first_month,
        {{ month_start('bill.served_to') }} as last_month
    from version
    inner join billing_progress as bill
        on
            version.erp_system = bill.erp_system
            and version.obligation_id = bill.obligation_id
            and bill.recognition = 'evergreen'
    where version.recognition like 'straight_line%' and version.end_date is null
),

span as (
    select
        min(first_month) as first_month,
        max(last_month) as last_month
    from spell
),

day as (
    {{ date_spine_rows('(select first_month from span)', '(select last_month from span)') }}
),

month as (
    select
        calendar_date as period,
        {{ next_month_start('calendar_date') }} as next_period
    from day
    where calendar_date = {{ month_start('calendar_date') }}
),

piece as (
    select
        {%- for column in key + measured %}
        spell.{{ column }},
        {%- endfor %}
        month.period,
        greatest(
            {{ schedule_position('spell.recognition', 'month.period') }}, spell.effective_position
        ) as position_before,
        least(
            {{ schedule_position('spell.recognition', 'month.next_period') }}, spell.next_position
        ) as position_after,
        null as driver
    from spell
    inner join month
        on month.period between spell.first_month and spell.last_month
    union all
    select
        {%- for column in key + measured %}
        version.{{ column }},
        {%- endfor %}
        progress.period,
        progress.measure_before as position_before,
        progress.measure_before + progress.measure as position_after,
        -- what was used is no document
        case
            when progress.document_type <> 'usage'
                then
                    progress.document_type || '|' || progress.document_id
                    || '|' || progress.document_line_id
        end as driver
    from version
    inner join progress
        on
            {{ same_keys('version', 'progress', ['erp_system', 'obligation_id', 'recognition']) }}
            and (version.effective_position is null or version.effective_on <= progress.event_date)
            and (version.until_date is null or version.until_date > progress.event_date)
),

recognised as (
    select
        policy_id,
        erp_system,
        obligation_id,
        period,
        'scheduled' as kind,
        {{ recognised_to(
            'amount', 'base_amount', 'position_after', 'from_position', 'until_position',
            'minor_unit'
        ) }}
        - {{ recognised_to(
            'amount', 'base_amount', 'position_before', 'from_position', 'until_position',
            'minor_unit'
        ) }} as amount,
        entity,
        currency,
        minor_unit,
        driver
    from piece
    -- a month in which nothing of the service lies, or an event beyond its whole, is none of it
    where
        position_before <> position_after
        and greatest(position_before, position_after) > from_position
        and least(position_before, position_after) < until_position
    union all
    -- what a new version says should have been recognised by its first day, less what was
    select
        policy_id,
        erp_system,
        obligation_id,
        {{ month_start('effective_on') }} as period,
        'catch_up' as kind,
        {{ recognised_to(
            'amount', 'base_amount', 'effective_position', 'from_position', 'until_position',
            'minor_unit'
        ) }} - recognised_before as amount,
        entity,
        currency,
        minor_unit,
        null as driver
    from version
    where effective_position is not null
),

final as (
    select
        policy_id,
        erp_system,
        obligation_id,
        period,
        kind,
        cast(sum(amount) as decimal(28, 4)) as amount,
        max(entity) as entity,
        max(currency) as currency,
        max(minor_unit) as minor_unit,
        split_part(max(driver), '|', 1) as document_type,
        split_part(max(driver), '|', 2) as document_id,
        split_part(max(driver), '|', 3) as document_line_id
    from recognised
    group by policy_id, erp_system, obligation_id, period, kind
    having kind = 'scheduled' or sum(amount) <> 0
)

select * from final
