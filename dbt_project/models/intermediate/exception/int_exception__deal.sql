-- one row per exception about a deal
with

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
    where not is_deleted
),

party as (
    select * from {{ ref('int_crm__opportunity_entity') }}
),

draft as (
    select * from {{ ref('int_order_link__order_draft') }}
),

known_currency as (
    select currency from {{ ref('int_reference__currency') }}
),

leakage as (
    select * from {{ ref('rpt_leakage') }}
    where class = 'leakage'
),

doubtful_order as (
    select
        judged.crm_system,
        judged.opportunity_id,
        {{ string_list('document.document_number', 'document.document_number') }} as orders,
    from {{ ref('int_order_link__judged_pair') }} as judged
    inner join {{ ref('int_erp__document') }} as document
        on judged.erp_system = document.erp_system and judged.order_id = document.document_id
    where judged.verdict = 'review'
    group by judged.crm_system, judged.opportunity_id
),

duplicate as (
    select
        atom.crm_system,
        atom.opportunity_id,
        max(atom.line_detail) as line_detail,
    from {{ ref('int_bridge__leg1_atom') }} as atom
    inner join {{ source('definitions', 'definition_set') }} as definition_set
        on atom.definition_id = definition_set.definition_id
    where definition_set.is_primary and atom.line_code = '1.02'
    group by atom.crm_system, atom.opportunity_id
),

described as (
    select
        opportunity.crm_system as system,
        'opportunity' as object,
        opportunity.opportunity_id as source_key,
        coalesce(opportunity.amount, 0) as amount,
        opportunity.currency,
        opportunity.owner_id,
        opportunity.is_won,
        party.entity,
        known_currency.currency is not null as is_currency_known,
        draft.blocked_by,
        doubtful_order.orders,
        duplicate.opportunity_id is not null as is_duplicate,
        opportunity.opportunity_name,
    from opportunity
    left join party
        on
            opportunity.crm_system = party.crm_system
            and opportunity.opportunity_id = party.opportunity_id
    left join draft
        on
            opportunity.crm_system = draft.crm_system
            and opportunity.opportunity_id = draft.opportunity_id
    left join known_currency on opportunity.currency = known_currency.currency
    left join doubtful_order
        on
            opportunity.crm_system = doubtful_order.crm_system
            and opportunity.opportunity_id = doubtful_order.opportunity_id
    left join duplicate
        on
            opportunity.crm_system = duplicate.crm_system
            and opportunity.opportunity_id = duplicate.opportunity_id
),

kind as (
    select 'zero_amount_deal' as exception_type
    union all
    select 'unknown_currency' as exception_type
    union all
    select 'unassigned_entity' as exception_type
    union all
    select 'ambiguous_order_link' as exception_type
    union all
    select 'duplicate_deal' as exception_type
    union all
    select 'won_without_order' as exception_type
),

final as (
    select
        kind.exception_type,
        described.system,
        described.object,
        described.source_key,
        case
            when kind.exception_type = 'won_without_order' then leakage.amount
            else described.amount
        end as amount,
        described.currency,
        described.owner_id,
        case kind.exception_type
            when 'zero_amount_deal' then 'A won deal of 0.00: blocked as an invoice candidate'
            when 'unknown_currency' then 'Currency ' || described.currency || ' is not in ISO 4217'
            when 'unassigned_entity'
                then 'Neither deal, account nor customer names a legal entity that the ERP knows'
            when 'ambiguous_order_link'
                then 'Orders that may be its own wait for a decision: ' || described.orders
            when 'duplicate_deal' then 'Counted once: another deal of the customer is the same sale'
            else
                'Won ' || cast(leakage.age_business_days as {{ dbt.type_string() }})
                || ' business days ago and not fully ordered'
        end || ' (' || coalesce(described.opportunity_name, '') || ')' as detail,
    from described
    cross join kind
    left join leakage
        on
            described.system = leakage.crm_system
            and described.source_key = leakage.opportunity_id
    where
        (kind.exception_type = 'zero_amount_deal' and described.blocked_by = 'zero amount')
        or (kind.exception_type = 'unknown_currency' and not described.is_currency_known)
        or (
            kind.exception_type = 'unassigned_entity'
            and described.is_won and described.entity = 'unassigned'
        )
        or (kind.exception_type = 'ambiguous_order_link' and described.orders is not null)
        or (kind.exception_type = 'duplicate_deal' and described.is_duplicate)
        or (kind.exception_type = 'won_without_order' and leakage.opportunity_id is not null)
)

select * from final
