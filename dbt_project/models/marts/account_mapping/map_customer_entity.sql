-- one row per ERP customer and legal entity that may serve it or has done so
with

declared as (
    select * from {{ ref('int_customer__declared_entity') }}
),

line as (
    select
        erp_system,
        erp_customer_id,
        entity_id,
        order_id as document_id,
        order_date as document_date,
    from {{ ref('int_erp__order_line') }}
    where not is_voided and not is_intercompany
    union all
    select
        erp_system,
        erp_customer_id,
        entity_id,
        document_id,
        document_date,
    from {{ ref('int_erp__billing_line') }}
    where not is_voided and not is_intercompany
),

document as (
    select
        erp_system,
        erp_customer_id,
        entity_id,
        count(distinct document_id) as document_count,
        min(document_date) as first_document_date,
        max(document_date) as last_document_date,
    from line
    where erp_customer_id is not null and entity_id is not null
    group by erp_system, erp_customer_id, entity_id
),

entity as (
    select * from {{ ref('int_reference__entity') }}
),

member as (
    select * from {{ ref('int_customer__member') }}
    where record_type = 'erp_customer'
),

served as (
    select
        coalesce(declared.erp_system, document.erp_system) as erp_system,
        coalesce(declared.erp_customer_id, document.erp_customer_id) as erp_customer_id,
        coalesce(declared.entity_id, document.entity_id) as entity_id,
        coalesce(declared.is_primary, false) as is_primary,
        declared.entity_id is not null as is_declared,
        coalesce(document.document_count, 0) as document_count,
        document.first_document_date,
        document.last_document_date,
    from declared
    full outer join document
        on
            declared.erp_system = document.erp_system
            and declared.erp_customer_id = document.erp_customer_id
            and declared.entity_id = document.entity_id
),

final as (
    select
        served.erp_system,
        served.erp_customer_id,
        served.entity_id,
        member.customer_key,
        entity.entity,
        served.is_primary,
        served.is_declared,
        cast(served.document_count as integer) as document_count,
        served.first_document_date,
        served.last_document_date,
    from served
    left join entity
        on served.erp_system = entity.erp_system and served.entity_id = entity.entity_id
    left join member
        on
            served.erp_system = member.source_system
            and served.erp_customer_id = member.record_id
)

select * from final
