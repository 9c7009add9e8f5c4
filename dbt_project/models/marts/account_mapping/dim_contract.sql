-- one row per contract of the CRM, with the customer that it was made with
with

contract as (
    select * from {{ ref('int_crm__contract') }}
    where not is_deleted
),

opportunity as (
    select
        crm_system,
        contract_id,
        count(*) as deal_count,
    from {{ ref('int_crm__opportunity') }}
    where contract_id is not null and not is_deleted
    group by crm_system, contract_id
),

membership as (
    select * from {{ ref('int_customer__membership') }}
    where record_type = 'account'
),

dated as (
    select
        contract.*,
        coalesce(
            contract.end_date,
            {{ add_days(
                "cast(" ~ dbt.dateadd('month', 'contract.term_months', 'contract.start_date')
                ~ " as date)", -1
            ) }}
        ) as last_date,
    from contract
),

final as (
    select
        dated.crm_system,
        dated.contract_id,
        dated.contract_number,
        dated.account_id as crm_account_id,
        membership.customer_key,
        dated.status,
        dated.start_date,
        dated.last_date as end_date,
        dated.term_months,
        coalesce(
            dated.start_date <= cast({{ as_of() }} as date)
            and coalesce(dated.last_date >= cast({{ as_of() }} as date), true), false
        ) as is_running,
        cast(coalesce(opportunity.deal_count, 0) as integer) as deal_count,
    from dated
    left join opportunity
        on
            dated.crm_system = opportunity.crm_system
            and dated.contract_id = opportunity.contract_id
    left join membership
        on
            dated.crm_system = membership.source_system
            and dated.account_id = membership.record_id
            and {{ holds_on('membership', 'dated.start_date') }}
)

select * from final
