-- one row per record and change of the customer that it belongs to
with

dated as (
    select * from {{ ref('int_customer__dated_change') }}
),

current_record as (
    select * from {{ ref('int_customer__membership') }}
    where valid_to = cast('9999-12-31' as date)
),

published as (
    select * from {{ ref('int_customer__published_record') }}
),

published_key as (
    select customer_key from published
    group by customer_key
),

current_key as (
    select customer_key from current_record
    group by customer_key
),

edge as (
    select edge.*
    from {{ ref('int_customer__state_edge') }} as edge
    inner join {{ ref('int_customer__state') }} as state
        on
            edge.record_key = state.record_key
            and edge.state_number = state.state_number
            and state.valid_to = cast('9999-12-31' as date)
),

proof as (
    select
        record_key,
        match_rule || ' ' || evidence as fact,
    from edge
    union all
    select
        other_record_key as record_key,
        match_rule || ' ' || evidence as fact,
    from edge
),

joined_by as (
    select
        record_key,
        min(fact) as fact,
    from proof
    group by record_key
),

-- what this night has learned without a day: facts of all days take the new key
learned as (
    select
        published.source_system,
        published.record_type,
        published.record_id,
        cast({{ as_of() }} as date) as changed_on,
        published.customer_key as from_customer_key,
        current_record.customer_key as to_customer_key,
        coalesce('joined by ' || joined_by.fact, 'nothing joins it to others any more') as reason,
        published_key.customer_key is not null as key_was_there,
        current_key.customer_key is not null as key_is_left,
    from published
    inner join current_record
        on
            published.source_system = current_record.source_system
            and published.record_type = current_record.record_type
            and published.record_id = current_record.record_id
            and published.customer_key <> current_record.customer_key
    left join dated
        on
            published.source_system = dated.source_system
            and published.record_type = dated.record_type
            and published.record_id = dated.record_id
            and published.customer_key = dated.from_customer_key
            and current_record.customer_key = dated.to_customer_key
    left join published_key on current_record.customer_key = published_key.customer_key
    left join current_key on published.customer_key = current_key.customer_key
    left join joined_by on current_record.record_key = joined_by.record_key
    where dated.record_id is null
),

change as (
    select
        dated.*,
        false as is_restated,
    from dated
    union all by name
    select
        learned.*,
        true as is_restated,
    from learned
),

named as (
    select
        source_system,
        record_type,
        record_id,
        changed_on,
        case
            when not key_is_left then 'merge'
            when not key_was_there then 'split'
            else 'move'
        end as kind,
        from_customer_key,
        to_customer_key,
        is_restated,
        reason,
    from change
    union all by name
    select * from {{ ref('int_customer__published_change') }}
),

final as (
    select
        source_system,
        record_type,
        record_id,
        changed_on,
        min(kind) as kind,
        from_customer_key,
        to_customer_key,
        is_restated,
        min(reason) as reason,
    from named
    group by
        source_system, record_type, record_id, changed_on, from_customer_key, to_customer_key,
        is_restated
)

select * from final
