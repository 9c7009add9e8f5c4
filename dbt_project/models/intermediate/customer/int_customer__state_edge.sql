-- one row per two records, fact that joins them and state of their family in which it holds
with

state as (
    select
        state.*,
        state.family_key || '|' || cast(state.state_number as {{ dbt.type_string() }}) || '|'
            as prefix,
    from {{ ref('int_customer__state') }} as state
),

edge as (
    select
        edge.*,
        state.family_key,
        state.state_number,
        state.is_eventful,
        state.prefix || edge.record_key as node,
        state.prefix || edge.other_record_key as other_node,
    from {{ ref('int_customer__edge') }} as edge
    inner join state
        on
            edge.record_key = state.record_key
            and edge.valid_from <= state.valid_from
            and edge.valid_to > state.valid_from
),

apart as (
    select
        edge.node,
        edge.other_node,
        case
            when edge.leaving_record_key = edge.record_key then edge.node
            when edge.leaving_record_key = edge.other_record_key then edge.other_node
            when one.record_type < other.record_type then edge.node
            when one.record_type > other.record_type then edge.other_node
            when one.age > other.age then edge.node
            else edge.other_node
        end as leaving_node,
    from edge
    inner join state as one on edge.node = one.prefix || one.record_key
    inner join state as other on edge.other_node = other.prefix || other.record_key
    where edge.kind = 'apart'
),

-- what a steward keeps apart no other fact joins
direct as (
    select edge.*
    from edge
    left join apart on edge.node = apart.node and edge.other_node = apart.other_node
    where edge.kind <> 'apart' and apart.node is null
),

-- nor do two facts by way of a third record: one of the two (of a split the part that leaves, else
-- the account, else the younger) is joined to nothing that is joined to the other without it
leaver as (
    select
        leaving_node as node,
        case when node = leaving_node then other_node else node end as left_node,
    from apart
),

pair as (
    select
        direct.node,
        direct.other_node,
    from direct
    where
        direct.is_eventful
        and direct.node not in (select leaver.node from leaver)
        and direct.other_node not in (select leaver.node from leaver)
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

{{ joined('rest', 'both_ways', 'node', 'other_node', 6) }},

cut as (
    select
        leaver.node,
        coalesce(rest.root, leaver.left_node) as root,
    from leaver
    left join rest on leaver.left_node = rest.node
    group by leaver.node, coalesce(rest.root, leaver.left_node)
),

final as (
    select direct.* exclude (node, other_node, leaving_record_key, valid_from, valid_to)
    from direct
    left join rest on direct.node = rest.node
    left join rest as other_rest on direct.other_node = other_rest.node
    left join cut
        on
            direct.node = cut.node
            and coalesce(other_rest.root, direct.other_node) = cut.root
    left join cut as other_cut
        on
            direct.other_node = other_cut.node
            and coalesce(rest.root, direct.node) = other_cut.root
    where direct.kind = 'steward' or (cut.node is null and other_cut.node is null)
)

select * from final
