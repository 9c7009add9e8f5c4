-- one row per source_system and account_id
with

source as (
    {{ netsuite_rows('account') }}
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
            else 'other'
        end as account_class,
        coalesce(source.isinactive, false) as is_inactive,
    from source
)

select * from final
