-- one row per revenue policy, performance obligation and day after its contract began on which the
-- ERP shows a change of it: another amount or quantity of its order line, or that it was added
with service as (
    select * from {{ ref('int_revenue__service') }}
    where recognition <> 'none'
),

dated as (
    select
        *,
        cast(changed_at as date) as changed_on,
        row_number() over (
            partition by
                erp_system, order_id, order_line_id, measure, cast(changed_at as date)
            order by changed_at desc, source_id desc
        ) as recency
    from {{ ref('int_erp__order_line_change') }}
),

line_change as (
    select
        erp_system,
        order_id,
        order_line_id,
        changed_on,
        sum(case when measure = 'amount' then to_size - from_size else 0 end) as amount_change,
        max(case when measure = 'quantity' and recency = 1 then to_size end) as quantity
    from dated
    group by erp_system, order_id, order_line_id, changed_on
),

final as (
    select
        service.policy_id,
        service.erp_system,
        service.obligation_id,
        service.contract_id,
        service.is_distinct,
        line_change.changed_on,
        false as is_added,
        -- the ERP's changes are of sizes, without a sign
        {{ money(
            'case when service.sales_amount < 0 then -1 else 1 end * line_change.amount_change'
        ) }} as amount_change,
        line_change.quantity
    from service
    inner join line_change
        on {{ same_keys('service', 'line_change', ['erp_system', 'order_id', 'order_line_id']) }}
    where
        line_change.changed_on > service.inception_date
        and line_change.changed_on > service.added_on
    union all
    select
        policy_id,
        erp_system,
        obligation_id,
        contract_id,
        is_distinct,
        added_on as changed_on,
        true as is_added,
        cast(0 as decimal(28, 4)) as amount_change,
        null as quantity
    from service
    where added_on > inception_date
)

select * from final
