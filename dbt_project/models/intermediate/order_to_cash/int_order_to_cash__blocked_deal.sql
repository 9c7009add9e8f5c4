-- one row per won deal that counts, has no order, and cannot become one yet: by what
with

deal as (
    select * from {{ ref('int_booking__deal') }}
    where not is_ordered
),

classified as (
    select classified.*
    from {{ ref('int_booking__classified') }} as classified
    inner join {{ source('definitions', 'definition_set') }} as definition_set
        on classified.definition_id = definition_set.definition_id
    where
        definition_set.is_primary
        and classified.deal_code = ''
        and classified.unordered_code in ('1.05', '1.06', '1.07')
),

-- What billing needs and neither system has.
gap as (
    select
        crm_system,
        account_id,
        max(case when field = 'credit_approval' then 1 else 0 end) as lacks_credit,
        max(case when field = 'tax_id' then 1 else 0 end) as lacks_tax_id,
        {{ string_list("replace(field, '_', ' ')", 'field_number') }} as missing,
    from {{ ref('int_quality__billing_gap') }}
    group by crm_system, account_id
),

judged as (
    select
        deal.crm_system,
        deal.opportunity_id,
        deal.opportunity_number,
        deal.opportunity_name,
        deal.owner_id,
        deal.owner_name,
        deal.customer_key,
        deal.account_name,
        deal.close_date,
        deal.entity,
        deal.currency,
        deal.amount as blocked_amount,
        classified.age_business_days,
        case
            when deal.amount = 0 then 'zero_amount'
            when not deal.is_account_mapped then 'account_not_mapped'
            when gap.lacks_credit = 1 then 'credit'
            when gap.lacks_tax_id = 1 then 'tax_data'
            when gap.missing is not null then 'data'
            else ''
        end as blocked_by,
        case
            when deal.amount = 0 then 'a deal of 0.00 is no candidate for an invoice'
            when not deal.is_account_mapped then 'the account has no ERP customer'
            else 'nobody has entered: ' || gap.missing
        end as evidence,
    from deal
    inner join classified
        on
            deal.crm_system = classified.crm_system
            and deal.opportunity_id = classified.opportunity_id
    left join gap
        on deal.crm_system = gap.crm_system and deal.account_id = gap.account_id
),

final as (
    select * from judged
    where blocked_by <> ''
)

select * from final
