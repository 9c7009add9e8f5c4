-- one row per exception type and currency, now and in the last publication
with

found as (
    select
        exception_type,
        currency,
        1 as things,
        amount,
        0 as previous_things,
        0 as previous_amount,
    from {{ ref('exception') }}
    union all
    select
        exception_type,
        currency,
        0 as things,
        0 as amount,
        1 as previous_things,
        amount as previous_amount,
    from {{ ref('int_operations__published_exception') }}
),

published as (
    select count(*) > 0 as is_comparable from {{ ref('int_operations__published_load') }}
),

final as (
    select
        exception_type,
        coalesce(currency, '') as currency,
        cast(sum(things) as bigint) as things,
        cast(sum(previous_things) as bigint) as previous_things,
        cast(coalesce(sum(abs(amount)), 0) as decimal(28, 4)) as gross_amount,
        cast(coalesce(sum(abs(previous_amount)), 0) as decimal(28, 4)) as previous_gross_amount,
        published.is_comparable,
    from found
    cross join published
    group by exception_type, coalesce(currency, ''), published.is_comparable
)

select * from final
