-- one row per object, measure, currency and step from raw to mart
with

flow as (
    select * from {{ ref('int_conservation__raw_to_staging') }}
    union all by name
    select * from {{ ref('int_conservation__staging_to_line') }}
    union all by name
    select * from {{ ref('int_conservation__line_to_anchor') }}
),

final as (
    select
        flow.system,
        flow.object,
        flow.measure,
        flow.currency,
        flow.from_stage,
        flow.to_stage,
        flow.rows_in,
        flow.rows_out,
        cast(flow.rows_excepted as bigint) as rows_excepted,
        cast(flow.amount_in as decimal(28, 4)) as amount_in,
        cast(flow.amount_out as decimal(28, 4)) as amount_out,
        cast(flow.amount_excepted as decimal(28, 4)) as amount_excepted,
    from flow
)

select * from final
