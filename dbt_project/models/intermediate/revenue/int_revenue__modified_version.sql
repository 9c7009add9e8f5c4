-- one row per revenue policy, performance obligation that a modification concerns and version of
-- what was agreed for it; each follows from the one before, for a whole contract at a time
{%- set key = ['policy_id', 'erp_system', 'obligation_id'] %}
{%- set state = [
    'amount', 'sales_amount', 'quantity', 'start_date', 'end_date', 'recognised_before',
    'base_amount', 'from_position', 'until_position'
] %}
{#- A service that is made to end before it begins has no time to be earned in: it is over. -#}
{%- set ends_unbegun = "recognition like 'straight_line%' and end_position <= start_position" %}
{%- set pool = 'policy_id, erp_system, contract_id, entity, currency, treatment' %}
with recursive

service as (select * from {{ ref('int_revenue__service') }}),

modification as (select * from {{ ref('int_revenue__modification') }}),

concerned as (
    select
        {{ key | join(', ') }},
        max(case when is_added then 1 else 0 end) as is_added,
        sum(amount_change) as amount_change
    from modification
    group by {{ key | join(', ') }}
),

member as (
    select
        modification.*,
        service.contract_id,
        service.entity,
        service.currency,
        service.minor_unit,
        service.item_id,
        service.recognition,
        service.stand_alone_amount,
        service.until_position - service.from_position as whole_measure,
        case when modification.is_added then service.amount else 0 end as added_amount,
        case when modification.is_added then service.sales_amount else 0 end as added_sales_amount
    from modification
    inner join service
        on {{ same_keys('modification', 'service', ['policy_id', 'erp_system', 'obligation_id']) }}
),

version as (
    -- as first agreed: what the ERP shows now, less what modifications changed of it
    select
        service.policy_id,
        service.erp_system,
        service.obligation_id,
        0 as step,
        'agreed' as treatment,
        cast(null as date) as effective_on,
        cast(null as {{ type_wide_integer() }}) as effective_position,
        {%- for column in ['amount', 'sales_amount'] %}
        {{ money('(1 - concerned.is_added) * (service.' ~ column ~ ' - concerned.amount_change)') }}
            as {{ column }},
        {%- endfor %}
        service.quantity,
        service.start_date,
        service.end_date,
        {{ money('0') }} as recognised_before,
        {{ money('0') }} as base_amount,
        cast(service.from_position as {{ type_wide_integer() }}) as from_position,
        cast(service.until_position as {{ type_wide_integer() }}) as until_position,
        1 - concerned.is_added as version_number
    from service
    inner join concerned
        on {{ same_keys('service', 'concerned', ['policy_id', 'erp_system', 'obligation_id']) }}

    union all

    (
        with met as (
            select
                member.*,
                version.version_number,
                {%- for column in state %}
                version.{{ column }} as old_{{ column }},
                {%- endfor %}
                case
                    when member.recognition like 'straight_line%'
                        then {{ schedule_position('member.recognition', 'member.effective_on') }}
                    else member.done_before
                end as position,
                coalesce(member.quantity, version.quantity) as new_quantity,
                coalesce(member.start_date, version.start_date) as new_start_date,
                coalesce(member.end_date, version.end_date) as new_end_date,
                coalesce(
                    member.stated_amount,
                    version.sales_amount + member.added_sales_amount + member.amount_change
                ) as new_sales_amount
            from version
            inner join member
                on
                    {{ same_keys(
                        'version', 'member', ['policy_id', 'erp_system', 'obligation_id']
                    ) }}
                    and version.step + 1 = member.step
        ),

        recognised as (
            select
                *,
                {{ recognised_to(
                    'old_amount', 'old_base_amount', 'position', 'old_from_position',
                    'old_until_position', 'minor_unit'
                ) }} as recognised,
                old_amount + added_amount
                + new_sales_amount - old_sales_amount - added_sales_amount as new_amount,
                {{ schedule_start('recognition', 'new_start_date') }} as start_position,
                {{ schedule_end(
                    'recognition', 'new_end_date', 'new_sales_amount', 'new_quantity'
                ) }} as end_position
            from met
        ),

        remaining as (
            select
                *,
                new_amount - recognised as remaining_amount,
                greatest(end_position - greatest(position, start_position), 0) as remaining_measure
            from recognised
        ),

        weighed as (
            select
                *,
                {{ remaining_service_weight('pool') }} as pool_weight,
                sum(remaining_amount) over pool as pool_amount,
                {{ to_minor('sum(remaining_amount) over pool', 'minor_unit') }} as pool_units,
                row_number() over (pool order by obligation_id) as pool_rank,
                coalesce(
                    treatment = 'prospective'
                    and count(*) over pool > 1 and max(remaining_measure) over pool > 0,
                    false
                ) as is_pooled
            from remaining
            window pool as (partition by {{ pool }})
        ),

        shared as (
            {{ largest_remainder(
                relation='weighed', total='pool_units', weight='coalesce(pool_weight, 0)',
                partition_by=pool.split(', '), order_by=['obligation_id'], result='share_units'
            ) }}
        ),

        agreed as (
            select
                *,
                case
                    when not is_pooled then new_amount
                    else
                        recognised + {{ amount_of_share(
                            'share_units', 'pool_amount', 'pool_units', 'pool_rank = 1', 'minor_unit'
                        ) }}
                end as agreed_amount
            from shared
        )

        select
            {{ key | join(', ') }},
            step,
            treatment,
            effective_on,
            position as effective_position,
            {% for column, changed in [
                ('amount', 'cast(agreed_amount as decimal(28, 4))'),
                ('sales_amount', 'cast(new_sales_amount as decimal(28, 4))'),
                ('quantity', 'new_quantity'),
                ('start_date', 'new_start_date'),
                ('end_date', 'new_end_date'),
                ('recognised_before', 'cast(recognised as decimal(28, 4))'),
                ('base_amount', "cast(case when treatment = 'prospective' then recognised else 0 end"
                    ~ ' as decimal(28, 4))'),
                ('from_position', 'case when ' ~ ends_unbegun ~ " then position when treatment = 'prospective'"
                    ~ ' then greatest(position, start_position) else start_position end'),
                ('until_position', 'case when ' ~ ends_unbegun ~ ' then position else end_position end'),
            ] -%}
            case when treatment is null then old_{{ column }} else {{ changed }} end
                as {{ column }},
            {% endfor -%}
            version_number + case when treatment is null then 0 else 1 end as version_number
        from agreed
    )
),

final as (
    select * from version
    where version_number > 0 and treatment is not null
)

select * from final
