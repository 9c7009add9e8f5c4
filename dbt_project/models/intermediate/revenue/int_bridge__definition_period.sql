-- one row per definition set and accounting month in which any fact of legs 1 to 4 falls
{%- set relations = [
    'int_erp__order_line', 'int_erp__billing_line', 'int_erp__ledger_line',
    'int_erp__application', 'int_bridge__pending_credit', 'int_revenue__plan_line'
] %}
with definition_setting as (select * from {{ source('definitions', 'definition_setting') }}),

definition_set as (select * from {{ source('definitions', 'definition_set') }}),

month as (
    {%- for relation in relations %}
    select period from {{ ref(relation) }}
    {%- if not loop.last %}
    union
    {%- endif %}
    {%- endfor %}
),

-- the setting valid on the month's first day; before the first one is valid, the first one
candidate as (
    select
        setting.definition_id,
        month.period,
        setting.revenue_event,
        setting.net_pending,
        setting.rounding_tolerance_minor_units,
        setting.fiscal_year_start_month,
        row_number() over (
            partition by setting.definition_id, month.period
            order by
                case when setting.valid_from <= month.period then 0 else 1 end,
                case when setting.valid_from <= month.period then setting.valid_from end desc,
                setting.valid_from
        ) as preference
    from month
    cross join definition_setting as setting
    where month.period is not null
),

final as (
    select
        candidate.definition_id,
        definition_set.policy_id,
        candidate.period,
        candidate.revenue_event,
        candidate.net_pending,
        candidate.rounding_tolerance_minor_units,
        {{ fiscal_quarter('candidate.period', 'candidate.fiscal_year_start_month') }}
            as fiscal_quarter
    from candidate
    inner join definition_set on candidate.definition_id = definition_set.definition_id
    where candidate.preference = 1
)

select * from final
