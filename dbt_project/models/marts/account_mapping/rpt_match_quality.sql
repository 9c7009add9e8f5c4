-- one row per night, scope (every account, those with won deals, those of a currency) and currency
{%- set columns = match_night_columns() %}
{%- set kinds = {
    '': 'true',
    'matched_': "match_status = 'matched'",
    'review_': "match_status = 'review'",
    'unmatched_': "match_status = 'unmatched'",
    'grade_a_': "evidence_grade = 'A'",
    'grade_b_': "evidence_grade = 'B'",
    'grade_c_': "evidence_grade = 'C'",
    'grade_d_': "evidence_grade = 'D'",
} %}
with

account as (
    select
        account.*,
        row_number() over (
            partition by account.crm_system, account.crm_account_id order by account.currency
        ) as currency_number,
    from {{ ref('rpt_account_match') }} as account
),

night as (
    select {{ as_of() }} as as_of
),

published_night as (
    select * from {{ ref('int_quality__published_night') }}
),

-- money is summed in one currency alone: the other scopes count
scoped as (
    {%- for scope, currency, filter in [
        ('every_account', "''", 'currency_number = 1'),
        ('won_account', "''", 'currency_number = 1 and won_deal_count > 0'),
        ('won_in_currency', 'currency', 'won_deal_count > 0'),
    ] %}
    select
        '{{ scope }}' as scope,
        {{ currency }} as currency,
        {{ 'won_amount' if scope == 'won_in_currency' else 'null' }} as amount,
        match_status,
        evidence_grade,
        review_pair_count,
        case
            when review_pair_count > 0
                then {{ dbt.datediff('review_first_seen_at', 'night.as_of', 'day') }}
        end as waiting_days,
    from account
    cross join night
    where {{ filter }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

measured as (
    select
        scope,
        currency,
        {%- for kind, filter in kinds.items() %}
        count(case when {{ filter }} then 1 end) as {{ kind }}account_count,
        sum(case when {{ filter }} then amount when scope = 'won_in_currency' then 0 end)
            as {{ kind }}amount,
        {%- endfor %}
        sum(review_pair_count) as queue_pair_count,
        count(case when review_pair_count > 0 then 1 end) as queue_account_count,
        sum(case when review_pair_count > 0 then amount when scope = 'won_in_currency' then 0 end)
            as queue_amount,
        max(waiting_days) as queue_oldest_days,
        cast(avg(waiting_days) as decimal(9, 1)) as queue_average_days,
    from scoped
    group by scope, currency
),

tonight as (
    select
        measured.*,
        night.as_of,
        {{ share_of('measured.matched_account_count', 'measured.account_count') }}
            as account_match_rate,
        {{ share_of('measured.matched_amount', 'measured.amount') }} as amount_match_rate,
    from measured
    cross join night
),

-- what the last publication said of its own night
previous as (
    select
        published_night.*,
        row_number() over (
            partition by published_night.scope, published_night.currency
            order by published_night.as_of desc
        ) as newest_first,
    from published_night
),

every_night as (
    select
        {%- for column, type in columns.items() %}
        cast(tonight.{{ column }} as {{ type }}) as {{ column }},
        {%- endfor %}
        true as is_latest,
        previous.as_of as previous_as_of,
        previous.account_match_rate as previous_account_match_rate,
        previous.amount_match_rate as previous_amount_match_rate,
    from tonight
    left join previous
        on
            tonight.scope = previous.scope
            and tonight.currency = previous.currency
            and previous.newest_first = 1
    union all by name
    select
        published_night.*,
        false as is_latest,
    from published_night
    cross join night
    where published_night.as_of < night.as_of
),

final as (
    select
        as_of,
        is_latest,
        {%- for column in columns if column != 'as_of' %}
        {{ column }},
        {%- endfor %}
        previous_as_of,
        previous_account_match_rate,
        previous_amount_match_rate,
    from every_night
)

select * from final
