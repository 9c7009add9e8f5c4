-- one row per list of the contract terms and contract in it that cannot be applied
{%- set tables = [
    'contract_modification', 'contract_milestone', 'contract_return_right', 'contract_volume_tier',
    'contract_financing', 'contract_option', 'contract_variable_price', 'contract_cancellable'
] %}
with

contract_name as (
    select * from {{ ref('int_revenue__contract_name') }}
),

element as (
    select
        erp_system,
        contract_id,
    from {{ ref('int_revenue__stated_obligation') }}
    where obligation_source = 'element'
    group by erp_system, contract_id
),

term as (
    {%- for table in tables %}
    select
        '{{ table }}' as list,
        erp_system,
        contract,
        max(decided_by) as decided_by,
    from {{ source('definitions', table) }}
    where contract is not null
    group by erp_system, contract
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

judged as (
    select
        term.*,
        case
            when contract_name.contract_id is null then 'contract_term_unknown'
            when term.list = 'contract_financing' and element.contract_id is null
                then 'financing_without_element'
        end as exception_type,
    from term
    left join contract_name
        on
            term.erp_system = contract_name.erp_system
            and term.contract = contract_name.contract_name
    left join element
        on
            contract_name.erp_system = element.erp_system
            and contract_name.contract_id = element.contract_id
),

final as (
    select
        exception_type,
        erp_system as system,
        'contract_term' as object,
        list || '/' || contract as source_key,
        decided_by as owner_id,
        case exception_type
            when 'contract_term_unknown'
                then
                    'No revenue arrangement, order or bill is called ' || contract
                    || '; the term is not applied. Correct its contract, or take it out'
            else
                contract || ' has no revenue element whose price its interest could change; the'
                || ' term is not applied'
        end as detail,
    from judged
    where exception_type is not null
)

select * from final
