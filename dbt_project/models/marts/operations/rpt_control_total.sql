-- one row per total that a source states of rows, columns or ledger balances, against what landed
with

visible_load as (
    select * from {{ ref('int_operations__load') }}
),

stated as (
    select
        control.*,
        row_number() over (
            partition by
                control.system, control.object, control.measure, control.entity, control.currency,
                control.period
            order by visible_load.loaded_at desc, control.load_id desc
        ) as newest_first,
    from {{ source('raw_operations', 'control_total') }} as control
    inner join visible_load
        on control.system = visible_load.system and control.load_id = visible_load.load_id
),

latest_audit as (
    select
        audit.system,
        audit.object,
        audit.rows_read,
        row_number() over (
            partition by audit.system, audit.object
            order by visible_load.loaded_at desc, audit.load_id desc
        ) as newest_first,
    from {{ source('raw_operations', 'load_audit') }} as audit
    inner join visible_load
        on audit.system = visible_load.system and audit.load_id = visible_load.load_id
),

ledger as (
    select
        erp_system,
        entity,
        account_number,
        period,
        sum(base_amount) as amount,
    from {{ ref('int_erp__ledger_line') }}
    where is_posting
    group by erp_system, entity, account_number, period
),

-- a column's total is over the whole extract: what is stated for less finds no total and differs
amount_total as (
    select
        system,
        {{ name_key('object') }} as object_key,
        'sum' || {{ name_key('column_name') }} as measure_key,
        landed_amount + rejected_amount as amount,
    from {{ ref('int_operations__amount_total') }}
),

current_rows as (
    select * from {{ ref('int_operations__current_row_count') }}
),

compared as (
    select
        stated.system,
        stated.object,
        stated.measure,
        stated.entity,
        stated.currency,
        stated.period,
        stated.value as stated_value,
        case
            when stated.measure = 'row_count' then coalesce(latest_audit.rows_read, 0)
            when stated.measure = 'current_row_count' then coalesce(current_rows.row_count, 0)
            when lower(stated.measure) like 'sum~_%' escape '~'
                then coalesce(amount_total.amount, 0)
            else coalesce(ledger.amount, 0)
        end as computed,
    from stated
    left join latest_audit
        on
            stated.system = latest_audit.system
            and stated.object = latest_audit.object
            and latest_audit.newest_first = 1
    left join current_rows
        on stated.system = current_rows.system and stated.object = current_rows.object
    left join ledger
        on
            stated.system = ledger.erp_system
            and stated.entity = ledger.entity
            and stated.measure = 'trial_balance_' || ledger.account_number
            and stated.period = ledger.period
    left join amount_total
        on
            stated.system = amount_total.system
            and {{ name_key('stated.object') }} = amount_total.object_key
            and {{ name_key('stated.measure') }} = amount_total.measure_key
            and coalesce(stated.entity, '') = ''
            and coalesce(stated.currency, '') = ''
            and stated.period is null
    where
        stated.newest_first = 1
        and (
            stated.measure in ('row_count', 'current_row_count')
            or stated.measure like 'trial_balance_%'
            or lower(stated.measure) like 'sum~_%' escape '~'
        )
),

final as (
    select
        compared.system,
        compared.object,
        compared.measure,
        coalesce(compared.entity, '') as entity,
        coalesce(compared.currency, '') as currency,
        compared.period,
        cast(compared.stated_value as decimal(28, 4)) as stated,
        cast(compared.computed as decimal(28, 4)) as computed,
        cast(compared.computed - compared.stated_value as decimal(28, 4)) as difference,
    from compared
)

select * from final
