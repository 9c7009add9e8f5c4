-- one row per CRM account whose ERP customer or customer key is not what the last publication said
with

run as (
    select * from {{ ref('int_bridge__run') }}
),

before as (
    select * from {{ ref('int_quality__published_link') }}
),

published as (
    select max(published_as_of) as as_of from before
),

-- no earlier publication, no drift
after as (
    select link.*
    from {{ ref('int_customer__link') }} as link
    cross join run
    inner join published on run.as_of >= published.as_of
    where
        link.valid_from <= cast(run.as_of as date)
        and link.valid_to > cast(run.as_of as date)
),

account as (
    select * from {{ ref('int_customer__account') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

decided as (
    select * from {{ ref('int_customer__decided_pair') }}
),

won as (
    select * from {{ ref('int_customer__won_amount') }}
    where most_used_first = 1
),

pair as (
    select
        coalesce(after.crm_system, before.crm_system) as crm_system,
        coalesce(after.account_id, before.crm_account_id) as crm_account_id,
        coalesce(after.erp_system, before.erp_system) as erp_system,
        coalesce(after.erp_customer_id, before.erp_customer_id) as erp_customer_id,
        before.crm_system is not null as was_linked,
        after.crm_system is not null as is_linked,
        before.customer_key as key_before,
        after.customer_key as key_after,
        before.match_rule as rule_before,
        after.match_rule as rule_after,
        before.evidence_grade as grade_before,
        after.evidence_grade as grade_after,
    from before
    full outer join after
        on
            before.crm_system = after.crm_system
            and before.crm_account_id = after.account_id
            and before.erp_system = after.erp_system
            and before.erp_customer_id = after.erp_customer_id
),

explained as (
    select
        pair.*,
        account.account_name,
        case
            when pair.was_linked and pair.is_linked then null
            when decided.decision_id is not null then 1
            when coalesce(pair.grade_after, pair.grade_before) = 'D' then 1
            when
                account.account_id is null or account.is_deleted
                or account.surviving_account_id <> account.account_id
                or coalesce(customer.is_deleted, true)
                then 2
            when greatest(account.created_at, customer.created_at) > published.as_of then 3
            when greatest(account.modified_at, customer.modified_at) > published.as_of then 4
            else 5
        end as cause,
    from pair
    cross join published
    left join account
        on pair.crm_system = account.crm_system and pair.crm_account_id = account.account_id
    left join customer
        on
            pair.erp_system = customer.erp_system
            and pair.erp_customer_id = customer.erp_customer_id
    left join decided
        on
            least(
                pair.crm_system || ':' || pair.crm_account_id,
                pair.erp_system || ':' || pair.erp_customer_id
            ) = decided.record_key
            and greatest(
                pair.crm_system || ':' || pair.crm_account_id,
                pair.erp_system || ':' || pair.erp_customer_id
            ) = decided.other_record_key
),

per_account as (
    select
        crm_system,
        crm_account_id,
        max(account_name) as crm_account_name,
        count(case when is_linked and not was_linked then 1 end) as added,
        count(case when was_linked and not is_linked then 1 end) as removed,
        -- the weakest cause of the account's changed pairs names the change
        max(cause) as cause,
        {%- for side, flag in [('before', 'was_linked'), ('after', 'is_linked')] %}
        {{ string_list(
            "case when " ~ flag ~ " then erp_system || ':' || erp_customer_id end",
            "erp_system, erp_customer_id"
        ) }} as erp_customers_{{ side }},
        min(key_{{ side }}) as customer_key_{{ side }},
        min(rule_{{ side }}) as match_rule_{{ side }},
        min(grade_{{ side }}) as evidence_grade_{{ side }},
        {%- endfor %}
    from explained
    group by crm_system, crm_account_id
),

final as (
    select
        per_account.crm_system,
        per_account.crm_account_id,
        per_account.crm_account_name,
        case
            when per_account.added > 0 and per_account.removed > 0 then 'link_moved'
            when per_account.added > 0 then 'link_added'
            when per_account.removed > 0 then 'link_removed'
            else 'key_changed'
        end as change,
        case per_account.cause
            when 1 then 'steward_decision'
            when 2 then 'record_gone'
            when 3 then 'new_record'
            when 4 then 'changed_record'
            else 'rules_or_other_records'
        end as cause,
        per_account.erp_customers_before,
        per_account.erp_customers_after,
        per_account.customer_key_before,
        per_account.customer_key_after,
        per_account.match_rule_before,
        per_account.match_rule_after,
        per_account.evidence_grade_before,
        per_account.evidence_grade_after,
        won.currency,
        coalesce(won.amount, 0) as won_amount,
        published.as_of as published_as_of,
    from per_account
    cross join published
    left join won
        on per_account.crm_system = won.crm_system and per_account.crm_account_id = won.account_id
    where
        per_account.added > 0
        or per_account.removed > 0
        or per_account.customer_key_before <> per_account.customer_key_after
)

select * from final
