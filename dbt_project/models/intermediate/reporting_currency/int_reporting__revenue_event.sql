-- one row per definition set, slice of an obligation's balance in another currency, and side of it:
-- a recognition at the slice's rate, the one of whichever of both came first, a bill or a transfer
-- of its price at the bill's own
with slice as (
    select
        *,
        'slice:' || erp_system || ':' || coalesce(supply_key, '') || '>' || coalesce(demand_key, '')
            as group_key,
        supply_key is not null and (demand_key is null or supply_period <= demand_period)
            as is_supply_first,
    from {{ ref('int_revenue__slice') }}
),

setting as (
    select setting.*, definition.policy_id
    from {{ ref('int_reporting__setting') }} as setting
    inner join {{ source('definitions', 'definition_set') }} as definition
        on setting.definition_id = definition.definition_id
),

document_rate as (select * from {{ ref('int_reporting__document_rate') }}),

day_rate as (select * from {{ ref('int_reporting__day_rate') }}),

end_of_slice as (
    {%- for end, other, sign in [('supply', 'demand', '-'), ('demand', 'supply', '')] %}
    select
        policy_id,
        erp_system,
        obligation_id,
        group_key,
        currency,
        entity,
        {{ end }}_type as event_type,
        {{ end }}_period as period,
        {{ end }}_document_type as document_type,
        {{ end }}_document_id as document_id,
        {{ end }}_document_line_id as document_line_id,
        {{ 'is_supply_first' if end == 'supply' else 'not is_supply_first' }} as is_first,
        -- what is billed stands on the left, what is recognised or transferred on the right; a
        -- demand takes away
        case
            when {{ end }}_type = 'billing' then {{ 'amount' if end == 'supply' else '-amount' }}
            else {{ sign }}amount
        end as amount,
    from slice
    where {{ end }}_key is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

rated as (
    select
        setting.definition_id,
        setting.reporting_currency,
        setting.granule,
        end_of_slice.* exclude (policy_id),
        {{ ten_thousandths('end_of_slice.amount') }} as units,
        coalesce(document_rate.rate, day_rate.rate) as own_rate,
        coalesce(document_rate.rate_date, end_of_slice.period) as own_date,
    from end_of_slice
    inner join setting
        on
            end_of_slice.policy_id = setting.policy_id
            and end_of_slice.currency <> setting.reporting_currency
    left join document_rate
        on
            end_of_slice.erp_system = document_rate.erp_system
            and end_of_slice.document_id = document_rate.document_id
            and end_of_slice.document_type not in ('revenue_plan', 'revenue_element')
            and end_of_slice.currency = document_rate.currency
            and setting.reporting_currency = document_rate.reporting_currency
    -- no document, or one that was posted in another currency
    left join day_rate
        on
            document_rate.document_id is null
            and end_of_slice.erp_system = day_rate.source_system
            and end_of_slice.currency = day_rate.currency
            and setting.reporting_currency = day_rate.reporting_currency
            and end_of_slice.period = day_rate.rate_date
),

sliced as (
    select
        *,
        max(case when is_first then own_rate end) over slice_ends as slice_rate,
        max(case when is_first then own_date end) over slice_ends as slice_date,
    from rated
    window slice_ends as (partition by definition_id, group_key)
),

-- What one obligation of a bill gives is worth what the other one gets, whenever that is earned.
final as (
    select
        *,
        {%- for column in ['rate', 'date'] %}
        case
            when event_type in ('billing', 'reallocation') then own_{{ column }}
            else slice_{{ column }}
        end as {{ 'rate' if column == 'rate' else 'rate_date' }},
        {%- endfor %}
    from sliced
)

select * from final
