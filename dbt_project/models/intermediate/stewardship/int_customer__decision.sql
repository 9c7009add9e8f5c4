-- one row per decision of a steward and record that it is about
with

decision as (
    select * from {{ source('definitions', 'steward_decision') }}
),

decided_record as (
    select * from {{ source('definitions', 'steward_decision_record') }}
    where record_type in ('account', 'erp_customer')
),

account as (
    select * from {{ ref('int_customer__account') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

-- people copy the short form of a CRM id from their browser
short_account_id as (
    select
        crm_system,
        {{ crm_record_key('account_id') }} as short_id,
        min(account_id) as account_id,
    from account
    group by crm_system, {{ crm_record_key('account_id') }}
    having count(*) = 1
),

found as (
    select
        decided_record.*,
        coalesce(
            account.account_id, short_account_id.account_id, customer.erp_customer_id
        ) as found_id,
    from decided_record
    left join account
        on
            decided_record.record_type = 'account'
            and decided_record.source_system = account.crm_system
            and decided_record.record_id = account.account_id
    left join short_account_id
        on
            decided_record.record_type = 'account'
            and decided_record.source_system = short_account_id.crm_system
            and decided_record.record_id = short_account_id.short_id
    left join customer
        on
            decided_record.record_type = 'erp_customer'
            and decided_record.source_system = customer.erp_system
            and decided_record.record_id = customer.erp_customer_id
),

final as (
    select
        found.decision_id,
        decision.action,
        found.part,
        found.source_system,
        found.record_type,
        found.record_id as stated_record_id,
        coalesce(found.found_id, found.record_id) as record_id,
        found.source_system || ':' || coalesce(found.found_id, found.record_id) as record_key,
        found.found_id is not null as record_exists,
        decision.decided_on <= cast({{ as_of() }} as date) as is_known,
        decision.decided_on <= cast({{ as_of() }} as date)
        and decision.expires_on > cast({{ as_of() }} as date) as is_in_force,
        decision.field,
        decision.value,
        decision.owner,
        decision.reason,
        decision.decided_on,
        decision.effective_from,
        decision.expires_on,
        decision.file,
    from found
    inner join decision on found.decision_id = decision.decision_id
)

select * from final
