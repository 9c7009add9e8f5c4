-- one row per revenue policy and event that moves what is deferred or owed on a performance
-- obligation: a bill or credit line, a transfer between obligations, what is recognised of it
{%- set stream = ['policy_id', 'erp_system', 'obligation_id', 'entity', 'currency'] %}
{%- set filling = "('billing', 'transfer', 'reallocation')" %}
with billed as (select * from {{ ref('int_revenue__billed') }}),

reallocation as (select * from {{ ref('int_revenue__reallocation') }}),

recognition as (select * from {{ ref('int_revenue__recognition') }}),

event as (
    {% for relation, event_type in [
        ('billed', "case when bill_entity = entity then 'billing' else 'transfer' end"),
        ('reallocation', "'reallocation'"),
        ('recognition', "case kind when 'scheduled' then 'recognition' else kind end"),
    ] -%}
    select
        {{ stream | join(', ') }},
        {{ event_type }} as event_type,
        period,
        amount,
        document_type,
        document_id,
        document_line_id,
        event_key
    from {{ relation }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

-- a negative obligation (a rebate, a discount line) runs through the same flow, its sign turned
summed as (
    select
        *,
        event_type in {{ filling }} as is_filling,
        sum(case when event_type in {{ filling }} then amount else 0 end) over stream
            as filled_total,
        sum(amount) over stream as total
    from event
    where amount <> 0
    window stream as (partition by {{ stream | join(', ') }})
),

signed as (
    select
        *,
        case
            when filled_total < 0 or (filled_total = 0 and total < 0) then -1
            else 1
        end as direction
    from summed
),

final as (
    select
        *,
        -- supply fills the obligation's balance, demand uses it up
        case when is_filling = (amount * direction > 0) then 'supply' else 'demand' end as side,
        cast(amount * case when amount < 0 then -1 else 1 end as decimal(28, 4)) as size
    from signed
)

select * from final
