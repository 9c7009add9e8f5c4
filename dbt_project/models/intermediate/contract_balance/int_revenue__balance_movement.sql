-- one row per posting line, balance (deferred revenue or contract asset) that it moves and kind of
-- movement; a recognition posted in another cell than its obligation's also moves between the two
{%- set posting = ['document_type', 'document_id', 'document_line_id'] %}
{%- set month = ['erp_system', 'contract_id', 'obligation_id', 'entity', 'currency', 'period'] %}
with line as (select * from {{ ref('int_revenue__balance_line') }}),

schedule as (
    {{ under_primary_policy('int_revenue__schedule') }}
),

-- what a journal recognises leaves deferred revenue, except for what it takes to contract assets
recognised as (
    {% for balance, condition in [
        ('deferred_revenue', "(
            is_recognition or account_class in ('contract_asset', 'refund_liability')
        )"),
        ('contract_asset', "account_class = 'contract_asset'"),
    ] -%}
    select
        *,
        '{{ balance }}' as balance,
        -amount as moved_amount,
        -- in the obligation's own currency; only the plan knows it where the posting has another
        case when home_currency = currency then -amount else -planned_amount end as home_amount,
        case
            when obligation_id is null or home_entity = 'unassigned' then 'recognised'
            when home_currency <> currency then 'fx'
            when home_entity <> entity then 'moved'
            else 'recognised'
        end as hop
    from line
    where is_recognition_journal and billed_amount is null and {{ condition }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

-- a catch-up is told from the month's revenue where the ledger's amount comes nearer with it
posted_month as (
    select
        {{ month | join(', ') }},
        sum(case when is_recognition then amount else 0 end) as amount,
        max(case when account_class = 'deferred_revenue' then 1 else 0 end) as has_deferred
    from line
    where is_recognition_journal and billed_amount is null and obligation_id is not null
    group by {{ month | join(', ') }}
),

scheduled_month as (
    select
        erp_system,
        obligation_id,
        period,
        sum(case when kind = 'catch_up' then amount else 0 end) as catch_up_amount,
        sum(case when kind = 'catch_up' then 0 else amount end) as amount
    from schedule
    group by erp_system, obligation_id, period
    having sum(case when kind = 'catch_up' then amount else 0 end) <> 0
),

modified as (
    select
        posted_month.*,
        case when has_deferred = 1 then 'deferred_revenue' else 'contract_asset' end as balance,
        case when has_deferred = 1 then -1 else 1 end * scheduled_month.catch_up_amount
            as moved_amount
    from posted_month
    inner join scheduled_month
        on
            posted_month.erp_system = scheduled_month.erp_system
            and posted_month.obligation_id = scheduled_month.obligation_id
            and posted_month.period = scheduled_month.period
            and abs(
                posted_month.amount - scheduled_month.amount - scheduled_month.catch_up_amount
            ) < abs(posted_month.amount - scheduled_month.amount)
),

movement as (
    {% for kind, sign in [('modified', ''), ('recognised', '-')] -%}
    select
        {{ month | join(', ') }},
        balance,
        '{{ kind }}' as kind,
        {{ sign }}moved_amount as amount,
        'revenue_element' as document_type,
        obligation_id as document_id,
        '' as document_line_id
    from modified
    union all
    {% endfor -%}
    {% for cell, kind, amount, condition in [
        ('', "'recognised'", 'moved_amount', "hop = 'recognised'"),
        ('home_', "'recognised'", 'home_amount', "hop <> 'recognised'"),
        ('home_', 'hop', '-home_amount', "hop <> 'recognised'"),
        ('', 'hop', 'moved_amount', "hop <> 'recognised'"),
    ] -%}
    select
        erp_system,
        contract_id,
        obligation_id,
        {{ cell ~ 'entity as ' if cell }}entity,
        {{ cell ~ 'currency as ' if cell }}currency,
        period,
        balance,
        {{ kind }} as kind,
        {{ amount }} as amount,
        {{ posting | join(', ') }}
    from recognised
    where {{ condition }}
    union all
    {% endfor -%}
    {% for kind, amount, condition in [
        ('kind', "coalesce(billed_amount, amount)", "kind <> 'recognised'"),
        ("'ledger'", 'amount', 'true'),
    ] -%}
    select
        erp_system,
        contract_id,
        obligation_id,
        entity,
        currency,
        period,
        account_class as balance,
        {{ kind }} as kind,
        case account_class when 'contract_asset' then -1 else 1 end * {{ amount }} as amount,
        {{ posting | join(', ') }}
    from line
    where account_class in ('deferred_revenue', 'contract_asset') and {{ condition }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

final as (
    select
        * exclude (amount),
        cast(amount as decimal(28, 4)) as amount
    from movement
    where amount <> 0
)

select * from final
