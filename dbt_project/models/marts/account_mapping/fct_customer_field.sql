-- one row per customer and field that either system states: the golden value, and whose it is
with

stated as (
    select * from {{ ref('int_golden__record_field') }}
),

version as (
    select * from {{ ref('int_customer__version') }}
),

stage as (
    select * from {{ ref('int_golden__stage') }}
),

ownership as (
    {{ primary_field_ownership() }}
),

shared_field as (
    {{ shared_field_rows() }}
),

owned as (
    select
        stated.*,
        stage.stage,
        {{ owner_on('cast(' ~ as_of() ~ ' as date)', 'stage.first_order_date', 'ownership') }}
            as owning_system_type,
    from stated
    left join stage on stated.customer_key = stage.customer_key
    left join ownership on stated.field = ownership.field
),

-- a change that Finance accepted from the other side holds until the owner changes the field itself
owner_change as (
    select
        customer_key,
        field,
        max(landed_change_at) as changed_at,
    from owned
    where landed_change_at is not null and owning_system_type = system_type
    group by customer_key, field
),

latest as (
    select
        customer_key,
        field,
        max(changed_at) as changed_at,
    from owned
    where owning_system_type = 'both'
    group by customer_key, field
),

candidate as (
    select
        owned.*,
        coalesce(
            owned.is_accepted_proposal
            and owned.landed_change_at
            >= coalesce(owner_change.changed_at, owned.landed_change_at),
            false
        ) as is_proposal_that_holds,
        coalesce(owned.changed_at = latest.changed_at, false) as is_latest,
    from owned
    left join owner_change
        on
            owned.customer_key = owner_change.customer_key
            and owned.field = owner_change.field
    left join latest
        on owned.customer_key = latest.customer_key and owned.field = latest.field
),

-- the least number wins: 0 accepted, 1 owner, 2 the other side; then who speaks first for its side
numbered as (
    select
        candidate.*,
        case
            when candidate.is_proposal_that_holds then 0
            when candidate.owning_system_type = candidate.system_type then 1
            when candidate.owning_system_type = 'both' and candidate.is_latest then 1
            else 2
        end * 2000000
        + candidate.speaks_first * 2
        + case when candidate.system_type = 'erp' then 0 else 1 end as precedence,
    from candidate
),

best as (
    select
        customer_key,
        field,
        min(precedence) as precedence,
    from numbered
    group by customer_key, field
),

-- the parts of an address come from one record, so that no address is made up of two
part as (
    select
        numbered.*,
        shared_field.field as part,
        {{ shared_field_value('shared_field.field', 'version') }} as value,
    from numbered
    inner join best
        on
            numbered.customer_key = best.customer_key
            and numbered.field = best.field
            and numbered.precedence = best.precedence
    inner join version
        on
            numbered.source_system = version.source_system
            and numbered.record_type = version.record_type
            and numbered.record_id = version.record_id
            and numbered.published_load_id = version.load_id
    inner join shared_field on numbered.field = shared_field.owned_as
),

final as (
    select
        customer_key,
        part as field,
        field as owned_as,
        value,
        owning_system_type,
        stage,
        case
            when is_proposal_that_holds then 'accepted proposal'
            when owning_system_type = 'both' then 'changed last'
            when owning_system_type = system_type then 'owner'
            when owning_system_type is null then 'nobody owns it'
            else 'the owner has none'
        end as basis,
        source_system,
        record_type,
        record_id,
        changed_at,
        is_held and last_change_status = 'open' as is_under_review,
    from part
    where value is not null
)

select * from final
