-- one row per atom: one step of one slice, or one unmatched line, of one leg and definition set
with atom as (
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
        evidence_grade,
        rule,
        crm_system,
        account_id,
        opportunity_id,
        opportunity_line_id,
        erp_system,
        document_type,
        document_id,
        document_line_id,
        allocation_key,
    from {{ ref('int_bridge__leg' ~ leg ~ '_atom') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

document as (select * from {{ ref('int_erp__document') }}),

final as (
    select
        {{ surrogate_key([
            'atom.definition_id', 'atom.leg', 'atom.line_code', 'atom.line_detail', 'atom.step',
            'atom.entity', 'atom.currency', 'atom.period', 'atom.crm_system', 'atom.account_id',
            'atom.opportunity_id', 'atom.opportunity_line_id', 'atom.erp_system',
            'atom.document_type', 'atom.document_id', 'atom.document_line_id',
            'atom.allocation_key',
        ]) }} as atom_key,
        atom.definition_id,
        atom.entity,
        atom.currency,
        atom.period,
        cast(atom.leg as integer) as leg,
        atom.line_code,
        coalesce(atom.line_detail, '') as line_detail,
        atom.step,
        cast(atom.amount as decimal(28, 4)) as amount,
        atom.evidence_grade,
        coalesce(atom.rule, '') as rule,
        atom.crm_system,
        coalesce(atom.account_id, '') as account_id,
        atom.opportunity_id,
        atom.opportunity_line_id,
        atom.erp_system,
        atom.document_type,
        atom.document_id,
        coalesce(document.document_number, '') as document_number,
        atom.document_line_id,
        atom.allocation_key,
    from atom
    left join document
        on
            atom.erp_system = document.erp_system
            and atom.document_type = document.document_type
            and atom.document_id = document.document_id
    where atom.amount <> 0
)

select * from final
