-- one row per deal whose amount the CRM changed after the deal was won and its order made
with version as (select * from {{ ref('int_crm__opportunity_version') }}),

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
    where not is_deleted
),

sales_order as (
    select * from {{ ref('int_erp__document') }}
    where is_released
),

first_order as (
    select
        link.crm_system,
        link.opportunity_id,
        min(coalesce(
            sales_order.created_at, cast(sales_order.document_date as timestamp)
        )) as ordered_at,
    from {{ ref('int_order_link__order_opportunity') }} as link
    inner join sales_order
        on
            link.erp_system = sales_order.erp_system
            and link.order_id = sales_order.document_id
    group by link.crm_system, link.opportunity_id
),

first_won as (
    select crm_system, opportunity_id, min(valid_from) as won_at
    from version
    where is_won
    group by crm_system, opportunity_id
),

placed as (
    select
        version.*,
        -- What was negotiated before the deal was won is no edit, even if the order came first.
        version.version_number = 0
        or version.valid_from <= greatest(
            first_order.ordered_at, coalesce(first_won.won_at, first_order.ordered_at)
        ) as is_as_ordered,
    from version
    inner join first_order
        on
            version.crm_system = first_order.crm_system
            and version.opportunity_id = first_order.opportunity_id
    left join first_won
        on
            version.crm_system = first_won.crm_system
            and version.opportunity_id = first_won.opportunity_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by crm_system, opportunity_id, is_as_ordered order by version_number desc
        ) as place_from_last,
        min(case when changed_field = 'amount' then version_number end) over (
            partition by crm_system, opportunity_id, is_as_ordered
        ) as first_edit_number,
    from placed
),

edited as (
    select
        crm_system,
        opportunity_id,
        max(case when is_as_ordered and place_from_last = 1 then amount end) as amount_as_ordered,
        max(case when is_as_ordered and place_from_last = 1 then currency end)
            as currency_as_ordered,
        max(case when not is_as_ordered and place_from_last = 1 then amount end) as amount_now,
        max(case
            when not is_as_ordered and version_number = first_edit_number then valid_from
        end) as edited_at,
        max(case
            when not is_as_ordered and version_number = first_edit_number then source
        end) as source,
    from ranked
    group by crm_system, opportunity_id
),

-- An edit that the lines have not followed is in the line between header and lines.
header_difference as (
    select crm_system, opportunity_id, sum(amount) as amount
    from {{ ref('int_crm__opportunity_line') }}
    where line_kind = 'header_difference' and not is_deleted
    group by crm_system, opportunity_id
),

-- A history that does not end at today's amount has a gap and proves nothing; an amount in another
-- currency was not edited but replaced.
final as (
    select
        edited.crm_system,
        edited.opportunity_id,
        edited.amount_as_ordered,
        opportunity.amount as amount_now,
        {{ money('edited.amount_as_ordered - opportunity.amount') }} as taken_off,
        edited.edited_at,
        edited.source,
        coalesce(
            header_difference.amount = opportunity.amount - edited.amount_as_ordered, false
        ) as is_in_header,
    from edited
    inner join opportunity
        on
            edited.crm_system = opportunity.crm_system
            and edited.opportunity_id = opportunity.opportunity_id
            and edited.amount_now = opportunity.amount
            and edited.currency_as_ordered = opportunity.currency
    left join header_difference
        on
            edited.crm_system = header_difference.crm_system
            and edited.opportunity_id = header_difference.opportunity_id
    where edited.edited_at is not null and edited.amount_as_ordered <> opportunity.amount
)

select * from final
