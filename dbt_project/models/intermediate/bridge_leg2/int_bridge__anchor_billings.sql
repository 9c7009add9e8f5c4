-- one row per definition set, entity, currency and accounting month of posting: anchor A2, posted
-- bill lines less posted credit memos, net of tax; less pending credits where the set nets them
with billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided
),

pending_credit as (select * from {{ ref('int_bridge__pending_credit') }}),

definition_period as (select * from {{ ref('int_bridge__definition_period') }}),

measured as (
    select
        entity,
        currency,
        period,
        false as is_pending,
        sum(amount) as amount
    from billing_line
    group by entity, currency, period
    union all
    select
        entity,
        currency,
        period,
        true as is_pending,
        sum(amount) as amount
    from pending_credit
    group by entity, currency, period
),

final as (
    select
        setting.definition_id,
        measured.entity,
        measured.currency,
        measured.period,
        cast(sum(measured.amount) as decimal(28, 4)) as amount
    from measured
    inner join definition_period as setting
        on measured.period = setting.period
    where not measured.is_pending or setting.net_pending
    group by setting.definition_id, measured.entity, measured.currency, measured.period
)

select * from final
