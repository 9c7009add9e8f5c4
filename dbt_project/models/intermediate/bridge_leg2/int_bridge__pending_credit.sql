-- one row per line of a credit that is not posted yet: an unposted credit memo, or what of a return
-- authorisation no credit memo has taken up
with billing_line as (select * from {{ ref('int_erp__billing_line') }}),

return_line as (
    select * from {{ ref('int_erp__document_line') }}
    where
        document_type = 'return_authorisation'
        and line_type not in ('main', 'tax', 'freight', 'cost')
),

document_line_link as (
    {{ union_systems(var('erp_systems'), 'document_line_link') }}
),

-- A void credit takes nothing up; one that is not posted yet stands for itself.
followed as (
    select
        link.source_system as erp_system,
        link.from_document_id as document_id,
        link.from_line_id as document_line_id,
        link.to_document_id,
        link.to_line_id
    from document_line_link as link
    inner join {{ ref('int_erp__document') }} as credit
        on
            link.source_system = credit.erp_system
            and link.to_document_id = credit.document_id
            and not credit.is_voided
    where link.link_type = 'return_to_credit'
),

followed_return as (
    select erp_system, document_id
    from followed
    group by erp_system, document_id
),

-- null where a credit line or its quantity is not known: then the line counts as taken up whole
credited_line as (
    select
        followed.erp_system,
        followed.document_id,
        followed.document_line_id,
        case
            when count(credit.quantity) = count(*) then sum(abs(credit.quantity))
        end as credited_quantity
    from followed
    left join billing_line as credit
        on
            followed.erp_system = credit.erp_system
            and followed.to_document_id = credit.document_id
            and followed.to_line_id = credit.document_line_id
    group by followed.erp_system, followed.document_id, followed.document_line_id
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

returned as (
    select
        return_line.*,
        followed_return.document_id is not null as is_followed,
        credited_line.document_line_id is not null as is_line_followed,
        -- a return that names none of its lines to its credit is taken up whole
        count(credited_line.document_line_id) over (
            partition by return_line.erp_system, return_line.document_id
        ) > 0 as is_followed_by_line,
        abs(return_line.quantity) - credited_line.credited_quantity as open_quantity
    from return_line
    left join followed_return
        on
            return_line.erp_system = followed_return.erp_system
            and return_line.document_id = followed_return.document_id
    left join credited_line
        on
            return_line.erp_system = credited_line.erp_system
            and return_line.document_id = credited_line.document_id
            and return_line.document_line_id = credited_line.document_line_id
),

open_return as (
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
        case
            when not is_line_followed then amount
            else coalesce({{ from_ten_thousandths(scale_whole(
                ten_thousandths('amount'), hundred_millionths('open_quantity'),
                hundred_millionths('abs(quantity)'), minor_unit_granule('minor_unit'))) }}, amount)
        end as amount
    from returned
    where
        not is_voided
        and not is_closed
        and status not in ('cancelled', 'closed', 'refunded')
        and amount is not null
        and (
            not is_followed
            or (is_followed_by_line and (not is_line_followed or open_quantity > 0))
        )
),

final as (
    select * from unposted_credit_memo
    union all
    select * from open_return
)

select * from final
