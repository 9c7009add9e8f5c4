-- one row per order, deal that one of its fields names, and kind of name, however that is written
with

order_token as (
    select * from {{ ref('int_order_link__order_token') }}
),

deal_token as (
    select * from {{ ref('int_order_link__deal_token') }}
),

-- The three signs at the end of a long id say which of its letters are capitals: it is one record's
-- in any case, not the record's whose short id its capitals happen to spell. A short id in another
-- case may be several records', and then names none of them.
id_pair as (
    select
        order_token.erp_system,
        order_token.order_id,
        order_token.token,
        deal_token.crm_system,
        deal_token.opportunity_id,
        deal_token.tier,
        deal_token.link_rule,
        case
            when
                order_token.token = deal_token.token
                or (
                    length(order_token.token) = 15
                    and order_token.token = {{ crm_record_key('deal_token.token') }}
                )
                then 1
            when
                length(order_token.token) = 18
                and lower(order_token.token) = lower(deal_token.token)
                then 2
            -- a long id whose end is spoilt
            when
                {{ crm_record_key('order_token.token') }}
                = {{ crm_record_key('deal_token.token') }}
                then 3
            else 4
        end as exactness,
    from order_token
    inner join deal_token
        on
            order_token.kind = 'id' and deal_token.kind = 'id'
            and {{ same_record_in_any_case('order_token.token', 'deal_token.token') }}
),

ranked_id_pair as (
    select
        id_pair.*,
        min(exactness) over (partition by erp_system, order_id, token) as best_exactness,
        min(crm_system || opportunity_id) over as_exact
        = max(crm_system || opportunity_id) over as_exact as is_sole_deal,
    from id_pair
    window as_exact as (partition by erp_system, order_id, token, exactness)
),

pair as (
    select erp_system, order_id, crm_system, opportunity_id, tier, link_rule
    from ranked_id_pair
    where exactness = best_exactness and (exactness <= 2 or is_sole_deal or tier = 4)
    union all
    select
        order_token.erp_system,
        order_token.order_id,
        deal_token.crm_system,
        deal_token.opportunity_id,
        deal_token.tier,
        deal_token.link_rule,
    from order_token
    inner join deal_token
        on
            order_token.kind = 'number' and deal_token.kind = 'number'
            and order_token.token = deal_token.token
            and deal_token.link_rule = case order_token.field
                when 'deal' then 'opportunity number on order'
                when 'quote' then 'quote number on order'
                when 'contract' then 'contract number on order'
            end
),

final as (
    select
        erp_system,
        order_id,
        crm_system,
        opportunity_id,
        min(tier) as tier,
        link_rule,
    from pair
    group by erp_system, order_id, crm_system, opportunity_id, link_rule
)

select * from final
