-- one row per portfolio of variable consideration and event that moves its refund liability: the
-- effect on revenue beside billings, on the goods expected back and on the cost of sales
{%- set portfolio = ['erp_system', 'portfolio_id', 'entity', 'currency'] %}
{%- set granule = minor_unit_granule('minor_unit') %}
with event as (
    select
        *,
        {{ ten_thousandths('sold_amount_to_date') }} as sold_units,
        {{ ten_thousandths('credited_amount_to_date') }} as credited_units,
        {{ hundred_millionths('expected_share') }} as share_units,
        {{ hundred_millionths('sold_quantity_to_date') }} as quantity_units,
        {{ hundred_millionths('coalesce(unit_cost, 0)') }} as cost_units
    from {{ ref('int_revenue__variable_event') }}
),

-- what is to be given back of what was sold so far, before any credit
expected as (
    select
        *,
        case
            when basis <> 'volume'
                then {{ scale_whole('sold_units', 'share_units', '100000000', granule) }}
            when quantity_units = 0 then sold_units
            else sold_units - {{ scale_whole(
                'expected_units', 'quantity_units',
                hundred_millionths('expected_quantity'), granule
            ) }}
        end as owed_units,
        {{ scale_whole(
            'cost_units', scale_whole('quantity_units', 'share_units', '100000000', 1),
            '1000000000000', granule
        ) }} as expected_cost_units,
        {{ scale_whole(
            'cost_units', hundred_millionths('credited_quantity_to_date'), '1000000000000', granule
        ) }} as returned_cost_units,
        {{ scale_whole(
            'cost_units', hundred_millionths('sold_quantity'), '1000000000000', granule
        ) }} as sold_cost_units,
        {{ scale_whole(
            'cost_units', hundred_millionths('credited_quantity'), '1000000000000', granule
        ) }} as credited_cost_units
    from event
),

-- credits use it up and no more: what goes beyond lessens revenue by itself
standing as (
    select
        *,
        case
            when owed_units <= 0 then owed_units
            when credited_units < owed_units then owed_units - credited_units
            else 0
        end as balance_units,
        case
            when expected_cost_units > returned_cost_units
                then expected_cost_units - returned_cost_units
            else 0
        end as asset_units
    from expected
),

moved as (
    select
        *,
        balance_units - coalesce(lag(balance_units) over by_event, 0) as liability_units,
        asset_units - coalesce(lag(asset_units) over by_event, 0) as asset_change_units
    from standing
    window by_event as (partition by {{ portfolio | join(', ') }} order by event_number)
),

final as (
    select
        {{ portfolio | join(', ') }},
        event_number,
        basis,
        term_id,
        minor_unit,
        item_id,
        sku,
        obligation_id,
        period,
        event_date,
        kind,
        document_type,
        document_id,
        document_line_id,
        {{ from_ten_thousandths('-liability_units') }} as amount,
        {{ from_ten_thousandths('asset_change_units') }} as return_asset_change,
        -- goods expected back are no cost yet; goods that came back are none again
        {{ from_ten_thousandths(
            'sold_cost_units - credited_cost_units - asset_change_units'
        ) }} as cost_of_sales
    from moved
    where liability_units <> 0 or asset_change_units <> 0 or sold_cost_units <> 0
)

select * from final
