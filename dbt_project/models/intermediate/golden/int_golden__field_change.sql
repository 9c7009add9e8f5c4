-- one row per record, owned field and landed change of its value, with what became of the change
with

version as (
    select * from {{ ref('int_golden__field_version') }}
),

-- what a record is published with: its latest accepted change, else what it stated first
published as (
    select
        version.*,
        max(case when is_change then load_id end) over field_history as last_change_load_id,
        coalesce(
            max(case when verdict = 'accepted' then load_id end) over field_history,
            min(case when value is not null then load_id end) over field_history
        ) as published_load_id,
    from version
    window field_history as (partition by source_system, record_type, record_id, field)
),

settled as (
    select
        published.* exclude (verdict),
        case
            when published.verdict <> 'open' then published.verdict
            when published.load_id < published.last_change_load_id then 'superseded'
            when coalesce(published.value, '') = coalesce(version_value.value, '') then 'reverted'
            else 'open'
        end as status,
    from published
    left join version as version_value
        on
            published.source_system = version_value.source_system
            and published.record_type = version_value.record_type
            and published.record_id = version_value.record_id
            and published.field = version_value.field
            and published.published_load_id = version_value.load_id
    where published.is_change
),

region as (
    select * from settled
    where field = 'tax_region' and review_required
),

held_region as (
    select * from region
    where load_id = last_change_load_id and status in ('open', 'refused')
),

-- a billing address that moves the tax region waits, and is decided, with it; so do later changes
-- of the address while the region waits
final as (
    select
        settled.source_system,
        settled.record_type,
        settled.record_id,
        settled.customer_key,
        settled.field,
        settled.load_id,
        settled.changed_in,
        settled.changed_at,
        settled.old_value,
        settled.value as new_value,
        settled.owning_system_type,
        settled.against_direction,
        settled.review_required or coalesce(region.record_id, held_region.record_id) is not null
            as requires_review,
        coalesce(region.record_id, held_region.record_id) is not null as follows_tax_region,
        case
            when settled.load_id = settled.last_change_load_id
                then coalesce(held_region.status, region.status, settled.status)
            when held_region.record_id is not null and coalesce(region.status, 'open') = 'open'
                then 'superseded'
            else coalesce(region.status, settled.status)
        end as status,
        coalesce(region.decision_id, held_region.decision_id, settled.decision_id) as decision_id,
        coalesce(region.decided_on, held_region.decided_on, settled.decided_on) as decided_on,
        coalesce(held_region.published_load_id, settled.published_load_id) as published_load_id,
        settled.load_id = settled.last_change_load_id as is_last_change,
        settled.load_id = settled.last_change_load_id
        and (
            held_region.record_id is not null
            or (settled.review_required and settled.status in ('open', 'refused'))
        ) as is_held,
    from settled
    left join region
        on
            settled.field = 'billing_address'
            and not settled.review_required
            and settled.source_system = region.source_system
            and settled.record_type = region.record_type
            and settled.record_id = region.record_id
            and settled.load_id = region.load_id
    left join held_region
        on
            settled.field = 'billing_address'
            and not settled.review_required
            and settled.source_system = held_region.source_system
            and settled.record_type = held_region.record_type
            and settled.record_id = held_region.record_id
            and settled.load_id > held_region.published_load_id
)

select * from final
