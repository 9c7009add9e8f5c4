-- one row per definition set and change of a won deal after its quarter ended or its period closed
with late_change as (select * from {{ ref('int_booking__late_change') }}),

opportunity_entity as (select * from {{ ref('int_crm__opportunity_entity') }}),

sales_user as (select * from {{ ref('int_crm__user') }}),

-- A deal that is gone keeps the legal entity that it named.
entity as (
    select lower(entity) as entity_name_key, min(entity) as entity
    from {{ ref('int_reference__entity') }}
    group by lower(entity)
),

final as (
    select
        {{ surrogate_key([
            'late_change.definition_id', 'late_change.crm_system', 'late_change.opportunity_id',
            'late_change.change_number',
        ]) }} as change_key,
        late_change.definition_id,
        late_change.crm_system,
        late_change.opportunity_id,
        late_change.opportunity_name,
        coalesce(opportunity_entity.entity, entity.entity, 'unassigned') as entity,
        late_change.currency,
        late_change.to_currency,
        owner.user_name as owner_name,
        late_change.change_type,
        late_change.changed_at,
        late_change.changed_by_id,
        coalesce(changed_by.user_name, late_change.changed_by_id) as changed_by,
        late_change.from_value,
        late_change.to_value,
        late_change.period,
        late_change.to_period,
        late_change.fiscal_quarter,
        {{ money('late_change.amount_before') }} as amount_before,
        {{ money('late_change.amount_after') }} as amount_after,
        late_change.amount_effect,
        late_change.is_after_quarter_end,
        late_change.is_after_close,
        late_change.locked_on as period_closed_on,
        late_change.source as evidence,
    from late_change
    left join opportunity_entity
        on
            late_change.crm_system = opportunity_entity.crm_system
            and late_change.opportunity_id = opportunity_entity.opportunity_id
    left join entity on lower(late_change.legal_entity) = entity.entity_name_key
    left join sales_user as owner
        on
            late_change.crm_system = owner.source_system
            and late_change.owner_id = owner.user_id
    left join sales_user as changed_by
        on
            late_change.crm_system = changed_by.source_system
            and late_change.changed_by_id = changed_by.user_id
)

select * from final
