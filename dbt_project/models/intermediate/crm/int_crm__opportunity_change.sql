-- one row per opportunity, field and moment when amount, currency, date, stage, existence changed
{%- set booked = {'stage': 'stage_name', 'close_date': 'close_date', 'amount': 'amount'} %}
{%- set landed = dict(booked, currency='currency', deleted='is_deleted') %}
-- Told by three sources; what a better one tells of an interval, the others need not repeat.
with

landed as (
    {{ union_systems(var('crm_systems'), 'opportunity_version') }}
),

-- A row that changed without saying so changed when a load first showed it.
version as (
    select
        landed.* exclude (changed_at),
        case
            when
                landed.changed_at <= lag(landed.changed_at) over (
                    partition by landed.source_system, landed.opportunity_id
                    order by landed.load_id
                )
                then landed.known_at
            else landed.changed_at
        end as changed_at,
    from landed
),

field_history as (
    {{ union_systems(var('crm_systems'), 'opportunity_field_history') }}
),

stage_history as (
    {{ union_systems(var('crm_systems'), 'opportunity_history') }}
    where not is_deleted
),

-- Values of one field are one text, whoever writes them.
told_by_field as (
    select
        field_history.source_system as crm_system,
        field_history.opportunity_id,
        case lower(field_history.field)
            when 'amount' then 'amount' when 'closedate' then 'close_date'
            when 'stagename' then 'stage' when 'currencyisocode' then 'currency'
        end as field,
        {%- for side in ['from', 'to'] %}
        {%- set value = 'field_history.' ~ ('old_value' if side == 'from' else 'new_value') %}
        case lower(field_history.field)
            when 'amount'
                then cast({{ cast_or_null(value, 'decimal(28, 4)') }} as {{ dbt.type_string() }})
            when 'closedate'
                then cast(
                    {{ cast_or_null('left(' ~ value ~ ', 10)', 'date') }} as {{ dbt.type_string() }}
                )
            else {{ clean_text(value) }}
        end as {{ side }}_value,
        {%- endfor %}
        cast(null as timestamp) as since,
        field_history.changed_at,
        field_history.changed_by_id,
        'field history' as source,
        field_history.opportunity_field_history_id as source_id,
    from field_history
    where lower(field_history.field) in ('amount', 'closedate', 'stagename', 'currencyisocode')
),

{%- for source, relation, order_by, fields in [
    ('stage', 'stage_history', 'changed_at, opportunity_history_id', booked),
    ('landed', 'version', 'load_id', landed),
] %}
{%- set seen = 'stage history' if source == 'stage' else 'landed version' %}
{%- set id = 'opportunity_history_id' if source == 'stage' else 'load_id' %}

{{ source }}_before as (
    select
        *,
        {%- for column in fields.values() %}
        lag({{ column }}) over in_order as previous_{{ column }},
        {%- endfor %}
        lag(changed_at) over in_order as since,
    from {{ relation }}
    window in_order as (partition by source_system, opportunity_id order by {{ order_by }})
),

told_by_{{ source }} as (
    {%- for field, column in fields.items() %}
    select
        source_system as crm_system,
        opportunity_id,
        '{{ field }}' as field,
        cast(previous_{{ column }} as {{ dbt.type_string() }}) as from_value,
        cast({{ column }} as {{ dbt.type_string() }}) as to_value,
        since,
        changed_at,
        changed_by_id,
        '{{ seen }}' as source,
        cast({{ id }} as {{ dbt.type_string() }}) as source_id,
    from {{ source }}_before
    where since is not null and {{ column }} is distinct from previous_{{ column }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),
{%- endfor %}

{%- for source, better in [('stage', 'told_by_field'), ('landed', 'explicit')] %}

{{ source }}_alone as (
    select told.*
    from told_by_{{ source }} as told
    left join {{ better }} as better
        on
            told.crm_system = better.crm_system
            and told.opportunity_id = better.opportunity_id
            and told.field = better.field
            and (
                (told.since < better.changed_at and told.changed_at >= better.changed_at)
                or (
                    told.from_value is not distinct from better.from_value
                    and told.to_value is not distinct from better.to_value
                    and abs({{ dbt.datediff('told.changed_at', 'better.changed_at', 'day') }}) <= 1
                )
            )
    where better.opportunity_id is null
),
{%- if source == 'stage' %}

explicit as (
    select * from told_by_field
    union all
    select * from stage_alone
),
{%- endif %}
{%- endfor %}

told as (
    select * from explicit
    union all
    select * from landed_alone
),

ordered as (
    select
        *,
        case field
            when 'stage' then 1 when 'close_date' then 2 when 'amount' then 3
            when 'currency' then 4
            else 5
        end as field_order,
    from told
    where from_value is distinct from to_value and changed_at is not null
),

final as (
    select
        * exclude (since, field_order),
        row_number() over (
            partition by crm_system, opportunity_id
            order by changed_at, field_order, source, source_id
        ) as change_number,
    from ordered
)

select * from final
