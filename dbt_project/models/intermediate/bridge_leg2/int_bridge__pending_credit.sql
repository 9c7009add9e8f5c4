-- one row per line of a credit that is not posted yet: an unposted credit memo, or a return
-- authorisation that no credit memo follows
with billing_line as (

    select * from {{ ref('int_erp__billing_line') }}

),

document as (

    {{ union_systems(var('erp_systems'), 'document') }}

),

document_line as (

    {{ union_systems(var('erp_systems'), 'document_line') }}

),

document_line_link as (

    {{ union_systems(var('erp_systems'), 'document_line_link') }}

),

entity as (

    {{ union_systems(var('erp_systems'), 'entity') }}

),

followed_by_credit as (

    select
        source_system,
        from_document_id
    from document_line_link
    where link_type = 'return_to_credit'
    group by source_system, from_document_id

),

unposted_credit_memo as (

    select
        erp_system,
        document_type,
        document_id,
        document_line_id,
        document_number,
        erp_customer_id,
        entity,
        currency,
        {{ month_start('document_date') }} as period,
        document_date,
        amount
    from billing_line
    where document_type = 'credit_memo' and not is_posting and not is_voided

),

open_return as (

    select
        document.source_system as erp_system,
        document.document_type,
        document.document_id,
        document_line.document_line_id,
        document.document_number,
        document.erp_customer_id,
        coalesce(entity.entity, document_line.entity_id) as entity,
        document.currency,
        {{ month_start('document.document_date') }} as period,
        document.document_date,
        document_line.amount
    from document
    inner join document_line
        on
            document.source_system = document_line.source_system
            and document.document_id = document_line.document_id
    left join followed_by_credit
        on
            document.source_system = followed_by_credit.source_system
            and document.document_id = followed_by_credit.from_document_id
    left join entity
        on
            document_line.source_system = entity.source_system
            and document_line.entity_id = entity.entity_id
    where
        document.document_type = 'return_authorisation'
        and not coalesce(document.is_voided, false)
        and document.status not in ('cancelled', 'closed', 'refunded')
        and document_line.line_type not in ('main', 'tax', 'freight')
        and not coalesce(document_line.is_closed, false)
        and followed_by_credit.from_document_id is null

),

final as (

    select * from unposted_credit_memo
    union all
    select * from open_return

)

select * from final
