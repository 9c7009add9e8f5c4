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

blocked as (select * from {{ ref('int_order_to_cash__blocked_deal') }}),

rate as (select * from {{ ref('int_customer__ranking_rate') }}),

todo as (
    select * from {{ ref('next_action') }}
    where subject = 'deal'
),

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

described as (
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
        coalesce(own.class, every.class) as class,
        missing.reason,
        coalesce(deal.owner_name, deal.owner_id, deal.crm_system || ' administrator') as owner,
        coalesce(own.acts, every.acts) as acts,
        coalesce(own.next_action, every.next_action) as next_action,
        blocked.blocked_by,
        rate.ranking_currency,
        -- what has no rate is worth nothing here
        cast(coalesce(missing.amount * rate.rate, 0) as decimal(28, 4)) as ranking_amount,
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
    left join blocked
        on
            missing.crm_system = blocked.crm_system
            and missing.opportunity_id = blocked.opportunity_id
    left join rate on classified.currency = rate.currency
    left join todo as own on missing.line_code = own.code and missing.reason = own.reason
    left join todo as every on missing.line_code = every.code and every.reason = '*'
),

final as (
    select
        described.* exclude (acts),
        case when acts = 'owner' then owner else acts end as acts,
        cast(
            row_number() over (
                partition by definition_id
                order by abs(ranking_amount) desc, crm_system asc, opportunity_id asc
            ) as integer
        ) as priority,
    from described
)

select * from final
