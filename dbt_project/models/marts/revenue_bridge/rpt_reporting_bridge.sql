-- one row per definition set, entity, reporting currency, period, leg and line that has atoms
with atom as (
    select
        definition_id,
        entity,
        reporting_currency,
        period,
        leg,
        line_code,
        cast(coalesce(sum(reporting_amount), 0) as decimal(28, 4)) as amount,
        cast(coalesce(sum(abs(reporting_amount)), 0) as decimal(28, 4)) as gross_amount,
        count(*) as atom_count,
        count(*) - count(reporting_amount) as unconverted_count,
    from {{ ref('fct_reporting_atom') }}
    group by definition_id, entity, reporting_currency, period, leg, line_code
),

line as (select * from {{ ref('bridge_line') }}),

final as (
    select
        atom.definition_id,
        atom.entity,
        atom.reporting_currency,
        atom.period,
        atom.leg,
        atom.line_code,
        coalesce(line.line_name, atom.line_code) as line_name,
        coalesce(line.category, 'unclassified') as category,
        coalesce(line.needs_action, true) as needs_action,
        atom.amount,
        atom.gross_amount,
        atom.atom_count,
        atom.unconverted_count,
    from atom
    left join line on atom.line_code = line.line_code
)

select * from final
