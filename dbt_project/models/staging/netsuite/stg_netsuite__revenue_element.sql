-- one row per source_system and revenue_element_id
with

source as (
    {{ netsuite_rows('revenue_element') }}
),

currency as (
    select
        currency_id,
        currency,
    from {{ ref('stg_netsuite__currency') }}
),

final as (
    select
        'netsuite' as source_system,
        source.id as revenue_element_id,
        {{ clean_text('source.recordnumber') }} as element_number,
        source.sourcetransaction as source_document_id,
        source.sourcetransactionline as source_document_line_id,
        source.revenuearrangement as arrangement_id,
        source.elementdate as element_date,
        source.returnofelement as returned_element_id,
        source.item as item_id,
        source.entity as erp_customer_id,
        source.subsidiary as entity_id,
        coalesce(currency.currency, {{ normalise_currency('source.currency') }}) as currency,
        {{ quantity('source.quantity') }} as quantity,
        {{ money('source.discountedsalesamount') }} as amount,
        {{ money('source.allocationamount') }} as allocated_amount,
        source.deferralaccount as deferral_account_id,
        source.recognitionaccount as recognition_account_id,
        {{ clean_text('source.revenuerecognitionrule') }} as recognition_rule,
        source.revrecstartdate as start_date,
        source.revrecenddate as end_date,
        coalesce(source.isdeliverable, true) as is_deliverable,
        source.lastmodifieddate as modified_at,
    from source
    left join currency on source.currency = currency.currency_id
)

select * from final
