-- one row per decision in force about an order on which another says, or its links show, otherwise
with

pair as (
    select * from {{ ref('int_order_link__decision_pair') }}
    where is_in_force
),

decided_pair as (
    select * from {{ ref('int_order_link__decided_pair') }}
),

decided_line as (
    select * from {{ ref('int_order_link__decided_line') }}
),

link as (
    select * from {{ ref('int_order_link__order_opportunity') }}
),

line_pair as (
    select * from {{ ref('int_order_link__line_pair') }}
),

overruled as (
    select
        pair.decision_id,
        pair.crm_system || ':' || pair.opportunity_id as subject,
        'overruled' as kind,
        'Says ' || pair.verdict || ' of order ' || pair.order_id || ' and deal '
        || pair.opportunity_id || ', the later ' || decided_pair.decision_id || ' says '
        || decided_pair.verdict || ': end the one that is wrong' as detail,
    from pair
    inner join decided_pair
        on
            pair.erp_system = decided_pair.erp_system
            and pair.order_id = decided_pair.order_id
            and pair.crm_system = decided_pair.crm_system
            and pair.opportunity_id = decided_pair.opportunity_id
            and pair.verdict <> decided_pair.verdict
),

replaced as (
    select
        decision_id,
        erp_system || ':' || order_id as subject,
        'overruled' as kind,
        'A later split divides order ' || order_id || ' anew: end the one that is wrong' as detail,
    from pair
    where is_replaced
    group by decision_id, erp_system, order_id
),

defeated as (
    select
        decided_pair.decision_id,
        decided_pair.crm_system || ':' || decided_pair.opportunity_id as subject,
        'defeated' as kind,
        'Says ' || decided_pair.verdict || ' of order ' || decided_pair.order_id || ' and deal '
        || decided_pair.opportunity_id || ', yet they are '
        || coalesce('linked (' || link.link_rule || ')', 'not linked') as detail,
    from decided_pair
    left join link
        on
            decided_pair.erp_system = link.erp_system
            and decided_pair.order_id = link.order_id
            and decided_pair.crm_system = link.crm_system
            and decided_pair.opportunity_id = link.opportunity_id
    where (decided_pair.verdict = 'same') <> (link.order_id is not null)
),

unpaired as (
    select
        decided_line.decision_id,
        decided_line.order_line_id || '/' || decided_line.crm_system || ':'
        || decided_line.opportunity_line_id as subject,
        'defeated' as kind,
        'Line ' || decided_line.order_line_id || ' of order ' || decided_line.order_id
        || ' is not paired with ' || decided_line.opportunity_line_id
        || ': the order was voided, or the line does not count' as detail,
    from decided_line
    left join line_pair
        on
            decided_line.erp_system = line_pair.erp_system
            and decided_line.order_id = line_pair.order_id
            and decided_line.order_line_id = line_pair.order_line_id
            and decided_line.crm_system = line_pair.crm_system
            and decided_line.opportunity_line_id = line_pair.opportunity_line_id
    where line_pair.order_line_id is null
),

final as (
    select * from overruled
    union all
    select * from replaced
    union all
    select * from defeated
    union all
    select * from unpaired
)

select * from final
