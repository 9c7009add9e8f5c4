-- one row per performance obligation and kind of adjustment of its price that is known from the
-- beginning: payments long before or after the transfer at the value that they have then
with financed_payment as (select * from {{ ref('int_revenue__financed_payment') }}),

contract as (
    select
        erp_system,
        contract_id,
        sum(interest_units) as interest_units
    from financed_payment
    group by erp_system, contract_id
),

{{ interest_shares('contract', ['erp_system', 'contract_id']) }},

final as (
    select
        erp_system,
        obligation_id,
        'financing' as kind,
        {{ from_minor('share_units', 'minor_unit') }} as amount
    from divided
)

select * from final
