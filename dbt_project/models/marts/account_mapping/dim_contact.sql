-- one row per contact of the CRM or the ERP, with the customer and the person
with

contact as (
    select * from {{ ref('int_customer__contact') }}
),

member as (
    select * from {{ ref('int_customer__member') }}
),

attached as (
    select
        contact.*,
        member.customer_key,
        contact.source_system || ':' || contact.contact_id as contact_key,
        {{ regexp_group(strip_accents('lower(contact.contact_name)'), '([^ ]+)$') }} as last_name,
    from contact
    left join member
        on
            contact.source_system = member.source_system
            and contact.record_type = member.record_type
            and contact.record_id = member.record_id
),

-- one e-mail address and last name at one customer is one person; a shared mailbox alone is none
grouped as (
    select
        attached.*,
        case
            when customer_key is null or email is null or last_name is null then contact_key
            else min(contact_key) over (partition by customer_key, email, last_name)
        end as person,
    from attached
),

-- the ERP's contact may name the CRM's
final as (
    select
        grouped.source_system,
        grouped.contact_id,
        grouped.record_type,
        grouped.record_id,
        grouped.customer_key,
        md5(coalesce(named.person, grouped.person)) as person_key,
        grouped.contact_name,
        grouped.title,
        grouped.email,
        grouped.phone,
        grouped.is_active,
        cast(grouped.created_at as date) as created_on,
        grouped.modified_at,
    from grouped
    left join grouped as named
        on
            named.record_type = 'account'
            and {{ crm_record_key('grouped.crm_contact_id') }}
            = {{ crm_record_key('named.contact_id') }}
)

select * from final
