-- one row per revenue policy, performance obligation and version of what was agreed for it
{%- set key = ['policy_id', 'erp_system', 'obligation_id'] %}
{%- set versioned = [
    'version_number', 'treatment', 'effective_on', 'effective_position', 'amount', 'sales_amount',
    'quantity', 'start_date', 'end_date', 'recognised_before', 'base_amount', 'from_position',
    'until_position'
] %}
with service as (select * from {{ ref('int_revenue__service') }}),

modified as (select * from {{ ref('int_revenue__modified_version') }}),

modified_key as (
    select {{ key | join(', ') }} from modified
    group by {{ key | join(', ') }}
),

version as (
    select
        {{ (key + versioned) | join(', ') }}
    from modified
    union all
    select
        service.policy_id,
        service.erp_system,
        service.obligation_id,
        1 as version_number,
        'agreed' as treatment,
        null as effective_on,
        null as effective_position,
        service.amount,
        service.sales_amount,
        service.quantity,
        service.start_date,
        service.end_date,
        0 as recognised_before,
        0 as base_amount,
        service.from_position,
        service.until_position
    from service
    left join modified_key
        on {{ same_keys('service', 'modified_key', ['policy_id', 'erp_system', 'obligation_id']) }}
    where modified_key.obligation_id is null
),

final as (
    select
        version.policy_id,
        version.erp_system,
        version.obligation_id,
        version.version_number,
        coalesce(
            version.effective_on, service.added_on, service.inception_date, version.start_date
        ) as effective_on,
        lead(version.effective_on) over in_order as until_date,
        version.treatment,
        service.policy_recognition,
        service.recognition,
        version.start_date,
        version.end_date,
        version.quantity,
        version.sales_amount,
        version.amount,
        version.recognised_before,
        version.base_amount,
        version.from_position,
        version.until_position,
        version.effective_position,
        lead(version.effective_position) over in_order as next_position,
        service.contract_id,
        service.order_id,
        service.order_line_id,
        service.entity,
        service.currency,
        service.minor_unit
    from version
    inner join service
        on {{ same_keys('version', 'service', ['policy_id', 'erp_system', 'obligation_id']) }}
    window in_order as (
        partition by version.policy_id, version.erp_system, version.obligation_id
        order by version.version_number
    )
)

select * from final
