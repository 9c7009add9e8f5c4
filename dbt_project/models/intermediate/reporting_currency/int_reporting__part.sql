-- one row per definition set, leg, group, and part of an anchor's record in it: its value at its
-- own rate. Parts of one record share the record's value, by largest remainder in minor units
{%- set record = 'partition by definition_id, leg, side, record_key' %}
with part as (
    {%- for leg in [1, 2, 3] %}
    select * from {{ ref('int_reporting__leg' ~ leg ~ '_part') }}
    union all
    {%- endfor %}
    select {{ reporting_part_columns() | join(', ') }}
    from {{ ref('int_reporting__cash_part') }}
    where leg = 4
),

valued as (
    select
        part.*,
        {{ at_rate('units', 'rate', 'currency', 'reporting_currency', 'granule') }} as nearest,
        {{ at_rate('cast(sum(units) over record as ' ~ type_wide_integer() ~ ')', 'rate',
            'currency', 'reporting_currency', 'granule') }} as record_value,
        count(*) over record as parts,
    from part
    window record as ({{ record }})
),

shared as (
    select
        *,
        cast(sum(nearest) over record as {{ type_wide_integer() }}) - record_value as surplus,
        -- how much more than its exact share a part has, in trillionths
        case
            when parts > 1 and currency <> reporting_currency
                then nearest * 1000000000000 - units * rate
        end as excess,
    from valued
    window record as ({{ record }})
),

-- Too much is taken from what was rounded up most, too little given to what was rounded down most.
ranked as (
    select
        *,
        row_number() over (
            {{ record }}
            order by case when surplus < 0 then excess else -excess end, group_key
        ) as place,
    from shared
),

final as (
    select
        {{ reporting_part_columns() | join(', ') }},
        case
            when surplus <> 0 and place * granule <= abs(surplus)
                then nearest - sign(surplus) * granule
            else nearest
        end as value,
    from ranked
)

select * from final
