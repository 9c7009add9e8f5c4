-- one row per option of a contract that is a material right: an obligation without a stated price
with contract_option as (select * from {{ source('definitions', 'contract_option') }}),

contract_name as (select * from {{ ref('int_revenue__contract_name') }}),

obligation as (select * from {{ ref('int_revenue__stated_obligation') }}),

-- whose it is, as the contract's first obligation says
party as (
    select
        *,
        row_number() over (
            partition by erp_system, contract_id order by added_on, obligation_id
        ) as place
    from obligation
),

final as (
    select
        party.erp_system,
        'option ' || party.contract_id || ':' || contract_option.option_name as obligation_id,
        'option' as obligation_source,
        party.obligation_id as element_id,
        party.contract_id,
        party.entity,
        party.currency,
        party.minor_unit,
        party.erp_customer_id,
        cast(1 as decimal(28, 8)) as quantity,
        cast(0 as decimal(28, 4)) as sales_amount,
        cast(0 as decimal(28, 4)) as erp_allocated_amount,
        false as is_return,
        party.inception_date,
        party.inception_date as added_on,
        party.inception_date as agreed_on,
        'option' as recognition_rule,
        -- a right that nobody uses is earned when it ends
        contract_option.expires_on as start_date,
        contract_option.expires_on as end_date,
        -- what it saves beyond what everybody gets, as likely as it is used
        {{ scale_whole(
            scale_whole(
                ten_thousandths('contract_option.expected_purchase'),
                hundred_millionths('contract_option.discount - contract_option.general_discount'),
                '100000000', 1
            ),
            hundred_millionths('contract_option.likelihood'), '100000000', 1
        ) }} as stand_alone_units
    from contract_option
    inner join contract_name
        on
            contract_option.erp_system = contract_name.erp_system
            and contract_option.contract = contract_name.contract_name
    inner join party
        on
            contract_name.erp_system = party.erp_system
            and contract_name.contract_id = party.contract_id
            and party.place = 1
)

select * from final
