-- one row per CRM account and ERP customer that may be one customer and wait for a decision
with

judged as (
    select * from {{ ref('int_customer__judged_pair') }}
    where verdict = 'review'
),

account as (
    select * from {{ ref('int_customer__account') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

mapped as (
    select * from {{ ref('int_customer__account_customer') }}
),

won as (
    select * from {{ ref('int_customer__won_amount') }}
),

every_currency as (
    select
        crm_system,
        account_id,
        {{ string_list(
            "currency || ' ' || cast(amount as " ~ dbt.type_string() ~ ")", 'currency'
        ) }} as amounts,
    from won
    group by crm_system, account_id
),

sales_user as (
    select * from {{ ref('int_crm__user') }}
),

waiting as (
    select * from {{ ref('int_quality__published_review') }}
),

final as (
    select
        judged.crm_system,
        judged.account_id as crm_account_id,
        account.account_name as crm_account_name,
        judged.erp_system,
        judged.erp_customer_id,
        customer.customer_name as erp_customer_name,
        judged.match_rule,
        judged.match_probability,
        judged.match_rule || ': ' || coalesce(judged.evidence, '') || ' ('
        || case
            when judged.tier <= 2 then 'the customer names another account'
            when judged.customer_count > 1
                then cast(judged.customer_count as {{ dbt.type_string() }}) || ' customers fit'
            when judged.account_count > 1
                then cast(judged.account_count as {{ dbt.type_string() }}) || ' accounts fit'
            else 'contradicted by the tax id or below the threshold'
        end || ')' as evidence,
        cast(judged.customer_count as integer) as candidate_count,
        mapped.is_mapped as is_account_mapped,
        won.currency,
        coalesce(won.amount, 0) as amount_at_risk,
        every_currency.amounts as amounts_by_currency,
        coalesce(sales_user.user_name, account.owner_id) as owner,
        coalesce(waiting.first_seen_at, {{ as_of() }}) as first_seen_at,
    from judged
    left join account
        on judged.crm_system = account.crm_system and judged.account_id = account.account_id
    left join customer
        on
            judged.erp_system = customer.erp_system
            and judged.erp_customer_id = customer.erp_customer_id
    left join mapped
        on judged.crm_system = mapped.crm_system and judged.account_id = mapped.account_id
    left join won
        on
            judged.crm_system = won.crm_system
            and judged.account_id = won.account_id
            and won.most_used_first = 1
    left join every_currency
        on
            judged.crm_system = every_currency.crm_system
            and judged.account_id = every_currency.account_id
    left join waiting
        on
            judged.crm_system = waiting.crm_system
            and judged.account_id = waiting.crm_account_id
            and judged.erp_system = waiting.erp_system
            and judged.erp_customer_id = waiting.erp_customer_id
    left join sales_user
        on
            account.crm_system = sales_user.source_system
            and account.owner_id = sales_user.user_id
)

select * from final
