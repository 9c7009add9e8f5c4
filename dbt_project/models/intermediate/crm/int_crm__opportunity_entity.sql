-- one row per crm_system and opportunity_id: its customer (as of its close date), its legal entity
with

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
),

account as (
    select * from {{ ref('int_customer__account_span') }}
),

entity as (
    select
        entity,
        lower(entity) as entity_name_key,
        min(entity_id) as entity_id,
    from {{ ref('int_reference__entity') }}
    group by entity
),

entity_id as (
    select
        entity_id,
        min(entity) as entity,
    from {{ ref('int_reference__entity') }}
    group by entity_id
),

final as (
    select
        opportunity.crm_system,
        opportunity.opportunity_id,
        opportunity.account_id,
        account.customer_key,
        coalesce(account.is_mapped, false) as is_mapped,
        account.erp_system,
        account.erp_customer_id,
        account.match_rule,
        coalesce(
            by_name.entity, by_id.entity, account_by_name.entity, account_by_id.entity,
            account.primary_entity, 'unassigned'
        ) as entity,
        case
            when coalesce(by_name.entity, by_id.entity) is not null then 'opportunity'
            when coalesce(account_by_name.entity, account_by_id.entity) is not null then 'account'
            when account.primary_entity is not null then 'mapped customer'
            else 'unassigned'
        end as entity_rule,
    from opportunity
    left join account
        on
            opportunity.crm_system = account.crm_system
            and opportunity.account_id = account.account_id
            and {{ holds_on('account', 'opportunity.close_date') }}
    left join entity as by_name on lower(opportunity.legal_entity) = by_name.entity_name_key
    left join entity_id as by_id on opportunity.legal_entity = by_id.entity_id
    left join entity as account_by_name
        on lower(account.legal_entity) = account_by_name.entity_name_key
    left join entity_id as account_by_id on account.legal_entity = account_by_id.entity_id
)

select * from final
