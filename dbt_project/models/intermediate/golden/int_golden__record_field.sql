-- one row per live record of a customer and shared field: what it says, and what may be published
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
),

first_order as (
    select * from {{ ref('int_customer__first_order') }}
),

change as (
    select * from {{ ref('int_golden__field_change') }}
    where is_last_change
),

field as (
    {{ shared_field_rows() }}
),

-- of several records of one side, one that has ordered speaks before one that has not, one in use
-- before one that is not, the oldest before the others
live as (
    select
        crm_system as source_system,
        'account' as record_type,
        account_id as record_id,
        'crm' as system_type,
        '1' as speaks,
        created_at,
    from account
    union all
    select
        customer.erp_system as source_system,
        'erp_customer' as record_type,
        customer.erp_customer_id as record_id,
        'erp' as system_type,
        case
            when first_order.first_order_date is null then '3'
            when customer.is_inactive then '2'
            else '1'
        end as speaks,
        customer.created_at,
    from customer
    left join first_order
        on
            customer.erp_system = first_order.erp_system
            and customer.erp_customer_id = first_order.erp_customer_id
),

current_value as (
    select
        live.*,
        version.sales_rep_number,
        field.field,
        field.owned_as,
        field.position,
        {{ owned_modified_at('field.owned_as', 'first_version') }} as record_changed_at,
        {{ shared_field_value('field.field', 'version') }} as value,
        {{ owned_value('field.owned_as', 'version') }} as owned_text,
    from live
    inner join version
        on
            live.source_system = version.source_system
            and live.record_type = version.record_type
            and live.record_id = version.record_id
            and version.later_load_id is null
    left join version as first_version
        on
            live.source_system = first_version.source_system
            and live.record_type = first_version.record_type
            and live.record_id = first_version.record_id
            and first_version.earlier_load_id is null
    cross join field
),

held_value as (
    select
        change.source_system,
        change.record_type,
        change.record_id,
        field.field,
        {{ shared_field_value('field.field', 'version') }} as value,
    from change
    inner join field on change.field = field.owned_as
    inner join version
        on
            change.source_system = version.source_system
            and change.record_type = version.record_type
            and change.record_id = version.record_id
            and change.published_load_id = version.load_id
    where change.is_held
),

final as (
    select
        member.customer_key,
        current_value.source_system,
        current_value.record_type,
        current_value.record_id,
        current_value.system_type,
        current_value.field,
        current_value.owned_as,
        current_value.position,
        current_value.value as landed_value,
        current_value.owned_text as landed_text,
        case
            when change.is_held then held_value.value
            else current_value.value
        end as value,
        case when current_value.field = 'sales_rep_code' then current_value.sales_rep_number end
            as other_value,
        coalesce(change.changed_at, current_value.record_changed_at) as changed_at,
        change.changed_at as landed_change_at,
        change.status as last_change_status,
        coalesce(change.is_held, false) as is_held,
        coalesce(change.status = 'accepted' and change.against_direction, false)
            as is_accepted_proposal,
        current_value.speaks || coalesce(
            cast(current_value.created_at as {{ dbt.type_string() }}), '9999'
        ) || current_value.source_system || ':' || current_value.record_id as speaks_first,
    from current_value
    inner join member
        on
            current_value.source_system = member.source_system
            and current_value.record_type = member.record_type
            and current_value.record_id = member.record_id
    left join change
        on
            current_value.source_system = change.source_system
            and current_value.record_type = change.record_type
            and current_value.record_id = change.record_id
            and current_value.owned_as = change.field
    left join held_value
        on
            current_value.source_system = held_value.source_system
            and current_value.record_type = held_value.record_type
            and current_value.record_id = held_value.record_id
            and current_value.field = held_value.field
    where current_value.value is not null or held_value.value is not null
)

select * from final
