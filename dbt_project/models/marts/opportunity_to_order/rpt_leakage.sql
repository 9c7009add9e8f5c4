-- one row per closed-won opportunity (primary definition set) that is not completely ordered
with atom as (
    select
        atom.definition_id,
        atom.crm_system,
        atom.opportunity_id,
        atom.line_code,
        atom.line_detail,
        -atom.amount as amount,
    from {{ ref('int_bridge__leg1_atom') }} as atom
    inner join {{ source('definitions', 'definition_set') }} as definition_set
        on atom.definition_id = definition_set.definition_id
    where
        definition_set.is_primary
        and atom.leg = 1
        and atom.line_code in ('1.05', '1.06', '1.07')
),

classified as (select * from {{ ref('int_booking__classified') }}),

deal as (select * from {{ ref('int_booking__deal') }}),

missing as (
    select
        definition_id,
        crm_system,
        opportunity_id,
        min(line_code) as line_code,
        min(line_detail) as reason,
        cast(sum(amount) as decimal(28, 4)) as amount,
    from atom
    group by definition_id, crm_system, opportunity_id
),

final as (
    select
        missing.definition_id,
        missing.crm_system,
        missing.opportunity_id,
        deal.opportunity_name,
        deal.account_id,
        coalesce(deal.account_name, '') as account_name,
        classified.customer_key,
        deal.owner_id,
        deal.owner_name,
        classified.entity,
        classified.currency,
        deal.close_date,
        classified.period,
        missing.amount,
        deal.amount as booked_amount,
        classified.age_business_days,
        classified.sla_business_days,
        case missing.line_code
            when '1.05' then 'account_not_mapped'
            when '1.07' then 'in_flight'
            else 'leakage'
        end as class,
        missing.reason,
    from missing
    left join classified
        on
            missing.definition_id = classified.definition_id
            and missing.crm_system = classified.crm_system
            and missing.opportunity_id = classified.opportunity_id
    left join deal
        on
            missing.crm_system = deal.crm_system
            and missing.opportunity_id = deal.opportunity_id
)

select * from final
