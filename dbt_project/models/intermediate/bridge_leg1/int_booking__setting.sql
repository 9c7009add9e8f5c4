-- one row per definition set and interval of its settings, without a gap
with setting as (select * from {{ source('definitions', 'definition_setting') }}),

final as (
    select
        definition_id,
        booking_date_basis,
        revenue_event,
        net_pending,
        fiscal_year_start_month,
        sla_business_days,
        rounding_tolerance_minor_units,
        duplicate_window_days,
        case
            when lag(valid_from) over rows_of_set is null then date '0001-01-01' else valid_from
        end as starts_on,
        coalesce(lead(valid_from) over rows_of_set, date '9999-12-31') as ends_before,
    from setting
    window rows_of_set as (partition by definition_id order by valid_from)
)

select * from final
