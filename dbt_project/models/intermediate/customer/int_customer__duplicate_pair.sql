-- one row per two records of one side that may be one company, with the verdict on the pair
with

account as (
    select * from {{ ref('int_customer__account') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

judged as (
    select * from {{ ref('int_customer__judged_pair') }}
    where verdict = 'accepted' and tier <= 2
),

-- accounts of one name and country are one company unless ids or tax ids say otherwise
named_account as (
    select
        account.crm_system,
        account.account_id,
        account.account_name_normalised || ' | ' || account.country as name_and_country,
        account.tax_id,
        min(judged.erp_customer_id) as erp_customer_id,
    from account
    left join judged
        on account.crm_system = judged.crm_system and account.account_id = judged.account_id
    group by
        account.crm_system, account.account_id, account.account_name_normalised, account.country,
        account.tax_id
),

one_company_name as (
    select
        crm_system,
        name_and_country,
    from named_account
    where name_and_country is not null
    group by crm_system, name_and_country
    having
        count(*) > 1
        and count(distinct tax_id) <= 1
        and count(distinct erp_customer_id) <= 1
),

shared as (
    select
        crm_system as source_system,
        'account' as record_type,
        account_id as record_id,
        'same tax id' as match_rule,
        tax_id as evidence,
    from account
    where {{ is_telling_number('tax_id') }}
    union all
    select
        erp_system as source_system,
        'erp_customer' as record_type,
        erp_customer_id as record_id,
        'same tax id' as match_rule,
        tax_id as evidence,
    from customer
    where {{ is_telling_number('tax_id') }}
    union all
    select
        named_account.crm_system as source_system,
        'account' as record_type,
        named_account.account_id as record_id,
        'same name and country' as match_rule,
        named_account.name_and_country as evidence,
    from named_account
    inner join one_company_name
        on
            named_account.crm_system = one_company_name.crm_system
            and named_account.name_and_country = one_company_name.name_and_country
),

-- each pairs with the first of its kind: enough to hold them together, and never a square of pairs
paired as (
    select
        shared.*,
        min(shared.record_id) over (
            partition by
                shared.source_system, shared.record_type, shared.match_rule, shared.evidence
        ) as first_record_id,
    from shared
),

ranked as (
    select
        paired.*,
        row_number() over (
            partition by
                paired.source_system, paired.record_type, paired.first_record_id,
                paired.record_id
            order by paired.match_rule desc
        ) as strongest_first,
    from paired
    where paired.record_id <> paired.first_record_id
),

final as (
    select
        source_system,
        record_type,
        first_record_id as record_id,
        record_id as other_record_id,
        match_rule,
        evidence,
        cast(case match_rule when 'same tax id' then 0.99 else 0.95 end as decimal(5, 4))
            as match_probability,
        'B' as evidence_grade,
        'accepted' as verdict,
    from ranked
    where strongest_first = 1
)

select * from final
