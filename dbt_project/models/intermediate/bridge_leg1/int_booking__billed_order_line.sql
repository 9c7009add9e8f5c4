-- one row per posted billing line of an order line: what was billed, recognised and paid
with billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided
),

link as (
    {{ union_systems(var('erp_systems'), 'document_line_link') }}
),

-- A credit memo reduces the bill that it was made from, directly or through a return. Where nothing
-- tells, that is the bill that it is applied to; else it only pays that one.
credited_document as (
    select
        erp_system,
        created_from_document_id as bill_id,
        document_id as credit_id,
        1 as distance,
    from billing_line
    where document_type = 'credit_memo' and created_from_document_id is not null
    union
    select
        direct.source_system as erp_system,
        direct.from_document_id as bill_id,
        direct.to_document_id as credit_id,
        2 as distance,
    from link as direct
    where direct.link_type = 'bill_to_credit'
    union
    select
        returned.source_system as erp_system,
        returned.from_document_id as bill_id,
        credit.to_document_id as credit_id,
        1 as distance,
    from link as returned
    inner join link as credit
        on
            returned.source_system = credit.source_system
            and returned.to_document_id = credit.from_document_id
            and credit.link_type = 'return_to_credit'
    where returned.link_type = 'bill_to_return'
),

-- Its lines go to the bill's lines of the same item, else to the first one of an order.
credited_line as (
    select
        credit.erp_system,
        credit.document_id,
        credit.document_line_id,
        bill.order_id,
        bill.order_line_id,
        row_number() over (
            partition by credit.erp_system, credit.document_id, credit.document_line_id
            order by
                credited_document.distance,
                case when bill.order_line_id is null then 1 else 0 end,
                case when bill.item_id = credit.item_id then 0 else 1 end,
                bill.document_id,
                bill.document_line_id
        ) as preference,
    from billing_line as credit
    inner join credited_document
        on
            credit.erp_system = credited_document.erp_system
            and credit.document_id = credited_document.credit_id
    inner join billing_line as bill
        on
            credited_document.erp_system = bill.erp_system
            and credited_document.bill_id = bill.document_id
    where credit.document_type = 'credit_memo'
),

tax as (
    select erp_system, document_id, sum(amount) as amount
    from {{ ref('int_erp__billing_tax') }}
    where is_posting and not is_voided
    group by erp_system, document_id
),

net as (
    select erp_system, document_id, sum(amount) as amount
    from billing_line
    group by erp_system, document_id
),

applied as (
    select
        erp_system,
        invoice_id,
        sum(amount) as amount,
        min(payment_date) as first_payment_date,
        max(payment_date) as last_payment_date,
    from {{ ref('int_erp__payment_application') }}
    where is_posting
    group by erp_system, invoice_id
),

-- Cash pays tax and net alike; the lines share the net part. A cash sale is paid when it is made.
weighted as (
    select
        billing_line.erp_system,
        billing_line.document_id,
        billing_line.document_line_id,
        billing_line.minor_unit,
        {{ to_minor('billing_line.amount', 'billing_line.minor_unit') }} as amount_minor,
        case
            when billing_line.document_type = 'cash_sale'
                then {{ to_minor('net.amount', 'billing_line.minor_unit') }}
            else coalesce(
                {{ scale_whole(
                    to_minor('applied.amount', 'billing_line.minor_unit'),
                    to_minor('net.amount', 'billing_line.minor_unit'),
                    to_minor('net.amount + coalesce(tax.amount, 0)', 'billing_line.minor_unit'),
                    1) }}, 0
            )
        end as paid_minor,
        coalesce(applied.first_payment_date, billing_line.document_date) as first_payment_date,
        coalesce(applied.last_payment_date, billing_line.document_date) as last_payment_date,
    from billing_line
    inner join net
        on
            billing_line.erp_system = net.erp_system
            and billing_line.document_id = net.document_id
    left join tax
        on
            billing_line.erp_system = tax.erp_system
            and billing_line.document_id = tax.document_id
    left join applied
        on
            billing_line.erp_system = applied.erp_system
            and billing_line.document_id = applied.invoice_id
    where billing_line.document_type = 'cash_sale' or applied.invoice_id is not null
),

paid as (
    {{ largest_remainder(
        'weighted', 'paid_minor', 'abs(amount_minor)', ['erp_system', 'document_id'],
        ['document_line_id'], 'paid_line_minor') }}
),

recognised as (
    select erp_system, document_id, document_line_id, sum(amount) as amount
    from {{ ref('int_erp__ledger_line') }}
    where is_posting and account_class = 'revenue' and document_type <> 'journal'
    group by erp_system, document_id, document_line_id
),

final as (
    select
        billing_line.erp_system,
        billing_line.document_id,
        billing_line.document_line_id,
        coalesce(billing_line.order_id, credited_line.order_id) as order_id,
        coalesce(billing_line.order_line_id, credited_line.order_line_id) as order_line_id,
        billing_line.currency,
        billing_line.document_type,
        billing_line.document_date,
        billing_line.amount as billed_amount,
        coalesce(recognised.amount, 0) as recognised_amount,
        coalesce({{ from_minor('paid.paid_line_minor', 'paid.minor_unit') }}, 0) as paid_amount,
        case when paid.paid_line_minor <> 0 then paid.first_payment_date end as first_payment_date,
        case when paid.paid_line_minor <> 0 then paid.last_payment_date end as last_payment_date,
    from billing_line
    left join credited_line
        on
            billing_line.erp_system = credited_line.erp_system
            and billing_line.document_id = credited_line.document_id
            and billing_line.document_line_id = credited_line.document_line_id
            and credited_line.preference = 1
    left join paid
        on
            billing_line.erp_system = paid.erp_system
            and billing_line.document_id = paid.document_id
            and billing_line.document_line_id = paid.document_line_id
    left join recognised
        on
            billing_line.erp_system = recognised.erp_system
            and billing_line.document_id = recognised.document_id
            and billing_line.document_line_id = recognised.document_line_id
    where coalesce(billing_line.order_line_id, credited_line.order_line_id) is not null
)

select * from final
