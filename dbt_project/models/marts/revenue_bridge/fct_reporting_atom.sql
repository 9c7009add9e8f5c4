-- one row per atom in the reporting currency, and per FX effect, of a definition set that has one
{%- set record = [
    'crm_system', 'opportunity_id', 'erp_system', 'document_type', 'document_id',
    'document_line_id',
] %}
with atom as (select * from {{ ref('fct_bridge_atom') }}),

setting as (select * from {{ ref('int_reporting__setting') }}),

priced as (select * from {{ ref('int_reporting__priced_atom') }}),

fx as (select * from {{ ref('int_reporting__fx') }}),

rest as (
    select
        rest.*,
        case when rest.is_rate_missing then 'rate_missing' else 'rounding' end as detail,
        group_rate.{{ record | join(', group_rate.') }},
    from {{ ref('int_reporting__rest') }} as rest
    left join {{ ref('int_reporting__group') }} as group_rate
        on
            rest.definition_id = group_rate.definition_id
            and rest.leg = group_rate.leg
            and rest.group_key = group_rate.group_key
            and rest.currency = group_rate.currency
),

fx_effect as (
    select
        definition_id, leg, group_key, detail, entity, currency, period, units, rate, value,
        {{ record | join(', ') }},
        'A' as evidence_grade,
    from fx
    union all
    select
        definition_id, leg, group_key, detail, entity, currency, period, 0 as units, null as rate,
        value, {{ record | join(', ') }},
        case when is_rate_missing then 'E' else 'B' end as evidence_grade,
    from rest
),

-- An atom in the reporting currency is worth what it is, whatever it belongs to.
converted as (
    select
        atom.* exclude (rule, account_id, opportunity_line_id, document_number),
        setting.reporting_currency,
        case
            when priced.atom_key is not null then {{ from_rate_units('priced.rate') }}
            else 1
        end as rate,
        case
            when priced.atom_key is not null then {{ from_ten_thousandths('priced.value') }}
            else atom.amount
        end as reporting_amount,
    from atom
    inner join setting on atom.definition_id = setting.definition_id
    left join priced on atom.atom_key = priced.atom_key
),

final as (
    select
        atom_key,
        definition_id,
        entity,
        reporting_currency,
        period,
        leg,
        line_code,
        line_detail,
        step,
        currency,
        amount,
        cast(rate as decimal(28, 12)) as rate,
        cast(reporting_amount as decimal(28, 4)) as reporting_amount,
        evidence_grade,
        {{ record | join(', ') }},
        allocation_key,
    from converted
    union all
    select
        {{ surrogate_key([
            'fx_effect.definition_id', 'fx_effect.leg', 'fx_effect.group_key', 'fx_effect.detail',
            'fx_effect.entity', 'fx_effect.currency', 'fx_effect.period', 'fx_effect.crm_system',
            'fx_effect.opportunity_id', 'fx_effect.erp_system', 'fx_effect.document_type',
            'fx_effect.document_id', 'fx_effect.document_line_id', 'fx_effect.rate',
        ]) }} as atom_key,
        fx_effect.definition_id,
        fx_effect.entity,
        setting.reporting_currency,
        fx_effect.period,
        cast(fx_effect.leg as integer) as leg,
        case fx_effect.leg
            when 1 then '1.12' when 2 then '2.11' when 3 then '3.11' else '4.09'
        end as line_code,
        fx_effect.detail as line_detail,
        'fx' as step,
        fx_effect.currency,
        cast({{ from_ten_thousandths('fx_effect.units') }} as decimal(28, 4)) as amount,
        {{ from_rate_units('fx_effect.rate') }} as rate,
        {{ from_ten_thousandths('fx_effect.value') }} as reporting_amount,
        fx_effect.evidence_grade,
        coalesce(fx_effect.{{ record | join(", ''), coalesce(fx_effect.") }}, ''),
        '' as allocation_key,
    from fx_effect
    inner join setting on fx_effect.definition_id = setting.definition_id
)

select * from final
