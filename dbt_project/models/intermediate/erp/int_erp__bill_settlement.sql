-- one row per erp_system, invoice_id, settlement_id and kind of settlement: what was applied to an
-- invoice, gross of tax, by cash, credit, discount or a journal's other side
with

application as (
    select * from {{ ref('int_erp__application') }}
    where coalesce(owed_document_type, 'invoice') = 'invoice'
),

journal_purpose as (
    select * from {{ ref('int_erp__journal_purpose') }}
),

-- of a document with lines of two entities, the one of its main line
entity_of_document as (
    select
        erp_system,
        document_id,
        min(entity) as entity,
    from {{ ref('int_erp__document_line') }}
    where document_type = 'invoice' and line_type = 'main'
    group by erp_system, document_id
),

by_kind as (
    select
        application.*,
        case
            when application.is_discount then 'discount'
            when application.settling_document_type = 'credit_memo' then 'credit'
            when
                coalesce(application.settling_document_type, 'payment')
                in ('payment', 'deposit_application')
                then 'payment'
            when journal_purpose.settlement_purpose = 'cash' then 'payment'
            else coalesce(journal_purpose.settlement_purpose, 'other')
        end as kind,
        coalesce(journal_purpose.weight, 1) as weight,
        {{ to_minor('application.amount', 'coalesce(application.owed_minor_unit, 2)') }} as units,
        row_number() over (
            partition by
                application.erp_system,
                application.owed_document_id,
                application.settling_document_id,
                application.is_discount
            order by journal_purpose.settlement_purpose
        ) as kind_rank,
    from application
    left join journal_purpose
        on
            application.erp_system = journal_purpose.erp_system
            and application.settling_document_id = journal_purpose.document_id
            and application.settling_document_type in ('journal', 'currency_revaluation')
),

-- a journal with several purposes settles in their proportion
divided as (
    {{ largest_remainder(
        relation='by_kind', total='units', weight='weight',
        partition_by=[
            'erp_system', 'owed_document_id', 'settling_document_id', 'is_discount'
        ],
        order_by=['kind'], result='kind_units'
    ) }}
),

final as (
    select
        divided.erp_system,
        divided.owed_document_id as invoice_id,
        divided.settling_document_id as settlement_id,
        divided.kind,
        coalesce(divided.settling_document_type, 'payment') as settlement_type,
        divided.settling_document_number as settlement_number,
        divided.settling_document_date as settlement_date,
        divided.period,
        divided.erp_customer_id,
        coalesce(entity_of_document.entity, 'unassigned') as entity,
        -- ISO 4217: no currency
        coalesce(divided.owed_currency, divided.settling_currency, 'XXX') as currency,
        coalesce(divided.owed_minor_unit, divided.settling_minor_unit, 2) as minor_unit,
        divided.settling_currency,
        divided.settling_minor_unit,
        divided.is_owed_posting,
        divided.is_settling_posting as is_posting,
        -- what lies below the minor unit stays with the first kind
        {{ money(
            from_minor('divided.kind_units', 'coalesce(divided.owed_minor_unit, 2)')
            ~ ' + case when divided.kind_rank = 1 then divided.amount - '
            ~ from_minor('divided.units', 'coalesce(divided.owed_minor_unit, 2)') ~ ' else 0 end'
        ) }} as amount,
    from divided
    left join entity_of_document
        on
            divided.erp_system = entity_of_document.erp_system
            and divided.owed_document_id = entity_of_document.document_id
)

select * from final
