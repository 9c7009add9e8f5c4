-- one row per order line, measure and moment at which quantity, unit price or amount changed
{%- set measures = ['quantity', 'unit_price', 'amount'] %}
-- Told by the ERP's own notes; where it has none, by landed versions of the line.
with

order_line as (
    select * from {{ ref('int_erp__order_line') }}
),

note as (
    select * from ({{ union_systems(var('erp_systems'), 'system_note') }}) as noted
    where line_measure is not null and new_number is not null
),

version as (
    {{ union_systems(var('erp_systems'), 'document_line_version') }}
),

measured as (
    {%- for measure in measures %}
    select
        erp_system, order_id, order_line_id, '{{ measure }}' as measure,
        {{ quantity('abs(' ~ measure ~ ')') }} as size,
    from order_line
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- A note that names no line is of the only line that has what it says.
attributed as (
    select
        note.source_system as erp_system,
        note.system_note_id,
        measured.order_id,
        measured.order_line_id,
        measured.measure,
        note.old_number,
        note.new_number,
        note.employee_id,
        note.noted_at,
        note.document_line_id is not null as is_named,
        count(*) over (partition by note.source_system, note.system_note_id) as lines,
    from note
    inner join measured
        on
            note.source_system = measured.erp_system
            and note.document_id = measured.order_id
            and note.line_measure = measured.measure
            and (
                note.document_line_id = measured.order_line_id
                or (note.document_line_id is null and note.new_number = measured.size)
            )
),

noted as (
    select
        erp_system,
        order_id,
        order_line_id,
        measure,
        abs(old_number) as from_size,
        abs(new_number) as to_size,
        cast(null as timestamp) as since,
        noted_at as changed_at,
        employee_id as changed_by_id,
        'system note' as source,
        system_note_id as source_id,
    from attributed
    where is_named or lines = 1
),

versioned as (
    select
        version.*,
        lag(changed_at) over in_order as since,
        {%- for measure in measures %}
        lag({{ measure }}) over in_order as previous_{{ measure }},
        {%- endfor %}
        row_number() over in_order as place,
    from version
    window in_order as (
        partition by source_system, document_id, document_line_id order by load_id
    )
),

landed as (
    {%- for measure in measures %}
    select
        versioned.source_system as erp_system,
        versioned.document_id as order_id,
        versioned.document_line_id as order_line_id,
        '{{ measure }}' as measure,
        {{ quantity('abs(versioned.previous_' ~ measure ~ ')') }} as from_size,
        {{ quantity('abs(versioned.' ~ measure ~ ')') }} as to_size,
        versioned.since,
        versioned.changed_at,
        cast(null as {{ dbt.type_string() }}) as changed_by_id,
        'landed version' as source,
        versioned.load_id as source_id,
    from versioned
    where
        versioned.place > 1
        and versioned.previous_{{ measure }} is not null
        and versioned.{{ measure }} <> versioned.previous_{{ measure }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

landed_alone as (
    select landed.*
    from landed
    inner join order_line
        on
            landed.erp_system = order_line.erp_system
            and landed.order_id = order_line.order_id
            and landed.order_line_id = order_line.order_line_id
    left join noted
        on
            landed.erp_system = noted.erp_system
            and landed.order_id = noted.order_id
            and landed.order_line_id = noted.order_line_id
            and landed.measure = noted.measure
            and (
                (landed.since < noted.changed_at and landed.changed_at >= noted.changed_at)
                or (landed.from_size = noted.from_size and landed.to_size = noted.to_size)
            )
    where noted.order_id is null
),

final as (
    select * exclude (since) from noted
    union all
    select * exclude (since) from landed_alone
)

select * from final
