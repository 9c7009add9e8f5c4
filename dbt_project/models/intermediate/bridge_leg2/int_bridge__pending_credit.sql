-- one row per line of a credit that is not posted yet: an unposted credit memo, or a return
-- authorisation that no credit memo follows
with billing_line as (select * from {{ ref('int_erp__billing_line') }}),

return_line as (
    select * from {{ ref('int_erp__document_line') }}
    where document_type = 'return_authorisation'
),

document_line_link as (
    {{ union_systems(var('erp_systems'), 'document_line_link') }}
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
        return_line.erp_system,
        return_line.document_type,
        return_line.document_id,
        return_line.document_line_id,
        return_line.document_number,
        return_line.erp_customer_id,
        return_line.entity,
        return_line.currency,
        {{ month_start('return_line.document_date') }} as period,
        return_line.document_date,
        return_line.amount
    from return_line
    left join followed_by_credit
        on
            return_line.erp_system = followed_by_credit.source_system
            and return_line.document_id = followed_by_credit.from_document_id
    where
        not return_line.is_voided
        and not return_line.is_closed
        and return_line.status not in ('cancelled', 'closed', 'refunded')
        and return_line.line_type not in ('main', 'tax', 'freight', 'cost')
        and return_line.amount is not null
        and followed_by_credit.from_document_id is null
),

final as (
    select * from unposted_credit_memo
    union all
    select * from open_return
)

select * from final
