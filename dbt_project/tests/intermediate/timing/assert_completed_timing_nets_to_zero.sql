-- What waited and has come is zero over all months, slice by slice: else timing would be a plug.
-- A slice is named by the two records it joins, in either order. A set that changes its revenue
-- event between two months sees only one end of a slice of leg 3.
with steady as (
    select definition_id
    from {{ source('definitions', 'definition_setting') }}
    group by definition_id
    having count(distinct revenue_event) = 1
),

atom as (
    select
        *,
        case
            when leg = 1 then opportunity_id
            when leg = 2 then allocation_key
            when allocation_key like '%>%' then allocation_key
            when document_id < allocation_key then document_id || '>' || allocation_key
            else allocation_key || '>' || document_id
        end as slice_key
    from {{ ref('int_timing__atom') }}
    where not is_open
)

select
    atom.definition_id,
    atom.leg,
    atom.currency,
    atom.slice_key,
    sum(atom.amount) as difference
from atom
left join steady on atom.definition_id = steady.definition_id
where atom.leg <> 3 or steady.definition_id is not null
group by atom.definition_id, atom.leg, atom.currency, atom.slice_key
having sum(atom.amount) <> 0
