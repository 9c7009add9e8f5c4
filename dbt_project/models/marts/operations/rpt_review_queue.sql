-- one row per record, field and landed change that Finance reviews before anything follows it
with

change as (
    select * from {{ ref('fct_field_change') }}
    where requires_review
),

final as (
    select
        change.system,
        case when change.record_type = 'account' then 'account' else 'customer' end as object,
        change.record_id as source_key,
        change.field,
        change.old_value,
        change.new_value,
        change.changed_at,
        change.requires_review,
        change.reason,
        change.status,
        change.load_id,
        change.record_type || ' ' || change.system || ':' || change.record_id as record,
        change.customer_key,
        change.changed_in,
        change.against_direction,
        change.decision_id,
    from change
)

select * from final
