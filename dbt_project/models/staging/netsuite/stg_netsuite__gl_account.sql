-- one row per source_system and account_id
with

source as (
    {{ netsuite_rows('account') }}
),

-- what an account is for when it settles a receivable, by the words of its name
named as (
    select
        source.id as account_id,
        word.settlement_purpose,
        row_number() over (
            partition by source.id
            order by word.priority, word.word
        ) as preference,
    from source
    inner join {{ ref('settlement_account_word') }} as word
        on {{ dbt.position(
            'word.word',
            account_words("coalesce(source.fullname, source.description, '')")
        ) }} > 0
),

final as (
    select
        'netsuite' as source_system,
        source.id as account_id,
        {{ clean_text('source.acctnumber') }} as account_number,
        coalesce({{ clean_text('source.fullname') }}, {{ clean_text('source.description') }})
            as account_name,
        source.accttype as account_type,
        case
            when source.accttype = 'Income' then 'revenue'
            when source.accttype = 'DeferRevenue' then 'deferred_revenue'
            when source.accttype = 'AcctRec' then 'receivable'
            when source.accttype = 'UnbilledRec' then 'contract_asset'
            when source.accttype = 'Bank' then 'cash'
            when source.accttype in ('COGS', 'Expense', 'OthExpense') then 'cost'
            when
                source.accttype = 'OthCurrLiab'
                and {{ regexp_matches(
                    "lower(coalesce(source.fullname, source.description, ''))",
                    '(^|[^a-z])(tax|taxes|vat|gst)([^a-z]|$)'
                ) }}
                then 'tax'
            -- what customers are expected to be given back
            when
                source.accttype in ('OthCurrLiab', 'LongTermLiab')
                and {{ regexp_matches(
                    "lower(coalesce(source.fullname, source.description, ''))",
                    '(^|[^a-z])(refund|return|rebate)s?([^a-z]|$)'
                ) }}
                then 'refund_liability'
            else 'other'
        end as account_class,
        case
            when source.accttype = 'AcctRec' then 'receivable'
            when source.accttype = 'Bank' then 'cash'
            when named.settlement_purpose is not null then named.settlement_purpose
            when source.accttype = 'Income' then 'allowance'
            else 'other'
        end as settlement_purpose,
        coalesce(source.isinactive, false) as is_inactive,
    from source
    left join named on source.id = named.account_id and named.preference = 1
)

select * from final
