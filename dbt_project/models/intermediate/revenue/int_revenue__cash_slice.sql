-- one row per posted invoice (per entity) and payment or credit applied to it, and one for what is
-- open: gross, tax and net parts add up to the invoice exactly
{%- set invoice_key = ['erp_system', 'invoice_id', 'entity'] %}
with settlement as (select * from {{ ref('int_revenue__settlement') }}),

running as (
    select
        *,
        sum(measure) over (
            partition by {{ invoice_key | join(', ') }} order by slice_rank
            rows between unbounded preceding and current row
        ) as measured_to_date
    from settlement
),

-- an invoice is settled up to its gross amount; what was applied beyond it settles nothing
covered as (
    select
        *,
        case
            when slice_type = 'open' then whole
            else max(least(greatest(measured_to_date, 0), whole)) over (
                partition by {{ invoice_key | join(', ') }} order by slice_rank
                rows between unbounded preceding and current row
            )
        end as covered_to_date
    from running
),

weighted as (
    select
        *,
        covered_to_date - coalesce(
            lag(covered_to_date) over (
                partition by {{ invoice_key | join(', ') }} order by slice_rank
            ), 0
        ) as covered_units
    from covered
),

divided as (
    {{ largest_remainder(
        relation='weighted', total='tax_units', weight='covered_units',
        partition_by=invoice_key, order_by=['slice_rank'], result='tax_share_units'
    ) }}
),

parted as (
    select
        *,
        cast({{ from_ten_thousandths('covered_units') }} * direction as decimal(28, 4))
            as gross_amount,
        cast(
            {{ from_minor('tax_share_units', 'minor_unit') }}
            + case
                when slice_rank = 1
                    then invoice_tax_amount - {{ from_minor('tax_units', 'minor_unit') }}
                else 0
            end
            as decimal(28, 4)
        ) as tax_amount
    from divided
),

final as (
    select
        erp_system,
        invoice_id,
        entity,
        currency,
        invoice_period,
        slice_type,
        settlement_id,
        settlement_period,
        applied_amount,
        gross_amount,
        tax_amount,
        cast(gross_amount - tax_amount as decimal(28, 4)) as net_amount
    from parted
)

select * from final
