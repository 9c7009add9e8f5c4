-- one row per definition set, entity, currency, period, leg and line that has atoms
with atom as (
    select
        definition_id,
        entity,
        currency,
        period,
        leg,
        line_code,
        cast(sum(amount) as decimal(28, 4)) as amount,
        cast(sum(abs(amount)) as decimal(28, 4)) as gross_amount,
        count(*) as atom_count,
    from {{ ref('fct_bridge_atom') }}
    group by definition_id, entity, currency, period, leg, line_code
),

line as (select * from {{ ref('bridge_line') }}),

final as (
    select
        atom.definition_id,
        atom.entity,
        atom.currency,
        atom.period,
        atom.leg,
        atom.line_code,
        coalesce(line.line_name, atom.line_code) as line_name,
        coalesce(line.category, 'unclassified') as category,
        coalesce(line.needs_action, true) as needs_action,
        atom.amount,
        atom.gross_amount,
        atom.atom_count,
    from atom
    left join line on atom.line_code = line.line_code
)

select * from final
