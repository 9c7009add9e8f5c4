-- one row per two definition sets, anchor, entity, currency, period and reason of difference
with difference as (select * from {{ ref('fct_definition_difference') }}),

final as (
    select
        from_definition_id,
        to_definition_id,
        anchor,
        entity,
        currency,
        period,
        reason,
        cast(sum(amount) as decimal(28, 4)) as amount,
        cast(sum(abs(amount)) as decimal(28, 4)) as gross_amount,
        count(*) as record_count
    from difference
    group by
        from_definition_id, to_definition_id, anchor, entity, currency, period, reason
)

select * from final
