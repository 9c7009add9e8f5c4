-- one row per account and span of days: its customer then, and the ERP customer it bought through
with

account as (
    select * from {{ ref('int_customer__account') }}
),

state as (
    select * from {{ ref('int_customer__state') }}
    where record_type = 'account'
),

membership as (
    select * from {{ ref('int_customer__membership') }}
    where record_type = 'account'
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

entity as (
    select * from {{ ref('int_reference__entity') }}
),

link as (
    select
        *,
        row_number() over (
            partition by crm_system, account_id, state_number
            order by
                proof_order asc, evidence_grade asc, match_probability desc, erp_customer_id asc
        ) as best_first,
    from {{ ref('int_customer__state_link') }}
),

final as (
    select
        account.crm_system,
        account.account_id,
        account.account_name,
        account.owner_id,
        account.legal_entity,
        account.currency,
        account.is_deleted,
        membership.customer_key,
        link.erp_customer_id is not null as is_mapped,
        link.erp_system,
        link.erp_customer_id,
        link.match_rule,
        link.evidence_grade,
        entity.entity as primary_entity,
        state.valid_from,
        state.valid_to,
    from account
    inner join state
        on account.crm_system = state.source_system and account.account_id = state.record_id
    inner join membership
        on
            state.record_key = membership.record_key
            and state.valid_from >= membership.valid_from
            and state.valid_from < membership.valid_to
    left join link
        on
            account.crm_system = link.crm_system
            and account.account_id = link.account_id
            and state.state_number = link.state_number
            and link.best_first = 1
    left join customer
        on
            link.erp_system = customer.erp_system
            and link.erp_customer_id = customer.erp_customer_id
    left join entity
        on
            customer.erp_system = entity.erp_system
            and customer.primary_entity_id = entity.entity_id
)

select * from final
