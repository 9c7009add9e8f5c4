-- one row per two records of one side that wait for a decision: at most three for each of the two
with

member as (
    select * from {{ ref('int_customer__member') }}
),

-- two records that others have made one customer already need nobody
judged as (
    select judged.*
    from {{ ref('int_customer__duplicate_pair') }} as judged
    left join member as one
        on
            judged.source_system = one.source_system
            and judged.record_type = one.record_type
            and judged.record_id = one.record_id
    left join member as other
        on
            judged.source_system = other.source_system
            and judged.record_type = other.record_type
            and judged.other_record_id = other.record_id
    where
        judged.verdict = 'review'
        and coalesce(one.customer_key <> other.customer_key, true)
),

profile as (
    select * from {{ ref('int_customer__record_profile') }}
),

compared as (
    select
        judged.*,
        {{ fields_that('one', 'other') }} as agreeing_fields,
        {{ fields_that('one', 'other', agree=false) }} as differing_fields,
        cast({{ agreement_count('one', 'other') }} as integer) as agreement_count,
    from judged
    left join profile as one
        on
            judged.source_system = one.source_system
            and judged.record_type = one.record_type
            and judged.record_id = one.record_id
    left join profile as other
        on
            judged.source_system = other.source_system
            and judged.record_type = other.record_type
            and judged.other_record_id = other.record_id
),

ranked as (
    select
        compared.*,
        row_number() over (
            partition by compared.source_system, compared.record_type, compared.record_id
            order by
                compared.match_probability desc, compared.agreement_count desc,
                compared.other_record_id asc
        ) as rank_of_record,
        row_number() over (
            partition by compared.source_system, compared.record_type, compared.other_record_id
            order by
                compared.match_probability desc, compared.agreement_count desc,
                compared.record_id asc
        ) as rank_of_other,
    from compared
),

final as (
    select
        source_system,
        record_type,
        record_id,
        other_record_id,
        match_rule,
        evidence,
        match_probability,
        agreeing_fields,
        differing_fields,
        review_reason as why_not_accepted,
    from ranked
    where rank_of_record <= 3 and rank_of_other <= 3
)

select * from final
