-- one row per customer and field that either system states: the golden value, and whose it is
with

stated as (
    select * from {{ ref('int_golden__record_field') }}
    where value is not null
),

stage as (
    select * from {{ ref('int_golden__stage') }}
),

ownership as (
    {{ primary_field_ownership() }}
),

owned as (
    select
        stated.*,
        stage.stage,
        {{ owner_on('cast(' ~ as_of() ~ ' as date)', 'stage.first_order_date', 'ownership') }}
            as owning_system_type,
    from stated
    left join stage on stated.customer_key = stage.customer_key
    left join ownership on stated.owned_as = ownership.field
),

-- a change that Finance accepted from the other side holds until the owner changes the field itself
proposed as (
    select
        owned.*,
        owned.is_accepted_proposal
        and owned.landed_change_at >= coalesce(
            max(
                case
                    when owned.owning_system_type = owned.system_type then owned.landed_change_at
                end
            ) over (partition by owned.customer_key, owned.owned_as),
            owned.landed_change_at
        ) as is_proposal_that_holds,
    from owned
),

-- the parts of an address come from one record, so that no address is made up of two
ranked as (
    select
        proposed.*,
        rank() over (
            partition by proposed.customer_key, proposed.owned_as
            order by
                case
                    when proposed.is_proposal_that_holds then 0
                    when proposed.owning_system_type in (proposed.system_type, 'both') then 1
                    else 2
                end,
                case
                    when proposed.owning_system_type = 'both' then proposed.changed_at
                end desc nulls last,
                proposed.speaks_first
        ) as wins_first,
    from proposed
),

final as (
    select
        customer_key,
        field,
        owned_as,
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
    from ranked
    where wins_first = 1
)

select * from final
