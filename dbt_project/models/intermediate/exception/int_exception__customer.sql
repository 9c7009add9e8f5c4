-- one row per exception about an account or an ERP customer, and currency of the money at stake
with

account as (
    select * from {{ ref('int_customer__account') }}
    where not is_deleted
),

mapped as (
    select * from {{ ref('int_customer__account_customer') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

won as (
    select * from {{ ref('int_customer__won_amount') }}
),

judged as (
    select
        crm_system,
        account_id,
        count(*) as pair_count,
        {{ string_list("erp_customer_id", 'erp_customer_id') }} as erp_customers,
    from {{ ref('int_customer__review_pair') }}
    group by crm_system, account_id
),

gap as (
    select
        crm_system,
        account_id,
        {{ string_list("replace(field, '_', ' ')", 'field_number') }} as missing,
    from {{ ref('int_quality__billing_gap') }}
    group by crm_system, account_id
),

twin as (
    select
        member.customer_key,
        min(account.account_id) as first_account_id,
        count(*) as account_count,
        {{ string_list("account.account_id", 'account.account_id') }} as accounts,
    from {{ ref('int_customer__member') }} as member
    inner join account
        on
            member.record_type = 'account'
            and member.source_system = account.crm_system
            and member.record_id = account.account_id
    where account.merged_into_account_id is null
    group by member.customer_key
    having count(*) > 1
),

described as (
    select
        account.crm_system,
        account.account_id,
        account.account_name,
        account.owner_id,
        account.customer_status,
        mapped.customer_key,
        mapped.is_mapped,
        mapped.erp_customer_id,
        judged.account_id is not null as is_ambiguous,
        customer.is_inactive,
        customer.customer_name,
        won.currency,
        won.amount,
        won.deal_count,
        won.most_used_first,
        gap.missing,
    from account
    left join mapped
        on account.crm_system = mapped.crm_system and account.account_id = mapped.account_id
    left join customer
        on
            mapped.erp_system = customer.erp_system
            and mapped.erp_customer_id = customer.erp_customer_id
    left join won
        on account.crm_system = won.crm_system and account.account_id = won.account_id
    left join judged
        on account.crm_system = judged.crm_system and account.account_id = judged.account_id
    left join gap
        on account.crm_system = gap.crm_system and account.account_id = gap.account_id
),

final as (
    select
        'unmapped_account' as exception_type,
        crm_system as system,
        'account' as object,
        account_id as source_key,
        amount,
        currency,
        owner_id,
        'No ERP customer for "' || coalesce(account_name, '') || '": '
        || cast(deal_count as {{ dbt.type_string() }}) || ' won deals' as detail,
    from described
    where not is_mapped and deal_count > 0 and not is_ambiguous
    union all
    select
        'ambiguous_match' as exception_type,
        described.crm_system as system,
        'account' as object,
        described.account_id as source_key,
        described.amount,
        described.currency,
        described.owner_id,
        'May be one of the ERP customers ' || judged.erp_customers || ': decide in rpt_match_review'
            as detail,
    from described
    inner join judged
        on described.crm_system = judged.crm_system and described.account_id = judged.account_id
    union all
    select
        'inactive_customer' as exception_type,
        crm_system as system,
        'account' as object,
        account_id as source_key,
        amount,
        currency,
        owner_id,
        'Active in the CRM, inactive in the ERP as customer ' || erp_customer_id as detail,
    from described
    where is_inactive and coalesce(customer_status, 'active') = 'active'
    union all
    select
        'readiness_gap' as exception_type,
        crm_system as system,
        'account' as object,
        account_id as source_key,
        amount,
        currency,
        owner_id,
        'The ERP needs, and nobody has entered: ' || missing as detail,
    from described
    where missing is not null and deal_count > 0
    union all
    select
        'duplicate_account' as exception_type,
        described.crm_system as system,
        'account' as object,
        described.account_id as source_key,
        described.amount,
        described.currency,
        described.owner_id,
        'One company as accounts ' || twin.accounts || ': merge them in the CRM' as detail,
    from described
    inner join twin
        on
            described.customer_key = twin.customer_key
            and described.account_id <> twin.first_account_id
)

select * from final
