-- one row per record, attribute and span of days, of values that the record did not always have
with

version as (
    {{ union_systems(var('crm_systems'), 'account_identity') }}
    union all
    {{ union_systems(var('erp_systems'), 'customer_identity') }}
),

-- what a record said of itself while it was there, and whether it was
attribute as (
    {%- for name, value in [
        ('counterpart id', 'counterpart_id'), ('tax id', 'tax_id'),
        ('merged into', 'merged_into_record_id'), ('gone', "case when is_gone then 'gone' end"),
    ] %}
    select
        source_system,
        record_type,
        record_id,
        load_id,
        changed_on,
        '{{ name }}' as attribute,
        {{ value }} as value,
    from version
    {%- if name in ('counterpart id', 'tax id') %}
    where not is_gone
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

compared as (
    select
        attribute.*,
        lag(load_id) over (
            partition by source_system, record_type, record_id, attribute order by load_id
        ) as earlier_load_id,
        lag(value) over (
            partition by source_system, record_type, record_id, attribute order by load_id
        ) as earlier_value,
    from attribute
),

changed as (
    select
        compared.*,
        lead(changed_on) over (
            partition by source_system, record_type, record_id, attribute order by load_id
        ) as given_up_on,
    from compared
    where earlier_load_id is null or value is distinct from earlier_value
),

-- an id holds from the beginning, and until its successor begins, whenever it was written down
spanned as (
    select
        changed.*,
        attribute in ('counterpart id', 'tax id') and row_number() over (
            partition by source_system, record_type, record_id, attribute order by load_id
        ) = 1 as is_first,
        case
            when attribute in ('counterpart id', 'tax id')
                then lead(changed_on) over (
                    partition by source_system, record_type, record_id, attribute
                    order by load_id
                )
        end as succeeded_on,
    from changed
    where value is not null
),

final as (
    select
        source_system,
        record_type,
        record_id,
        source_system || ':' || record_id as record_key,
        attribute,
        value,
        case when is_first then cast('1900-01-01' as date) else changed_on end as valid_from,
        coalesce(succeeded_on, given_up_on, cast('9999-12-31' as date)) as valid_to,
    from spanned
)

select *
from final
where
    valid_from < valid_to
    and (valid_from > cast('1900-01-01' as date) or valid_to < cast('9999-12-31' as date))
