-- one row per CRM account and ERP customer that some rule pairs, with the verdict on the pair
with

threshold as (
    select coalesce(max(threshold.value), 0.95) as match_auto_accept
    from {{ source('definitions', 'matching_threshold') }} as threshold
    inner join {{ source('definitions', 'definition_set') }} as definition_set
        on threshold.definition_id = definition_set.definition_id
    where threshold.threshold = 'match_auto_accept' and definition_set.is_primary
),

candidate as (
    select * from {{ ref('int_customer__candidate') }}
),

-- of several rules for one pair the strongest counts
pair as (
    select
        candidate.*,
        row_number() over (
            partition by
                candidate.crm_system, candidate.account_id, candidate.erp_system,
                candidate.erp_customer_id
            order by candidate.tier, candidate.evidence
        ) as rule_rank,
        count(*) over (
            partition by
                candidate.crm_system, candidate.account_id, candidate.erp_system,
                candidate.erp_customer_id
        ) as rule_count,
    from candidate
),

-- a lower tier is asked only about accounts that no higher tier has spoken for
spoken as (
    select
        pair.* exclude (rule_rank),
        min(case when pair.tier <= 2 then 1 else pair.tier end) over (
            partition by pair.crm_system, pair.account_id, pair.erp_system
        ) as best_tier,
        min(case when pair.tier <= 2 then 1 else pair.tier end) over (
            partition by pair.erp_system, pair.erp_customer_id, pair.crm_system
        ) as best_tier_of_customer,
    from pair
    where pair.rule_rank = 1
),

counted as (
    select
        spoken.*,
        count(*) over (
            partition by spoken.crm_system, spoken.account_id, spoken.erp_system
        ) as customer_count,
        count(*) over (
            partition by spoken.erp_system, spoken.erp_customer_id, spoken.crm_system
        ) as account_count,
        min(spoken.account_name_normalised) over (
            partition by spoken.erp_system, spoken.erp_customer_id, spoken.crm_system
        ) = max(spoken.account_name_normalised) over (
            partition by spoken.erp_system, spoken.erp_customer_id, spoken.crm_system
        ) as accounts_share_name,
        max(case when spoken.tier = 2 or spoken.rule_count > 1 then 1 else 0 end) over (
            partition by spoken.erp_system, spoken.erp_customer_id, spoken.crm_system
        ) = 1 as customer_is_claimed,
    from spoken
    where
        spoken.tier <= 2 or spoken.tier = spoken.best_tier
),

weighed as (
    select
        counted.*,
        cast(
            case
                when counted.tier <= 2 then 1
                when counted.tier = 3 then 0.99
                when counted.tier = 4 then 0.96
                when counted.tier = 5 then 0.95
                else 0.80
            end
            / case when counted.tier <= 2 then 1 else counted.customer_count end
            as decimal(5, 4)
        ) as match_probability,
    from counted
),

final as (
    select
        counted.crm_system,
        counted.account_id,
        counted.erp_system,
        counted.erp_customer_id,
        counted.tier,
        counted.match_rule,
        counted.evidence,
        counted.rule_count,
        counted.customer_count,
        counted.account_count,
        case
            -- an id typed on the account, while the customer itself names another company's account
            when
                counted.tier = 1 and counted.rule_count = 1 and counted.customer_is_claimed
                and not counted.accounts_share_name
                then 'review'
            when counted.tier <= 2 then 'accepted'
            when counted.customer_tax_id <> counted.account_tax_id then 'review'
            when counted.customer_count > 1 then 'review'
            when counted.match_probability < threshold.match_auto_accept then 'review'
            when counted.tier = 4 and counted.account_count > 1 and not counted.accounts_share_name
                then 'review'
            else 'accepted'
        end as verdict,
        counted.match_probability,
    from weighed as counted
    cross join threshold
)

select * from final
