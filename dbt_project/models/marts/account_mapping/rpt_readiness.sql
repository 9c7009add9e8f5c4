-- one row per gap in the data (and field, where fields are missing), system and currency at stake
with

billing_gap as (
    select * from {{ ref('int_quality__billing_gap') }}
),

won as (
    select * from {{ ref('int_customer__won_amount') }}
),

exception as (
    select * from {{ ref('exception') }}
),

duplicate as (
    select * from {{ ref('rpt_duplicate') }}
    where match_status = 'accepted'
),

record_amount as (
    select * from {{ ref('int_quality__record_amount') }}
),

-- each record of a group of duplicates once
duplicate_record as (
    select source_system, record_type, record_id from duplicate
    union
    select source_system, record_type, other_record_id from duplicate
),

gap as (
    select
        exception.exception_type as gap,
        '' as field,
        exception.system,
        exception.object,
        exception.source_key,
        exception.currency,
        exception.amount,
    from exception
    -- below follow missing fields one by one, and duplicates with the money of both records
    where
        (
            exception.failure_class in ('missing_mapping', 'duplicate')
            and exception.exception_type not in ('readiness_gap', 'duplicate_account')
        )
        or exception.exception_type = 'unmapped_account'
    union all
    select
        'duplicate_' || duplicate_record.record_type as gap,
        '' as field,
        duplicate_record.source_system as system,
        duplicate_record.record_type as object,
        duplicate_record.record_id as source_key,
        record_amount.currency,
        record_amount.amount,
    from duplicate_record
    left join record_amount
        on
            duplicate_record.source_system = record_amount.source_system
            and duplicate_record.record_type = record_amount.record_type
            and duplicate_record.record_id = record_amount.record_id
    union all
    select
        'missing_billing_field' as gap,
        billing_gap.field,
        billing_gap.crm_system as system,
        'account' as object,
        billing_gap.account_id as source_key,
        won.currency,
        won.amount,
    from billing_gap
    inner join won
        on
            billing_gap.crm_system = won.crm_system
            and billing_gap.account_id = won.account_id
),

ranked as (
    select
        gap.*,
        row_number() over (
            partition by gap.gap, gap.field, gap.system, gap.object, coalesce(gap.currency, '')
            order by gap.amount desc nulls last, gap.source_key asc
        ) as largest_first,
    from gap
),

summed as (
    select
        gap,
        field,
        system,
        object,
        coalesce(currency, '') as currency,
        cast(count(*) as integer) as record_count,
        cast(coalesce(sum(amount), 0) as decimal(28, 4)) as amount_at_risk,
        max(case when largest_first = 1 then source_key end) as largest_source_key,
    from ranked
    group by gap, field, system, object, coalesce(currency, '')
),

final as (
    select
        cast(
            row_number() over (
                partition by currency
                order by amount_at_risk desc, record_count desc, gap asc, field asc, system asc
            ) as integer
        ) as rank_in_currency,
        gap,
        field,
        system,
        object,
        currency,
        record_count,
        amount_at_risk,
        largest_source_key,
    from summed
)

select * from final
