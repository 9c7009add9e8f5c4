-- one row per CRM account and ERP customer that a rule or a score pairs, ready for a verdict
with

rule_pair as (
    select * from {{ ref('int_match__rule_pair') }}
),

scored as (
    select
        pair_score.*,
        one.source_system as crm_system,
        one.record_id as account_id,
        other.source_system as erp_system,
        other.record_id as erp_customer_id,
    from {{ ref('int_match__pair_score') }} as pair_score
    inner join {{ ref('int_match__record') }} as one on pair_score.record_key = one.record_key
    inner join {{ ref('int_match__record') }} as other
        on pair_score.other_record_key = other.record_key
    where pair_score.record_type = 'account' and pair_score.other_record_type = 'erp_customer'
),

account as (
    select * from {{ ref('int_customer__account') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

name as (
    select
        record_key,
        spelling,
    from {{ ref('int_match__name_feature') }}
    where reading = 'name'
),

paired as (
    select
        coalesce(rule_pair.crm_system, scored.crm_system) as crm_system,
        coalesce(rule_pair.account_id, scored.account_id) as account_id,
        coalesce(rule_pair.erp_system, scored.erp_system) as erp_system,
        coalesce(rule_pair.erp_customer_id, scored.erp_customer_id) as erp_customer_id,
        rule_pair.tier,
        rule_pair.match_rule,
        rule_pair.evidence,
        coalesce(rule_pair.rule_count, 0) as rule_count,
        scored.* exclude (
            record_key, other_record_key, record_type, other_record_type, crm_system, account_id,
            erp_system, erp_customer_id, names_agree
        ),
    from rule_pair
    full outer join scored
        on
            rule_pair.crm_system = scored.crm_system
            and rule_pair.account_id = scored.account_id
            and rule_pair.erp_system = scored.erp_system
            and rule_pair.erp_customer_id = scored.erp_customer_id
),

final as (
    select
        paired.crm_system,
        paired.account_id,
        paired.erp_system,
        paired.erp_customer_id,
        paired.crm_system || ':' || paired.account_id as account_key,
        paired.erp_system || ':' || paired.erp_customer_id as customer_key,
        coalesce(account.is_deleted, false) or account.merged_into_account_id is not null
        or coalesce(customer.is_deleted, false) as is_past,
        coalesce(
            paired.tier,
            case
                when paired.domain_agreement = 'same domain' then 5
                when
                    paired.name_agreement in ('same name', 'same core of the name')
                    and greatest(
                        paired.city_agreement, paired.postal_agreement, paired.street_agreement
                    )
                    = 1
                    then 6
                when paired.name_agreement in ('same name', 'same core of the name') then 7
                else 8
            end
        ) as tier,
        coalesce(paired.match_rule, {{ match_rule_of_score() }}) as match_rule,
        coalesce(paired.evidence, {{ match_evidence() }}) as evidence,
        paired.rule_count,
        coalesce(paired.score, 0) as score,
        paired.tier is not null or paired.speaks_for_itself as speaks_for_itself,
        account_name.spelling as account_spelling,
        {{ contradiction('account', 'customer') }} as contradiction,
    from paired
    left join account
        on paired.crm_system = account.crm_system and paired.account_id = account.account_id
    left join customer
        on
            paired.erp_system = customer.erp_system
            and paired.erp_customer_id = customer.erp_customer_id
    left join name as account_name
        on paired.crm_system || ':' || paired.account_id = account_name.record_key
)

select * from final
