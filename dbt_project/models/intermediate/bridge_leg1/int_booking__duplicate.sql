-- one row per definition set and won opportunity that repeats another, surviving one
with eligible as (
    select
        *,
        coalesce(customer_key, crm_system || ':' || account_id) as buyer,
    from {{ ref('int_booking__by_definition') }}
    where rejected_code = '' and amount <> 0
),

-- Only deals of one buyer with one amount in one currency can repeat each other.
repeated as (
    select definition_id, buyer, currency, amount
    from eligible
    where buyer is not null
    group by definition_id, buyer, currency, amount
    having count(*) > 1
),

twin as (
    select eligible.*
    from eligible
    inner join repeated
        on
            eligible.definition_id = repeated.definition_id
            and eligible.buyer = repeated.buyer
            and eligible.currency = repeated.currency
            and eligible.amount = repeated.amount
),

twin_deal as (
    select crm_system, opportunity_id
    from twin
    group by crm_system, opportunity_id
),

product_set as (
    select
        line.crm_system,
        line.opportunity_id,
        {{ string_list(
            "line.product_key || ' x ' || cast(line.quantity as " ~ dbt.type_string() ~ ")",
            'line.product_key, line.quantity') }} as products,
    from {{ ref('int_crm__opportunity_line') }} as line
    inner join twin_deal
        on line.crm_system = twin_deal.crm_system and line.opportunity_id = twin_deal.opportunity_id
    where line.line_kind = 'line' and not line.is_deleted
    group by line.crm_system, line.opportunity_id
),

signed as (
    select
        twin.*,
        'same_name' as rule,
        nullif({{ regexp_replace_all(
            "regexp_replace(lower(twin.opportunity_name), '[^[:alnum:]]+copy[^[:alnum:]]*$', '')",
            '[^[:alnum:]]', '') }}, '') as signature,
    from twin
    union all
    select
        twin.*,
        'same_products' as rule,
        product_set.products as signature,
    from twin
    left join product_set
        on
            twin.crm_system = product_set.crm_system
            and twin.opportunity_id = product_set.opportunity_id
),

-- A deal that closes more than the window after the one before it starts a new cluster.
gapped as (
    select
        signed.*,
        case
            when
                signed.booking_date - lag(signed.booking_date) over (
                    partition by definition_id, rule, buyer, currency, amount, signature
                    order by booking_date, opportunity_id
                ) <= signed.duplicate_window_days
                then 0
            else 1
        end as is_cluster_start,
    from signed
    where coalesce(signed.signature, '') <> ''
),

clustered as (
    select
        gapped.*,
        sum(gapped.is_cluster_start) over (
            partition by definition_id, rule, buyer, currency, amount, signature
            order by booking_date, opportunity_id
            rows between unbounded preceding and current row
        ) as cluster_number,
    from gapped
),

-- The survivor is the deal that has an order, else the one entered first.
judged as (
    select
        clustered.*,
        first_value(clustered.opportunity_id) over (
            partition by definition_id, rule, buyer, currency, amount, signature, cluster_number
            order by
                clustered.is_ordered desc, clustered.created_at asc, clustered.opportunity_id asc
        ) as survivor_opportunity_id,
    from clustered
),

final as (
    select
        definition_id,
        crm_system,
        opportunity_id,
        min(rule) as rule,
        min(survivor_opportunity_id) as survivor_opportunity_id,
    from judged
    where opportunity_id <> survivor_opportunity_id and not is_ordered
    group by definition_id, crm_system, opportunity_id
)

select * from final
