-- one row per two records of one system that are, or may be, one company
with

pair as (
    select * from {{ ref('int_quality__duplicate_pair') }}
),

record_amount as (
    select * from {{ ref('int_quality__record_amount') }}
),

sales_user as (
    select * from {{ ref('int_crm__user') }}
),

record as (
    select
        crm_system as source_system,
        'account' as record_type,
        account_id as record_id,
        account_name as record_name,
        owner_id,
    from {{ ref('int_customer__account') }}
    union all by name
    select
        erp_system as source_system,
        'erp_customer' as record_type,
        erp_customer_id as record_id,
        customer_name as record_name,
    from {{ ref('int_customer__erp_customer') }}
),

side as (
    select
        source_system,
        record_type,
        record_id,
        other_record_id,
        record_id as member_id,
    from pair
    union all
    select
        source_system,
        record_type,
        record_id,
        other_record_id,
        other_record_id as member_id,
    from pair
),

amount as (
    select
        side.source_system,
        side.record_type,
        side.record_id,
        side.other_record_id,
        record_amount.currency,
        cast(sum(record_amount.amount) as decimal(28, 4)) as amount,
        row_number() over (
            partition by
                side.source_system, side.record_type, side.record_id, side.other_record_id
            order by sum(record_amount.document_count) desc, record_amount.currency asc
        ) as most_used_first,
    from side
    inner join record_amount
        on
            side.source_system = record_amount.source_system
            and side.record_type = record_amount.record_type
            and side.member_id = record_amount.record_id
    group by
        side.source_system, side.record_type, side.record_id, side.other_record_id,
        record_amount.currency
),

every_currency as (
    select
        source_system,
        record_type,
        record_id,
        other_record_id,
        {{ string_list(
            "currency || ' ' || cast(amount as " ~ dbt.type_string() ~ ")", 'currency'
        ) }} as amounts,
    from amount
    group by source_system, record_type, record_id, other_record_id
),

final as (
    select
        pair.source_system,
        pair.record_type,
        pair.record_id,
        record.record_name,
        pair.other_record_id,
        other_record.record_name as other_record_name,
        pair.match_status,
        pair.match_rule,
        pair.evidence,
        pair.evidence_grade,
        pair.match_probability,
        amount.currency,
        coalesce(amount.amount, 0) as amount_at_risk,
        every_currency.amounts as amounts_by_currency,
        coalesce(
            sales_user.user_name, record.owner_id, pair.source_system || ' administrator'
        ) as owner,
    from pair
    left join record
        on
            pair.source_system = record.source_system
            and pair.record_type = record.record_type
            and pair.record_id = record.record_id
    left join record as other_record
        on
            pair.source_system = other_record.source_system
            and pair.record_type = other_record.record_type
            and pair.other_record_id = other_record.record_id
    left join amount
        on
            pair.source_system = amount.source_system
            and pair.record_type = amount.record_type
            and pair.record_id = amount.record_id
            and pair.other_record_id = amount.other_record_id
            and amount.most_used_first = 1
    left join every_currency
        on
            pair.source_system = every_currency.source_system
            and pair.record_type = every_currency.record_type
            and pair.record_id = every_currency.record_id
            and pair.other_record_id = every_currency.other_record_id
    left join sales_user
        on
            record.source_system = sales_user.source_system
            and record.owner_id = sales_user.user_id
)

select * from final
