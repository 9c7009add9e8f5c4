-- one row per live record of a customer and owned field: what it says, and what may be published
with

version as (
    select * from {{ ref('int_customer__version') }}
),

member as (
    select * from {{ ref('int_customer__member') }}
),

account as (
    select * from {{ ref('int_customer__account') }}
    where not is_deleted and merged_into_account_id is null
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
    where not is_deleted
),

first_order as (
    select * from {{ ref('int_customer__first_order') }}
),

change as (
    select * from {{ ref('int_golden__field_change') }}
    where is_last_change
),

owned_field as (
    {%- for name, _ in shared_fields() | groupby(1) %}
    select '{{ name }}' as field
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

live as (
    select
        crm_system as source_system,
        'account' as record_type,
        account_id as record_id,
        'crm' as system_type,
        1 as standing,
        created_at,
    from account
    union all
    select
        customer.erp_system as source_system,
        'erp_customer' as record_type,
        customer.erp_customer_id as record_id,
        'erp' as system_type,
        case
            when first_order.first_order_date is null then 3
            when customer.is_inactive then 2
            else 1
        end as standing,
        customer.created_at,
    from customer
    left join first_order
        on
            customer.erp_system = first_order.erp_system
            and customer.erp_customer_id = first_order.erp_customer_id
),

-- of several records of one side, one that has ordered speaks before one that has not, one in use
-- before one that is not, the oldest before the others
speaker as (
    select
        live.*,
        member.customer_key,
        row_number() over (
            partition by member.customer_key, live.record_type
            order by live.standing, live.created_at, live.source_system, live.record_id
        ) as speaks_first,
    from live
    inner join member
        on
            live.source_system = member.source_system
            and live.record_type = member.record_type
            and live.record_id = member.record_id
),

-- a field that never changed is as old as the first version that was landed
stated as (
    select
        speaker.customer_key,
        speaker.source_system,
        speaker.record_type,
        speaker.record_id,
        speaker.system_type,
        speaker.speaks_first,
        owned_field.field,
        version.load_id,
        {{ owned_value('owned_field.field', 'version') }} as landed_value,
        {{ owned_modified_at('owned_field.field', 'first_version') }} as first_stated_at,
    from speaker
    inner join version
        on
            speaker.source_system = version.source_system
            and speaker.record_type = version.record_type
            and speaker.record_id = version.record_id
            and version.later_load_id is null
    inner join version as first_version
        on
            speaker.source_system = first_version.source_system
            and speaker.record_type = first_version.record_type
            and speaker.record_id = first_version.record_id
            and first_version.earlier_load_id is null
    cross join owned_field
),

final as (
    select
        stated.customer_key,
        stated.source_system,
        stated.record_type,
        stated.record_id,
        stated.system_type,
        stated.speaks_first,
        stated.field,
        stated.landed_value,
        case when change.is_held then change.published_load_id else stated.load_id end
            as published_load_id,
        coalesce(change.changed_at, stated.first_stated_at) as changed_at,
        change.changed_at as landed_change_at,
        change.status as last_change_status,
        coalesce(change.is_held, false) as is_held,
        coalesce(change.status = 'accepted' and change.against_direction, false)
            as is_accepted_proposal,
    from stated
    left join change
        on
            stated.source_system = change.source_system
            and stated.record_type = change.record_type
            and stated.record_id = change.record_id
            and stated.field = change.field
    where stated.landed_value is not null or change.is_held
)

select * from final
