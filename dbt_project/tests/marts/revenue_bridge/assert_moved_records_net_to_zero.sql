-- A record that two sets put into other months only moves: what leaves one month arrives in another
-- of the same entity and currency. Else the comparison would call money timing that is none.
select
    from_definition_id, to_definition_id, anchor, crm_system, opportunity_id, erp_system,
    document_type, document_id, entity, currency, sum(amount) as difference
from {{ ref('fct_definition_difference') }}
where reason = 'other_period'
group by
    from_definition_id, to_definition_id, anchor, crm_system, opportunity_id, erp_system,
    document_type, document_id, entity, currency
having sum(amount) <> 0
