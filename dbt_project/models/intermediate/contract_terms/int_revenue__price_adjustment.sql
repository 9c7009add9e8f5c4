-- one row per performance obligation and kind of adjustment of its price that is known from the
-- beginning: payments long before or after the transfer at the value that they have then
with financed_payment as (select * from {{ ref('int_revenue__financed_payment') }}),

obligation as (
    select
        *,
        abs({{ to_minor('sales_amount', 'minor_unit') }}) as weight
    from {{ ref('int_revenue__stated_obligation') }}
    where obligation_source = 'element'
),

contract as (
    select
        erp_system,
        contract_id,
        sum(interest_units) as interest_units
    from financed_payment
    group by erp_system, contract_id
),

shared as (
    select
        obligation.erp_system,
        obligation.obligation_id,
        obligation.contract_id,
        obligation.minor_unit,
        obligation.weight,
        {{ minor_from_hundred_millionths('contract.interest_units', 'obligation.minor_unit') }}
            as contract_units
    from contract
    inner join obligation
        on
            contract.erp_system = obligation.erp_system
            and contract.contract_id = obligation.contract_id
),

divided as (
    {{ largest_remainder(
        relation='shared', total='contract_units', weight='weight',
        partition_by=['erp_system', 'contract_id'], order_by=['obligation_id'],
        result='share_units'
    ) }}
),

final as (
    select
        erp_system,
        obligation_id,
        'financing' as kind,
        {{ from_minor('share_units', 'minor_unit') }} as amount
    from divided
)

select * from final
