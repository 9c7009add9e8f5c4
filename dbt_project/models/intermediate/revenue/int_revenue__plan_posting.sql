-- one row per posted line of a revenue plan: its part of the ledger line that posted it
with plan_line as (
    select * from {{ ref('int_revenue__plan_line') }}
    where is_posted
),

running as (
    select
        *,
        sum(amount) over to_date as to_amount,
        sum(amount) over journal_line as line_amount,
        row_number() over (
            partition by erp_system, journal_document_id, journal_line_id
            order by revenue_plan_id desc, line_number desc
        ) as last_first
    from plan_line
    window
        journal_line as (partition by erp_system, journal_document_id, journal_line_id),
        to_date as (
            partition by erp_system, journal_document_id, journal_line_id
            order by revenue_plan_id, line_number
            rows between unbounded preceding and current row
        )
),

-- what is posted in another currency is carried there at the posting's own rate
carried as (
    select
        *,
        case
            when currency = posted_currency then amount
            {%- set whole = ten_thousandths('journal_line_amount') %}
            {%- set total = ten_thousandths('line_amount') %}
            {%- set granule = minor_unit_granule('posted_minor_unit') %}
            else coalesce({{ from_ten_thousandths(
                scale_whole(whole, ten_thousandths('to_amount'), total, granule)
                ~ ' - ' ~ scale_whole(whole, ten_thousandths('to_amount - amount'), total, granule)
            ) }}, 0)
        end as carried_amount
    from running
),

final as (
    select
        erp_system,
        revenue_plan_id,
        line_number,
        obligation_id,
        entity,
        currency,
        minor_unit,
        period,
        amount,
        posted_entity,
        posted_currency,
        posted_minor_unit,
        posted_period,
        journal_document_id,
        journal_line_id,
        cast(carried_amount as decimal(28, 4)) as carried_amount,
        -- the last line of several takes what was posted beside the plan
        cast(
            carried_amount + case
                when last_first = 1
                    then journal_line_amount - sum(carried_amount) over (
                        partition by erp_system, journal_document_id, journal_line_id
                    )
                else 0
            end
            as decimal(28, 4)
        ) as posted_amount
    from carried
)

select * from final
