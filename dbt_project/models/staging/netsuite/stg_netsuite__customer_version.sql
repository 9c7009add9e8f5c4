-- one row per source_system, erp_customer_id and load that brought a version of it or its addresses
with

visible_load as (
    select * from {{ ref('stg_operations__load') }}
    where system = 'netsuite'
),

country as (
    select
        country_key,
        country,
    from {{ ref('country_alias') }}
),

term as (
    select * from {{ ref('netsuite_payment_term') }}
),

employee as (
    select * from {{ ref('stg_netsuite__employee') }}
),

-- a version holds from its load to the one that replaced or deleted it
customer_span as (
    select
        version.*,
        visible_load.load_id,
        coalesce(
            lead(version._load_id) over (partition by version.id order by version._load_id), '~'
        ) as until_load_id,
        coalesce(version._is_deleted, false) or coalesce(version._fivetran_deleted, false)
            as is_gone,
    from {{ source('raw_netsuite', 'customer') }} as version
    inner join visible_load on version._load_id = visible_load.load_id
),

customer as (
    select * from customer_span
    where not is_gone
),

address as (
    select
        version.nkey,
        visible_load.load_id,
        coalesce(
            lead(version._load_id) over (partition by version.nkey order by version._load_id), '~'
        ) as until_load_id,
        {{ clean_text("concat_ws(' ', version.addr1, version.addr2, version.addr3)") }} as street,
        {{ clean_text('version.city') }} as city,
        {{ clean_text('version.state') }} as state,
        upper({{ clean_text('version.zip') }}) as postal_code,
        coalesce(country.country, {{ clean_text('version.country') }}) as country,
        version.lastmodifieddate as modified_at,
        coalesce(version._is_deleted, false) or coalesce(version._fivetran_deleted, false)
            as is_gone,
    from {{ source('raw_netsuite', 'entity_address') }} as version
    inner join visible_load on version._load_id = visible_load.load_id
    left join country on {{ country_key('version.country') }} = country.country_key
),

moment as (
    select
        id,
        load_id,
    from customer
    {%- for kind in ['billing', 'shipping'] %}
    union
    select
        customer.id,
        address.load_id,
    from customer
    inner join address
        on
            customer.default{{ kind }}address = address.nkey
            and customer.load_id < address.load_id
            and customer.until_load_id > address.load_id
    {%- endfor %}
),

final as (
    select
        'netsuite' as source_system,
        'erp_customer' as record_type,
        'customer' as object,
        customer.id as record_id,
        moment.load_id,
        visible_load.loaded_at,
        lag(moment.load_id) over (partition by customer.id order by moment.load_id)
            as earlier_load_id,
        lead(moment.load_id) over (partition by customer.id order by moment.load_id)
            as later_load_id,
        coalesce(customer.lastmodifieddate, customer.datecreated) as modified_at,
        {%- for kind, role in [('billing', 'bill_to'), ('shipping', 'ship_to')] %}
        case
            when {{ kind }}.load_id = moment.load_id then {{ kind }}.modified_at
            else customer.lastmodifieddate
        end as {{ role }}_modified_at,
        {%- endfor %}
        nullif(customer.parent, customer.id) as parent_record_id,
        cast(null as {{ dbt.type_string() }}) as merged_into_record_id,
        coalesce(
            {{ crm_record_id('customer.custentity_crm_account_id') }},
            {{ crm_record_id('customer.externalid') }}
        ) as external_id,
        coalesce(
            {{ clean_text('customer.companyname') }}, {{ clean_text('customer.altname') }},
            {{ clean_text("concat_ws(' ', customer.firstname, customer.lastname)") }},
            {{ clean_text('customer.entityid') }}
        ) as legal_customer_name,
        {%- for kind, role in [('billing', 'bill_to'), ('shipping', 'ship_to')] %}
        {%- for part in ['street', 'city', 'state', 'postal_code', 'country'] %}
        {{ kind }}.{{ part }} as {{ role }}_{{ part }},
        {%- endfor %}
        {%- endfor %}
        customer.salesrep as sales_rep_code,
        employee.employee_number as sales_rep_number,
        {{ clean_text('customer.category') }} as category,
        {{ normalise_payment_terms('coalesce(term.payment_terms, customer.terms)') }}
            as payment_terms,
        case when customer.taxable then 'taxable' when not customer.taxable then 'exempt' end
            as tax_code,
        coalesce(
            {{ normalise_tax_id('customer.vatregnumber') }},
            {{ normalise_tax_id('customer.custentity_tax_id') }}
        ) as tax_id,
        upper(nullif(concat_ws('-', billing.country, billing.state), '')) as tax_region,
        case
            when lower(coalesce(customer.oncredithold, '')) in ('true', 't', 'on', 'yes', '1')
                then 'on hold'
            when customer.custentity_credit_approved then 'approved'
            when not customer.custentity_credit_approved then 'not approved'
        end as credit_status,
        {{ clean_text('customer.phone') }} as phone,
    from moment
    inner join visible_load on moment.load_id = visible_load.load_id
    inner join customer
        on
            moment.id = customer.id
            and moment.load_id >= customer.load_id
            and moment.load_id < customer.until_load_id
    left join employee on customer.salesrep = employee.employee_id
    left join term on customer.terms = term.term_id
    {%- for kind in ['billing', 'shipping'] %}
    left join address as {{ kind }}
        on
            customer.default{{ kind }}address = {{ kind }}.nkey
            and moment.load_id >= {{ kind }}.load_id
            and moment.load_id < {{ kind }}.until_load_id
            and not {{ kind }}.is_gone
    {%- endfor %}
)

select * from final
