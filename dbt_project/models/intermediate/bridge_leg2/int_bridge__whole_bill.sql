-- one row per posted bill or credit line that no order line is sliced into: half of a pair that
-- takes back and bills again, a credit, freight, or a bill without a released order
{%- set line_key = ['erp_system', 'document_id', 'document_line_id'] %}
with billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided
),

slice as (
    select * from {{ ref('int_bridge__billing_slice') }}
    where document_id <> ''
),

document as (select * from {{ ref('int_erp__document') }}),

reissue_pair as (select * from {{ ref('int_bridge__reissue_pair') }}),

ledger_line as (
    select * from {{ ref('int_erp__ledger_line') }}
    where document_type = 'credit_memo'
),

final as (
    select
        billing_line.*,
        case
            when reissue.pair_kind = 'rebill' then 'rebill'
            when void.pair_kind = 'rebill' then 'rebill_credit'
            when reissue.reissue_document_id is not null then 'reissue'
            when void.credit_document_id is not null then 'void'
            when billing_line.document_type = 'credit_memo' then 'credit'
            when billing_line.line_type = 'freight' then 'freight'
            else 'unordered'
        end as step,
        coalesce(-reissue.credit_amount, billing_line.amount) as step_amount,
        billing_line.amount + coalesce(reissue.credit_amount, 0) as reissue_price_amount,
        -- what is billed again starts where it was taken back
        coalesce(reissue.credit_entity, billing_line.entity) as step_entity,
        coalesce(reissue.credit_currency, billing_line.currency) as step_currency,
        coalesce(
            void.bill_document_id || ':' || void.bill_document_line_id,
            reissue.bill_document_id || ':' || reissue.bill_document_line_id,
            ''
        ) as allocation_key,
        origin.document_type as created_from_document_type,
        ledger_line.settlement_purpose
    from billing_line
    left join ledger_line
        on {{ same_keys('billing_line', 'ledger_line', line_key) }}
    left join document as origin
        on
            billing_line.erp_system = origin.erp_system
            and billing_line.created_from_document_id = origin.document_id
    left join slice
        on {{ same_keys('billing_line', 'slice', line_key) }}
    left join reissue_pair as reissue
        on
            billing_line.erp_system = reissue.erp_system
            and billing_line.document_id = reissue.reissue_document_id
            and billing_line.document_line_id = reissue.reissue_document_line_id
    left join reissue_pair as void
        on
            billing_line.erp_system = void.erp_system
            and billing_line.document_id = void.credit_document_id
            and billing_line.document_line_id = void.credit_document_line_id
            -- several bills may replace what is taken back once
            and void.place = 1
    where slice.document_id is null
)

select * from final
