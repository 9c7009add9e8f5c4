-- one row per record that names a parent and customer that it is or was, with the record meant
-- today
with recursive

record as (
    select
        crm_system as source_system,
        'account' as record_type,
        account_id as record_id,
        surviving_account_id as standing_record_id,
        parent_account_id as stated_parent_id,
        is_deleted as is_gone,
        account_name_normalised as name_normalised,
        billing_city as city,
        tax_id,
    from {{ ref('int_customer__account') }}
    union all
    select
        erp_system as source_system,
        'erp_customer' as record_type,
        erp_customer_id as record_id,
        erp_customer_id as standing_record_id,
        parent_customer_id as stated_parent_id,
        is_deleted as is_gone,
        customer_name_normalised as name_normalised,
        billing_city as city,
        tax_id,
    from {{ ref('int_customer__erp_customer') }}
),

member as (
    select * from {{ ref('int_customer__member') }}
),

-- the keys that a record has had: a key that a merge ended keeps the family it had
part_of as (
    select
        source_system,
        record_type,
        record_id,
        customer_key,
        max(valid_to) = cast('9999-12-31' as date) as is_current,
    from {{ ref('int_customer__membership') }}
    group by source_system, record_type, record_id, customer_key
),

-- a customer that is gone from both systems is passed over: what it belonged to, or was merged
-- into, stands for it
standing as (
    select member.customer_key
    from member
    inner join record
        on
            member.source_system = record.source_system
            and member.record_type = record.record_type
            and member.record_id = record.record_id
    where not record.is_gone
    group by member.customer_key
),

passed_over as (
    select
        record.source_system,
        record.record_type,
        record.record_id,
        case
            when record.standing_record_id <> record.record_id then record.standing_record_id
            else record.stated_parent_id
        end as next_record_id,
    from record
    inner join member
        on
            record.source_system = member.source_system
            and record.record_type = member.record_type
            and record.record_id = member.record_id
    left join standing on member.customer_key = standing.customer_key
    where record.is_gone and standing.customer_key is null
),

followed as (
    select
        source_system,
        record_type,
        record_id,
        stated_parent_id as parent_record_id,
        0 as step,
    from record
    where stated_parent_id is not null
    union all
    select
        followed.source_system,
        followed.record_type,
        followed.record_id,
        passed_over.next_record_id as parent_record_id,
        followed.step + 1 as step,
    from followed
    inner join passed_over
        on
            followed.source_system = passed_over.source_system
            and followed.record_type = passed_over.record_type
            and followed.parent_record_id = passed_over.record_id
    where followed.step < {{ var('hierarchy_levels') }}
),

last_step as (
    select
        followed.*,
        row_number() over (
            partition by followed.source_system, followed.record_type, followed.record_id
            order by followed.step desc
        ) as last_first,
    from followed
),

-- A deleted record says nothing of a customer that stands without it. What the child is called
-- beyond its parent's name may be a number, a kind of site, a town.
compared as (
    select
        child.source_system,
        child.record_type,
        child.record_id,
        child.is_gone,
        child.stated_parent_id,
        case when standing.customer_key is not null then parent.standing_record_id end
            as parent_record_id,
        last_step.parent_record_id is not null and parent.record_id is null as is_parent_unknown,
        own.customer_key,
        own.is_current,
        not child.is_gone or own_standing.customer_key is null as counts,
        standing.customer_key as parent_customer_key,
        child.tax_id = parent.tax_id as has_same_tax_id,
        lower({{ strip_accents('child.city') }}) as city,
        case
            when child.name_normalised = parent.name_normalised then ''
            when child.name_normalised like parent.name_normalised || ' %'
                then substr(child.name_normalised, length(parent.name_normalised) + 2)
        end as name_beyond_parent,
    from record as child
    inner join last_step
        on
            child.source_system = last_step.source_system
            and child.record_type = last_step.record_type
            and child.record_id = last_step.record_id
            and last_step.last_first = 1
    left join record as parent
        on
            last_step.source_system = parent.source_system
            and last_step.record_type = parent.record_type
            and last_step.parent_record_id = parent.record_id
    left join part_of as own
        on
            child.source_system = own.source_system
            and child.record_type = own.record_type
            and child.record_id = own.record_id
    left join member as other
        on
            parent.source_system = other.source_system
            and parent.record_type = other.record_type
            and parent.record_id = other.record_id
    left join standing on other.customer_key = standing.customer_key
    left join standing as own_standing on own.customer_key = own_standing.customer_key
),

final as (
    select
        source_system,
        record_type,
        record_id,
        is_gone,
        stated_parent_id,
        parent_record_id,
        customer_key,
        is_current,
        counts,
        parent_customer_key,
        case
            when parent_customer_key = customer_key or has_same_tax_id then 'branch'
            when has_same_tax_id = false then 'subsidiary'
            when name_beyond_parent = city then 'branch'
            when {{ is_site_name('name_beyond_parent') }} then 'branch'
            else 'subsidiary'
        end as relation,
        is_parent_unknown,
    from compared
)

select * from final
