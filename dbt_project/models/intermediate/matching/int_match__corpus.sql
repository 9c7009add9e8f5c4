-- one row per run: how many live records there are, in whole bits
with

record as (
    select * from {{ ref('int_match__record') }}
    where not is_gone
),

final as (
    select
        {{ whole_bits('count(*)') }} as record_bits,
        {{ whole_bits("count(case when record_type = 'account' then 1 end)") }} as account_bits,
        {{ whole_bits("count(case when record_type = 'erp_customer' then 1 end)") }}
            as customer_bits,
    from record
)

select * from final
