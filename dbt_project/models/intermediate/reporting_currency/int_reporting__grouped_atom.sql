-- one row per atom in another currency than the reporting one, or that carries a value between
-- currencies: the group of records that it belongs to
{{ config(materialized='view') }}
with setting as (select * from {{ ref('int_reporting__setting') }}),

atom as (
    select
        atom.*,
        setting.reporting_currency,
        setting.granule,
        atom.step like 'currency%' as is_currency_hop,
    from {{ ref('fct_bridge_atom') }} as atom
    inner join setting on atom.definition_id = setting.definition_id
    where atom.currency <> setting.reporting_currency or atom.step like 'currency%'
),

deal as (
    select definition_id, crm_system, opportunity_id, deal_code
    from {{ ref('int_booking__classified') }}
    where deal_code <> '1.00'
),

definition_period as (select * from {{ ref('int_bridge__definition_period') }}),

bill as (
    select * from {{ ref('int_erp__document') }}
    where document_type in ('invoice', 'credit_memo', 'cash_sale', 'return_authorisation')
),

final as (
    select
        atom.*,
        case
            when
                atom.leg = 1 and deal.opportunity_id is not null
                and (atom.document_id = '' or (atom.allocation_key <> '' and deal.deal_code = ''))
                then 'deal:' || atom.crm_system || ':' || atom.opportunity_id
            when
                atom.leg = 4
                or (atom.leg = 3 and definition_period.revenue_event = 'invoice_paid')
                then 'document:' || atom.erp_system || ':' || case
                    when own_bill.document_id is null and settled_bill.document_id is not null
                        then atom.allocation_key
                    else atom.document_id
                end
            when atom.leg = 2 and atom.allocation_key like '%>%'
                then 'line:' || atom.erp_system || ':' || split_part(atom.allocation_key, '>', 1)
            when atom.leg = 3 and atom.allocation_key like '%>%'
                then 'slice:' || atom.erp_system || ':' || atom.allocation_key
            when atom.leg = 3 and atom.step in ('variable', 'variable_difference')
                then {{ variable_group(
                    'atom.erp_system', 'atom.entity', 'atom.currency', 'atom.period'
                ) }}
            when atom.leg = 3 and atom.step = 'reallocated'
                then
                    'line:' || atom.erp_system || ':' || atom.document_id || ':'
                    || atom.document_line_id || ' ' || atom.allocation_key
            else
                'line:' || atom.erp_system || ':' || atom.document_id || ':'
                || atom.document_line_id || {{ element_month('atom.document_type', 'atom.period') }}
        end as group_key,
    from atom
    left join deal
        on
            atom.definition_id = deal.definition_id
            and atom.crm_system = deal.crm_system
            and atom.opportunity_id = deal.opportunity_id
    left join definition_period
        on
            atom.definition_id = definition_period.definition_id
            and atom.period = definition_period.period
    left join bill as own_bill
        on
            atom.leg in (3, 4)
            and atom.erp_system = own_bill.erp_system
            and atom.document_id = own_bill.document_id
    left join bill as settled_bill
        on
            atom.leg in (3, 4)
            and atom.erp_system = settled_bill.erp_system
            and atom.allocation_key = settled_bill.document_id
)

select * from final
