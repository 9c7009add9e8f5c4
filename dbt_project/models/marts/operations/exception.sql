-- one row per thing that a person must act on, and currency of the money at stake
with

customer as (
    select * from {{ ref('int_exception__customer') }}
),

conflict as (
    select * from {{ ref('rpt_field_conflict') }}
    where status <> 'in_review'
),

account as (
    select * from {{ ref('int_customer__account') }}
),

decision as (
    select * from {{ ref('int_exception__decision') }}
    union all
    select * from {{ ref('int_exception__order_decision') }}
),

hierarchy as (
    select * from {{ ref('int_hierarchy__exception') }}
),

product as (
    select * from {{ ref('int_exception__product') }}
),

deal as (
    select * from {{ ref('int_exception__deal') }}
),

record as (
    select * from {{ ref('int_exception__record') }}
),

schedule as (
    select * from {{ ref('int_exception__schedule') }}
),

revenue_contract as (
    select * from {{ ref('int_exception__revenue_contract') }}
),

contract_term as (
    select * from {{ ref('int_exception__contract_term') }}
),

revenue_progress as (
    select * from {{ ref('int_exception__revenue_progress') }}
),

missing_rate as (
    select * from {{ ref('int_reporting__missing_rate') }}
),

control as (
    select * from {{ ref('rpt_control_total') }}
    where difference <> 0
),

stated_twice as (
    select * from {{ ref('rpt_stated_total_difference') }}
),

sales_user as (
    select * from {{ ref('int_crm__user') }}
),

exception as (
    select * from customer
    union all by name
    select * from decision
    union all by name
    select * from hierarchy
    union all by name
    select * from product
    union all by name
    select * from deal
    union all by name
    select * from record
    union all by name
    select * from schedule
    union all by name
    select * from revenue_contract
    union all by name
    select * from contract_term
    union all by name
    select * from revenue_progress
    union all by name
    select
        'field_conflict' as exception_type,
        conflict.crm_system as system,
        'account' as object,
        conflict.crm_account_id || '/' || conflict.erp_customer_id || '/' || conflict.field
            as source_key,
        account.owner_id,
        conflict.reason || '. CRM: ' || conflict.crm_value || ' ERP: ' || conflict.erp_value
            as detail,
    from conflict
    left join account
        on
            conflict.crm_system = account.crm_system
            and conflict.crm_account_id = account.account_id
    union all by name
    select
        'missing_rate' as exception_type,
        missing_rate.source_system as system,
        'exchange_rate' as object,
        concat_ws(
            '/', missing_rate.currency, missing_rate.reporting_currency, missing_rate.anchor
        ) as source_key,
        missing_rate.amount,
        missing_rate.currency,
        cast(missing_rate.records as {{ dbt.type_string() }}) || ' records of '
        || missing_rate.anchor || ' since '
        || cast(missing_rate.first_period as {{ dbt.type_string() }})
        || ' have no rate; they are left out of the view in ' || missing_rate.reporting_currency
            as detail,
    from missing_rate
    union all by name
    select
        'control_total_differs' as exception_type,
        control.system,
        control.object,
        concat_ws(
            '/', control.measure, nullif(control.entity, ''),
            cast(control.period as {{ dbt.type_string() }})
        ) as source_key,
        -- a count is no money, and a column's total is in no one currency
        case when control.currency <> '' then control.difference end as amount,
        nullif(control.currency, '') as currency,
        'The source states ' || cast(control.stated as {{ dbt.type_string() }}) || ', landed is '
        || cast(control.computed as {{ dbt.type_string() }}) as detail,
    from control
    union all by name
    select
        'stated_amounts_differ' as exception_type,
        stated_twice.system,
        stated_twice.object,
        stated_twice.record_id as source_key,
        stated_twice.difference as amount,
        nullif(stated_twice.currency, '') as currency,
        stated_twice.stated_as || ': ' || cast(stated_twice.stated as {{ dbt.type_string() }})
        || '. ' || stated_twice.second_statement || ': '
        || cast(stated_twice.computed as {{ dbt.type_string() }}) as detail,
    from stated_twice
),

final as (
    select
        {{ surrogate_key([
            'exception.exception_type', 'exception.system', 'exception.object',
            'exception.source_key', 'exception.currency', 'exception.detail',
        ]) }} as exception_key,
        exception.exception_type,
        case
            when exception.exception_type in (
                'unmapped_account', 'won_without_order', 'inactive_customer'
            ) then 'one_way_sync'
            when exception.exception_type in (
                'unmapped_product', 'manual_review_product', 'readiness_gap', 'unassigned_entity',
                'ordered_by_stranger', 'stand_alone_price_missing', 'residual_out_of_range',
                'unknown_currency', 'missing_rate'
            ) then 'missing_mapping'
            when exception.exception_type in (
                'duplicate_account', 'duplicate_deal', 'ambiguous_match', 'ambiguous_order_link'
            ) then 'duplicate'
            when exception.exception_type = 'schedule_gap' then 'schedule_gap'
            when exception.object in ('steward_decision', 'contract_term') then 'stewardship'
            when exception.exception_type in (
                'orphaned_line', 'dead_letter', 'control_total_differs', 'parent_unknown',
                'contract_part_without_element', 'usage_without_service'
            ) then 'incomplete_data'
            else 'disagreement'
        end as failure_class,
        exception.system,
        exception.object,
        exception.source_key,
        cast(exception.amount as decimal(28, 4)) as amount,
        exception.currency,
        coalesce(sales_user.user_name, exception.owner_id, exception.system || ' administrator')
            as owner,
        exception.detail,
    from exception
    left join sales_user
        on
            exception.system = sales_user.source_system
            and exception.owner_id = sales_user.user_id
)

select * from final
