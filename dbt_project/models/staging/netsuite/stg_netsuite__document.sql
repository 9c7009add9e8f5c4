-- one row per source_system and document_id
with

source as (
    {{ netsuite_rows('transaction') }}
),

currency as (
    select
        currency_id,
        currency,
    from {{ ref('stg_netsuite__currency') }}
),

typed as (
    select
        source.*,
        case source.type
            when 'SalesOrd' then 'sales_order'
            when 'CustInvc' then 'invoice'
            when 'CustCred' then 'credit_memo'
            when 'CashRfnd' then 'credit_memo'
            when 'CustPymt' then 'payment'
            when 'CashSale' then 'cash_sale'
            when 'RtnAuth' then 'return_authorisation'
            when 'ItemShip' then 'fulfilment'
            when 'Journal' then 'journal'
            when 'CustRfnd' then 'customer_refund'
            when 'CustDep' then 'customer_deposit'
            when 'DepAppl' then 'deposit_application'
            when 'FxReval' then 'currency_revaluation'
            else 'other'
        end as document_type,
        upper(right(trim(source.status), 1)) as status_code,
    from source
),

final as (
    select
        'netsuite' as source_system,
        typed.id as document_id,
        typed.document_type,
        typed.type as vendor_type,
        coalesce({{ clean_text('typed.tranid') }}, {{ clean_text('typed.transactionnumber') }})
            as document_number,
        typed.trandate as document_date,
        case
            when typed.document_type = 'sales_order'
                then case typed.status_code
                    when 'A' then 'pending_approval' when 'B' then 'pending_fulfilment'
                    when 'C' then 'cancelled' when 'D' then 'partially_fulfilled'
                    when 'E' then 'partially_billed' when 'F' then 'pending_billing'
                    when 'G' then 'billed' when 'H' then 'closed'
                    else 'unknown'
                end
            when coalesce(typed.voided, false) or typed.status_code = 'V' then 'voided'
            when typed.document_type = 'invoice'
                then case typed.status_code
                    when 'A' then 'open' when 'B' then 'paid' when 'D' then 'pending_approval'
                    when 'E' then 'rejected'
                    else 'unknown'
                end
            when typed.document_type = 'credit_memo'
                then case typed.status_code
                    when 'A' then 'open' when 'B' then 'applied'
                    else 'unknown'
                end
            when typed.document_type = 'return_authorisation'
                then case typed.status_code
                    when 'A' then 'pending_approval' when 'B' then 'pending_receipt'
                    when 'C' then 'cancelled' when 'D' then 'partially_received'
                    when 'E' then 'partially_refunded' when 'F' then 'pending_refund'
                    when 'G' then 'refunded' when 'H' then 'closed'
                    else 'unknown'
                end
            else 'not_tracked'
        end as status,
        typed.status_code,
        typed.entity as erp_customer_id,
        coalesce(currency.currency, {{ normalise_currency('typed.currency') }}) as currency,
        cast(typed.exchangerate as decimal(28, 12)) as exchange_rate,
        typed.postingperiod as accounting_period_id,
        coalesce(
            typed.posting,
            typed.document_type in (
                'invoice', 'credit_memo', 'payment', 'cash_sale', 'journal', 'customer_refund',
                'customer_deposit', 'deposit_application', 'currency_revaluation'
            )
        ) as is_posting,
        coalesce(typed.voided, false) or typed.status_code = 'V' as is_voided,
        {{ clean_text('typed.memo') }} as memo,
        {{ clean_text('typed.otherrefnum') }} as external_reference,
        {{ normalise_purchase_order('typed.otherrefnum') }} as purchase_order_number_normalised,
        {{ clean_text('typed.externalid') }} as external_id,
        {{ crm_record_id('typed.custbody_sf_opportunity_id') }} as crm_opportunity_id,
        {{ clean_text('typed.custbody_sf_opportunity_id') }} as crm_reference,
        {{ clean_text('typed.custbody_sf_quote_number') }} as crm_quote_number,
        {{ clean_text('typed.custbody_sf_contract_number') }} as crm_contract_number,
        lower({{ clean_text('typed.custbody_channel') }}) as channel_code,
        {{ clean_text('typed.source') }} as source_channel,
        lower({{ clean_text('typed.custbody_hold_reason') }}) as hold_reason,
        coalesce(typed.custbody_ic, false) as is_intercompany,
        coalesce(typed.isreversal, false) as is_reversal,
        -- a credit on a cash sale pays out what it credits
        typed.type = 'CashRfnd' as is_paid_out,
        nullif(typed.reversal, typed.id) as reversal_document_id,
        {{ clean_text('typed.terms') }} as terms,
        typed.employee as employee_id,
        typed.createddate as created_at,
        typed.lastmodifieddate as modified_at,
        typed.duedate as due_date,
        typed.closedate as closed_date,
        typed.startdate as start_date,
        typed.enddate as end_date,
        {{ money('typed.foreigntotal') }} as total_amount
    {{ custom_columns('netsuite', 'transaction', 'typed') }}
    from typed
    left join currency on typed.currency = currency.currency_id
)

select * from final
