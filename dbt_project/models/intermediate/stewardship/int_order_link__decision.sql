-- one row per decision of a steward and deal or order that it is about
with

decision as (
    select * from {{ source('definitions', 'steward_decision') }}
),

decided_record as (
    select * from {{ source('definitions', 'steward_decision_record') }}
    where record_type in ('opportunity', 'order')
),

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
),

sales_order as (
    select * from {{ ref('int_erp__document') }}
    where document_type = 'sales_order'
),

-- people copy the short form of a CRM id from their browser, and an order's number from its paper
named as (
    select
        decided_record.*,
        opportunity.opportunity_id as found_id,
        opportunity.is_deleted,
        opportunity.opportunity_id = decided_record.record_id as is_whole_id,
    from decided_record
    inner join opportunity
        on
            decided_record.record_type = 'opportunity'
            and decided_record.source_system = opportunity.crm_system
            and {{ crm_record_key('decided_record.record_id') }}
            = {{ crm_record_key('opportunity.opportunity_id') }}
    where
        decided_record.record_id in (
            opportunity.opportunity_id, {{ crm_record_key('opportunity.opportunity_id') }}
        )
    union all by name
    select
        decided_record.*,
        sales_order.document_id as found_id,
        false as is_deleted,
        true as is_whole_id,
    from decided_record
    inner join sales_order
        on
            decided_record.record_type = 'order'
            and decided_record.source_system = sales_order.erp_system
            and decided_record.record_id = sales_order.document_id
    union all by name
    select
        decided_record.*,
        sales_order.document_id as found_id,
        false as is_deleted,
        false as is_whole_id,
    from decided_record
    inner join sales_order
        on
            decided_record.record_type = 'order'
            and decided_record.source_system = sales_order.erp_system
            and decided_record.record_id = sales_order.document_number
),

-- a whole id is itself; what else it could be counts only if it can be nothing else
found as (
    select
        decision_id,
        source_system,
        record_type,
        record_id,
        found_id,
        is_deleted,
    from (
        select
            named.*,
            bool_or(named.is_whole_id) over (
                partition by
                    named.decision_id, named.source_system, named.record_type, named.record_id
            ) as has_whole_id,
            count(*) over (
                partition by
                    named.decision_id, named.source_system, named.record_type, named.record_id
            ) as candidates,
        from named
    ) as weighed
    where is_whole_id or (not has_whole_id and candidates = 1)
),

final as (
    select
        decided_record.decision_id,
        decision.action,
        decided_record.source_system,
        decided_record.record_type,
        decided_record.record_id as stated_record_id,
        coalesce(found.found_id, decided_record.record_id) as record_id,
        found.found_id is not null as record_exists,
        coalesce(found.is_deleted, false) as is_deleted,
        decision.decided_on <= cast({{ as_of() }} as date) as is_known,
        decision.decided_on <= cast({{ as_of() }} as date)
        and decision.expires_on > cast({{ as_of() }} as date) as is_in_force,
        decision.owner,
        decision.reason,
        decision.decided_on,
        decision.expires_on,
        decision.file,
    from decided_record
    inner join decision on decided_record.decision_id = decision.decision_id
    left join found
        on
            decided_record.decision_id = found.decision_id
            and decided_record.source_system = found.source_system
            and decided_record.record_type = found.record_type
            and decided_record.record_id = found.record_id
)

select * from final
