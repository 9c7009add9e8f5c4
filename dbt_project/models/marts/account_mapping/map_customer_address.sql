-- one row per customer record (CRM account or ERP customer), address role and address
with

account as (
    select * from {{ ref('int_customer__account') }}
    where not is_deleted
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

site as (
    select * from {{ ref('int_customer__site') }}
),

member as (
    select * from {{ ref('int_customer__member') }}
),

address as (
    {%- for side in [
        {'relation': 'account', 'system': 'crm_system', 'type': 'account', 'id': 'account_id'},
        {'relation': 'customer', 'system': 'erp_system', 'type': 'erp_customer', 'id': 'erp_customer_id'},
    ] %}
    {%- for role, kind in [('bill_to', 'billing'), ('ship_to', 'shipping')] %}
    select
        {{ side.system }} as source_system,
        '{{ side.type }}' as record_type,
        {{ side.id }} as record_id,
        '{{ role }}' as address_role,
        'default' as address_id,
        cast(null as {{ dbt.type_string() }}) as site_name,
        {{ kind }}_street as street,
        {{ kind }}_city as city,
        {{ kind }}_state as state,
        {{ kind }}_postal_code as postal_code,
        {{ kind }}_country as country,
        {{ address_key(side.relation, kind) }} as address_key,
        {{ address_key(side.relation, 'billing') }} as bill_to_key,
    from {{ side.relation }}
    union all
    {%- endfor %}
    {%- endfor %}
    select
        site.erp_system as source_system,
        'erp_customer' as record_type,
        site.erp_customer_id as record_id,
        'site' as address_role,
        site.address_id,
        site.site_name,
        site.street,
        site.city,
        site.state,
        site.postal_code,
        site.country,
        cast(null as {{ dbt.type_string() }}) as address_key,
        cast(null as {{ dbt.type_string() }}) as bill_to_key,
    from site
    where not site.is_bill_to and not site.is_ship_to
),

final as (
    select
        address.source_system,
        address.record_type,
        address.record_id,
        address.address_role,
        address.address_id,
        member.customer_key,
        address.site_name,
        address.street,
        address.city,
        address.state,
        address.postal_code,
        address.country,
        case address.address_role
            when 'bill_to' then true
            when 'ship_to' then address.address_key = address.bill_to_key
        end as is_bill_to_address,
    from address
    left join member
        on
            address.source_system = member.source_system
            and address.record_type = member.record_type
            and address.record_id = member.record_id
    where
        coalesce(
            address.street, address.city, address.state, address.postal_code, address.country
        ) is not null
)

select * from final
