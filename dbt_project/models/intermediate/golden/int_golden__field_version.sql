-- one row per record, owned field and landed version, of records with several: value, decision
with

version as (
    select * from {{ ref('int_customer__version') }}
    where earlier_load_id is not null or later_load_id is not null
),

ownership as (
    {{ primary_field_ownership() }}
),

member as (
    select * from {{ ref('int_customer__member') }}
),

stage as (
    select * from {{ ref('int_golden__stage') }}
),

decision as (
    select * from {{ ref('int_customer__decision') }}
    where is_in_force and action in ('accept_change', 'refuse_change')
),

stated as (
    select
        version.source_system,
        version.record_type,
        version.record_id,
        version.load_id,
        case when version.record_type = 'account' then 'crm' else 'erp' end as changed_in,
        ownership.field,
        ownership.owner_before_first_order,
        ownership.owner_after_first_order,
        ownership.review_required,
        coalesce({{ owned_modified_at('ownership.field', 'version') }}, version.loaded_at)
            as changed_at,
        {{ owned_value('ownership.field', 'version') }} as value,
    from version
    cross join ownership
    where ownership.field in (
        {{ "'" ~ (shared_fields() | map(attribute=1) | unique | join("', '")) ~ "'" }}
    )
),

followed as (
    select
        stated.*,
        lag(value) over (
            partition by source_system, record_type, record_id, field order by load_id
        ) as old_value,
        count(value) over (
            partition by source_system, record_type, record_id, field
            order by load_id rows between unbounded preceding and 1 preceding
        ) as earlier_values,
    from stated
),

-- the first value that a record ever states is where its history begins, not a change; no value is
-- an empty text, so that empty can stand for none
owned as (
    select
        followed.*,
        member.customer_key,
        stage.first_order_date,
        followed.earlier_values > 0
        and coalesce(followed.value, '') <> coalesce(followed.old_value, '') as is_change,
        {{ owner_on('cast(followed.changed_at as date)', 'stage.first_order_date', 'followed') }}
            as owning_system_type,
        case
            when followed.changed_in = 'crm' then stage.erp_customer_count
            else stage.account_count
        end as records_of_the_other_side,
    from followed
    left join member
        on
            followed.source_system = member.source_system
            and followed.record_type = member.record_type
            and followed.record_id = member.record_id
    left join stage on member.customer_key = stage.customer_key
),

decided as (
    select
        owned.*,
        coalesce(
            owned.owning_system_type not in ('both', owned.changed_in)
            and owned.records_of_the_other_side > 0,
            false
        ) as against_direction,
        decision.decision_id,
        decision.action,
        decision.decided_on,
        row_number() over (
            partition by
                owned.source_system, owned.record_type, owned.record_id, owned.field, owned.load_id
            order by decision.decided_on desc nulls last, decision.decision_id desc
        ) as latest_first,
    from owned
    left join decision
        on
            owned.is_change
            and owned.review_required
            and owned.source_system = decision.source_system
            and owned.record_type = decision.record_type
            and owned.record_id = decision.record_id
            and owned.field = decision.field
            and coalesce(owned.value, '') = decision.value
            and cast(owned.changed_at as date) <= decision.decided_on
),

final as (
    select
        decided.source_system,
        decided.record_type,
        decided.record_id,
        decided.customer_key,
        decided.field,
        decided.load_id,
        decided.changed_in,
        decided.changed_at,
        decided.old_value,
        decided.value,
        decided.is_change,
        decided.owning_system_type,
        decided.against_direction,
        decided.review_required,
        decided.decision_id,
        decided.decided_on,
        case
            when not decided.is_change then 'unchanged'
            when decided.action = 'accept_change' then 'accepted'
            when decided.action = 'refuse_change' then 'refused'
            when decided.review_required then 'open'
            when decided.against_direction then 'refused'
            else 'applied'
        end as verdict,
    from decided
    where decided.latest_first = 1
)

select * from final
