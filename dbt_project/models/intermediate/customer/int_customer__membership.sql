-- one row per record and span of days in which it belongs to one customer
with recursive

state as (
    select * from {{ ref('int_customer__state') }}
),

state_edge as (
    select * from {{ ref('int_customer__state_edge') }}
    where is_eventful
),

pair as (
    select
        family_key || '|' || cast(state_number as {{ dbt.type_string() }}) || '|' || record_key
            as node,
        family_key || '|' || cast(state_number as {{ dbt.type_string() }}) || '|'
        || other_record_key as other_node,
    from state_edge
),

both_ways as (
    select
        node,
        other_node,
    from pair
    union all
    select
        other_node as node,
        node as other_node,
    from pair
),

{{ joined('component', 'both_ways', 'node', 'other_node') }},

-- the customer of a family to which nothing happened is the family
grouped as (
    select
        state.*,
        coalesce(
            component.root,
            case
                when state.is_eventful
                    then
                        state.family_key || '|'
                        || cast(state.state_number as {{ dbt.type_string() }}) || '|'
                        || state.record_key
                else state.family_key
            end
        ) as component,
    from state
    left join component
        on
            state.is_eventful
            and state.family_key || '|' || cast(state.state_number as {{ dbt.type_string() }})
            || '|' || state.record_key = component.node
),

aged as (
    select
        grouped.*,
        min(age) over (partition by component) as oldest_age,
    from grouped
),

-- State by state: a customer hands its key to the largest part of what it becomes (of equal parts
-- to the one with the oldest record), and of the keys handed to it a customer keeps the oldest. Who
-- gets none takes the name of its oldest record; where another still has that, with the day of the
-- split.
keyed as (
    select
        record_key,
        family_key,
        state_number,
        component,
        oldest_age as label,
    from aged
    where state_number = 1
    union all
    select
        named.record_key,
        named.family_key,
        named.state_number,
        named.component,
        case
            when named.kept_label is not null then named.kept_label
            when {{ dbt.position("'; ' || named.oldest_age || '; '", 'named.kept_labels') }} > 0
                then
                    named.oldest_age || '|'
                    || cast(named.valid_from as {{ dbt.type_string() }})
            else named.oldest_age
        end as label,
    from (
        select
            heir.*,
            '; ' || {{ string_list_over('heir.kept_label', 'heir.family_key', '; ') }} || '; '
                as kept_labels,
        from (
            select
                part.*,
                min(case when part.is_heir then part.earlier_label end)
                    over (partition by part.component) as kept_label,
            from (
                select
                    shared.*,
                    rank() over (
                        partition by shared.earlier_component
                        order by shared.part_size desc, shared.part_age asc
                    ) = 1 as is_heir,
                from (
                    select
                        aged.*,
                        keyed.label as earlier_label,
                        keyed.component as earlier_component,
                        count(*) over (partition by keyed.component, aged.component)
                            as part_size,
                        min(aged.age) over (partition by keyed.component, aged.component)
                            as part_age,
                    from keyed
                    inner join aged
                        on
                            keyed.record_key = aged.record_key
                            and keyed.family_key = aged.family_key
                            and keyed.state_number + 1 = aged.state_number
                ) as shared
            ) as part
        ) as heir
    ) as named
),

dated as (
    select
        state.source_system,
        state.record_type,
        state.record_id,
        state.record_key,
        state.valid_from,
        state.valid_to,
        keyed.label,
        lag(keyed.label) over (partition by state.record_key order by state.valid_from)
            as earlier_label,
    from keyed
    inner join state
        on keyed.record_key = state.record_key and keyed.state_number = state.state_number
    where state.record_type <> 'unknown'
),

numbered as (
    select
        dated.*,
        sum(case when label = earlier_label then 0 else 1 end) over (
            partition by record_key order by valid_from
            rows between unbounded preceding and current row
        ) as membership_number,
    from dated
),

final as (
    select
        source_system,
        record_type,
        record_id,
        record_key,
        substr(label, {{ dbt.position("'|'", 'label') }} + 1) as component_key,
        md5(substr(label, {{ dbt.position("'|'", 'label') }} + 1)) as customer_key,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to,
    from numbered
    group by source_system, record_type, record_id, record_key, label, membership_number
)

select * from final
