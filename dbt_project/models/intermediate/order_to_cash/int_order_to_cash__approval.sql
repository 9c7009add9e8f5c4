-- one row per order that the ERP's notes tell was approved: on which day first
with

note as (
    {{ union_systems(var('erp_systems'), 'system_note') }}
),

-- Its status left approval, and was not the order's end.
final as (
    select
        source_system as erp_system,
        document_id as order_id,
        cast(min(noted_at) as date) as approved_date,
    from note
    where
        lower(field) like '%status'
        and lower(old_value) like '%pending approval%'
        and lower(new_value) not like '%pending approval%'
        and lower(new_value) not like '%cancel%'
        and lower(new_value) not like '%reject%'
        and lower(new_value) not like '%closed%'
    group by source_system, document_id
)

select * from final
