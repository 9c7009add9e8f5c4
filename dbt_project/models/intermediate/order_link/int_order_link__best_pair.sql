-- one row per order and deal that lead all their rivals: rounds of mutual best
with

threshold as (
    select * from {{ ref('int_order_link__threshold') }}
),

scored as (
    select
        scored.*,
        threshold.accept_points,
        threshold.margin_points,
    from {{ ref('int_order_link__scored_pair') }} as scored
    cross join threshold
    where scored.points >= threshold.review_points
),

{{ mutual_best('scored', 4) }}

select
    erp_system,
    order_id,
    crm_system,
    opportunity_id,
from assigned
