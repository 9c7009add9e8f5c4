-- one row per definition set and released order line without an opportunity
with order_line as (
    select * from {{ ref('int_erp__order_line') }}
    where is_released
),

link as (
    select erp_system, order_id
    from {{ ref('int_order_link__order_opportunity') }}
    group by erp_system, order_id
),

definition_set as (select definition_id from {{ source('definitions', 'definition_set') }}),

channel_rule as (select * from {{ source('definitions', 'channel_rule') }}),

unlinked as (
    select
        definition_set.definition_id,
        order_line.erp_system,
        order_line.order_id,
        order_line.order_line_id,
        order_line.order_date,
        order_line.order_number,
        order_line.channel_code,
        order_line.source_channel,
        order_line.item_type,
        order_line.customer_category,
        order_line.is_intercompany,
    from order_line
    left join link
        on
            order_line.erp_system = link.erp_system
            and order_line.order_id = link.order_id
    cross join definition_set
    where link.order_id is null
),

-- The lowest priority that holds wins.
matched as (
    select
        unlinked.definition_id,
        unlinked.erp_system,
        unlinked.order_id,
        unlinked.order_line_id,
        min(
            lpad(cast(channel_rule.priority as {{ dbt.type_string() }}), 9, '0')
            || '|' || channel_rule.channel
        ) as first_rule,
    from unlinked
    inner join channel_rule
        on
            unlinked.definition_id = channel_rule.definition_id
            and unlinked.order_date >= channel_rule.valid_from
            and unlinked.order_date < channel_rule.valid_to
            and {{ rule_matches(
                "case channel_rule.field
                    when 'channel_code' then unlinked.channel_code
                    when 'source_channel' then unlinked.source_channel
                    when 'item_type' then unlinked.item_type
                    when 'order_number' then unlinked.order_number
                    when 'customer_category' then unlinked.customer_category
                    when 'is_intercompany'
                        then cast(unlinked.is_intercompany as " ~ dbt.type_string() ~ ")
                end", 'channel_rule.operator', 'channel_rule.value') }}
    group by
        unlinked.definition_id,
        unlinked.erp_system,
        unlinked.order_id,
        unlinked.order_line_id
),

final as (
    select
        unlinked.definition_id,
        unlinked.erp_system,
        unlinked.order_id,
        unlinked.order_line_id,
        coalesce(substr(matched.first_rule, 11), 'unknown') as channel,
    from unlinked
    left join matched
        on
            unlinked.definition_id = matched.definition_id
            and unlinked.erp_system = matched.erp_system
            and unlinked.order_id = matched.order_id
            and unlinked.order_line_id = matched.order_line_id
)

select * from final
