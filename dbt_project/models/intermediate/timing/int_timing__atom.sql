-- one row per definition set and atom on a timing line, or of a catch-up that ends what waited, and
-- whether its counterpart is to come
with bridge_line as (
    select * from {{ ref('bridge_line') }}
    where category = 'timing' or line_code = '3.07'
),

atom as (
    {%- for leg in [1, 2, 3, 4] %}
    select
        definition_id,
        leg,
        line_code,
        line_detail,
        step,
        entity,
        currency,
        period,
        amount,
        crm_system,
        opportunity_id,
        erp_system,
        document_type,
        document_id,
        document_line_id,
        allocation_key
    from {{ ref('int_bridge__leg' ~ leg ~ '_atom') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

final as (
    select
        atom.*,
        case
            when atom.leg = 1 then atom.line_code = '1.07'
            when atom.leg = 2 then atom.step = 'backlog'
            when atom.step in ('open', 'pending', 'unapplied_out') then true
            -- of an obligation: a bill that is not earned, revenue that is not billed
            when atom.line_detail in ('open', 'unbilled', 'unapplied_credit') then true
            else false
        end as is_open
    from atom
    inner join bridge_line on atom.line_code = bridge_line.line_code
)

select * from final
