-- one row per contract term about a part that its contract does not have, milestone that recognises
-- nothing, and usage that no service of the customer covers
with

contract_name as (
    select * from {{ ref('int_revenue__contract_name') }}
),

obligation as (
    select * from {{ ref('int_revenue__policy_obligation') }}
),

usage as (
    {{ union_systems(var('erp_systems'), 'usage') }}
),

progress as (
    select * from {{ ref('int_revenue__progress') }}
),

named as (
    {%- for list in ['contract_modification', 'contract_milestone'] %}
    select
        '{{ list }}' as list,
        term.erp_system,
        term.contract,
        coalesce(term.element, term.sku, term.line, '') as part,
        max(term.decided_by) as decided_by,
        count(obligation.obligation_id) as obligations,
        count(case when obligation.policy_recognition = 'milestone' then 1 end) as by_milestone,
    from {{ source('definitions', list) }} as term
    inner join contract_name
        on
            term.erp_system = contract_name.erp_system
            and term.contract = contract_name.contract_name
            and contract_name.contract_id is not null
    left join obligation
        on
            contract_name.erp_system = obligation.erp_system
            and contract_name.contract_id = obligation.contract_id
            and {{ term_names_obligation('term', 'obligation') }}
    group by term.erp_system, term.contract, coalesce(term.element, term.sku, term.line, '')
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

used_item as (
    select
        erp_system,
        item_id,
    from obligation
    where policy_recognition = 'usage'
    group by erp_system, item_id
),

final as (
    select
        case when obligations = 0 then 'contract_part_unknown' else 'milestone_not_used' end
            as exception_type,
        erp_system as system,
        'contract_term' as object,
        concat_ws('/', list, contract, nullif(part, '')) as source_key,
        decided_by as owner_id,
        case
            when obligations = 0
                then
                    'The contract ' || contract || ' has no such part; the term is not applied.'
                    || ' Correct its element, sku or line'
            else
                'No revenue policy recognises this by milestones; the term is not applied.'
                || ' Add a rule, or take the term out'
        end as detail,
    from named
    where obligations = 0 or (list = 'contract_milestone' and by_milestone = 0)
    union all
    select
        'usage_without_service' as exception_type,
        usage.source_system as system,
        'usage' as object,
        usage.usage_id as source_key,
        null as owner_id,
        'No service of customer ' || usage.erp_customer_id || ' covers what was used on '
        || cast(usage.usage_date as {{ dbt.type_string() }}) || '; nothing is recognised for it'
            as detail,
    from usage
    inner join used_item
        on usage.source_system = used_item.erp_system and usage.item_id = used_item.item_id
    left join progress
        on
            usage.source_system = progress.erp_system
            and usage.usage_id = progress.document_id
            and progress.document_type = 'usage'
    where progress.document_id is null and usage.quantity <> 0
)

select * from final
