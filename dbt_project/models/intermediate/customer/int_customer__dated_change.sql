-- one row per record and day on which it came to belong to another customer
with

membership as (
    select
        membership.*,
        lag(customer_key) over (partition by record_key order by valid_from) as from_customer_key,
    from {{ ref('int_customer__membership') }} as membership
),

family as (
    select
        record_key,
        family_key,
    from {{ ref('int_customer__state') }}
    where state_number = 1
),

-- what began or ended in a family on a day
fact as (
    select
        family.family_key,
        edge.kind,
        case edge.kind
            when 'crm merge' then 'merged in the CRM: '
            else edge.match_rule || ' '
        end || edge.evidence as fact,
        edge.valid_from,
        edge.valid_to,
    from {{ ref('int_customer__edge') }} as edge
    inner join family on edge.record_key = family.record_key
),

event as (
    select
        family_key,
        valid_from as changed_on,
        fact,
    from fact
    union
    select
        family_key,
        valid_to as changed_on,
        fact || ' (ended)' as fact,
    from fact
),

reason as (
    select
        family_key,
        changed_on,
        {{ string_list('fact', 'fact', '; ') }} as reason,
    from event
    where changed_on > cast('1900-01-01' as date)
    group by family_key, changed_on
),

final as (
    select
        membership.source_system,
        membership.record_type,
        membership.record_id,
        membership.valid_from as changed_on,
        membership.from_customer_key,
        membership.customer_key as to_customer_key,
        reason.reason,
        min(earlier.customer_key) is not null as key_was_there,
        min(later.customer_key) is not null as key_is_left,
    from membership
    left join family on membership.record_key = family.record_key
    left join reason
        on family.family_key = reason.family_key and membership.valid_from = reason.changed_on
    left join membership as earlier
        on
            membership.customer_key = earlier.customer_key
            and membership.valid_from > earlier.valid_from
            and membership.valid_from <= earlier.valid_to
    left join membership as later
        on
            membership.from_customer_key = later.customer_key
            and membership.valid_from >= later.valid_from
            and membership.valid_from < later.valid_to
    where membership.from_customer_key is not null
    group by
        membership.source_system, membership.record_type, membership.record_id,
        membership.valid_from, membership.from_customer_key, membership.customer_key,
        reason.reason
)

select * from final
