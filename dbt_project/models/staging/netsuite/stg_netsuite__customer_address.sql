-- one row per source_system, erp_customer_id and address in the customer's address book
{{ config(materialized='ephemeral') }}

with

entry as (
    {{ netsuite_rows('customer_addressbook', ['internalid']) }}
),

address as (
    {{ netsuite_rows('entity_address', ['nkey']) }}
),

country as (
    select
        country_key,
        country,
    from {{ ref('country_alias') }}
),

-- an address that stands twice in one address book is one site
book as (
    select
        entry.entity,
        entry.addressbookaddress,
        min({{ clean_text('entry.label') }}) as site_name,
        max(case when entry.defaultbilling then 1 else 0 end) = 1 as is_bill_to,
        max(case when entry.defaultshipping then 1 else 0 end) = 1 as is_ship_to,
    from entry
    group by entry.entity, entry.addressbookaddress
),

final as (
    select
        'netsuite' as source_system,
        book.entity as erp_customer_id,
        book.addressbookaddress as address_id,
        book.site_name,
        book.is_bill_to,
        book.is_ship_to,
        {{ clean_text("concat_ws(' ', address.addr1, address.addr2, address.addr3)") }} as street,
        {{ clean_text('address.city') }} as city,
        {{ clean_text('address.state') }} as state,
        upper({{ clean_text('address.zip') }}) as postal_code,
        country.country,
        address.lastmodifieddate as modified_at,
    from book
    left join address on book.addressbookaddress = address.nkey
    left join country on {{ country_key('address.country') }} = country.country_key
)

select * from final
