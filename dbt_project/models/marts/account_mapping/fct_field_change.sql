-- one row per record, owned field and landed change of its value, with what became of the change
with

change as (
    select * from {{ ref('int_golden__field_change') }}
),

final as (
    select
        change.source_system as system,
        change.record_type,
        change.record_id,
        change.load_id,
        change.customer_key,
        change.field,
        change.old_value,
        change.new_value,
        change.changed_in,
        change.changed_at,
        change.owning_system_type,
        change.against_direction,
        change.requires_review,
        change.status,
        case
            when change.follows_tax_region
                then 'Decided with the tax region, which the address moves'
            when change.status = 'open' then 'Finance reviews every change of ' || change.field
            when change.status = 'superseded' then 'A later change is under review instead'
            when change.status = 'reverted' then 'Taken back before anybody decided'
            when change.requires_review then 'Decided by a steward'
            when change.status = 'refused'
                then
                    'The ' || upper(change.owning_system_type) || ' owns ' || change.field
                    || ': a change in the ' || upper(change.changed_in)
                    || ' goes against the direction'
            else 'The side that may change ' || change.field || ' did'
        end as reason,
        change.decision_id,
        change.decided_on,
    from change
)

select * from final
