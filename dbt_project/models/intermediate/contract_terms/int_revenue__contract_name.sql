-- one row per erp_system and name that the contract terms give a contract: the contract that it is;
-- null: no arrangement, order or bill has the name
{%- set tables = [
    'contract_modification', 'contract_milestone', 'contract_return_right', 'contract_volume_tier',
    'contract_financing', 'contract_option', 'contract_variable_price', 'contract_cancellable'
] %}
with name as (
    {%- for table in tables %}
    select
        erp_system,
        contract as contract_name
    from {{ source('definitions', table) }}
    where contract is not null
    {%- if not loop.last %}
    union
    {%- endif %}
    {%- endfor %}
),

obligation as (select * from {{ ref('int_revenue__stated_obligation') }}),

document as (
    select * from {{ ref('int_erp__document') }}
    where document_type in ('sales_order', 'invoice', 'cash_sale')
),

-- what was ordered belongs to the arrangement that its elements were joined in
order_contract as (
    select
        erp_system,
        order_id,
        min(contract_id) as contract_id
    from obligation
    where order_id is not null
    group by erp_system, order_id
),

named_document as (
    {%- for key in ['document.document_id', 'upper(document.document_number)'] %}
    select
        name.erp_system,
        name.contract_name,
        document.document_id,
        case when document.document_type = 'sales_order' then 0 else 2 end
        + {{ 1 if loop.first else 0 }} as preference
    from name
    inner join document
        on
            name.erp_system = document.erp_system
            and {{ key }}
            = {{ 'name.contract_name' if loop.first else 'upper(name.contract_name)' }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

candidate as (
    select
        name.erp_system,
        name.contract_name,
        obligation.contract_id,
        -1 as preference
    from name
    inner join obligation
        on
            name.erp_system = obligation.erp_system
            and name.contract_name = obligation.contract_id
    group by name.erp_system, name.contract_name, obligation.contract_id
    union all
    select
        named.erp_system,
        named.contract_name,
        coalesce(order_contract.contract_id, named.document_id) as contract_id,
        named.preference
    from named_document as named
    left join order_contract
        on
            named.erp_system = order_contract.erp_system
            and named.document_id = order_contract.order_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by erp_system, contract_name
            order by preference, contract_id
        ) as choice
    from candidate
),

final as (
    select
        name.erp_system,
        name.contract_name,
        ranked.contract_id
    from name
    left join ranked
        on
            name.erp_system = ranked.erp_system
            and name.contract_name = ranked.contract_name
            and ranked.choice = 1
)

select * from final
