-- one row per crm_system and account_id: its customer, and the ERP customer it buys through
with

account as (
    select * from {{ ref('int_customer__account') }}
),

member as (
    select * from {{ ref('int_customer__member') }}
    where record_type = 'account'
),

link as (
    select
        link.*,
        row_number() over (
            partition by link.crm_system, link.account_id
            order by
                link.evidence_grade asc, link.match_probability desc, link.valid_from asc,
                link.erp_customer_id asc
        ) as best_first,
    from {{ ref('int_customer__link') }} as link
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

entity as (
    select * from {{ ref('int_reference__entity') }}
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
        member.customer_key,
        link.erp_customer_id is not null as is_mapped,
        link.erp_system,
        link.erp_customer_id,
        link.match_rule,
        link.evidence_grade,
        entity.entity as primary_entity,
    from account
    left join member
        on account.crm_system = member.source_system and account.account_id = member.record_id
    left join link
        on
            account.crm_system = link.crm_system
            and account.account_id = link.account_id
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
