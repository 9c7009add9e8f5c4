-- one row per word of the names, with how rare it is
with

word as (
    select
        word.word,
        word.record_type,
        word.record_key,
    from {{ ref('int_match__word') }} as word
    inner join {{ ref('int_match__record') }} as record on word.record_key = record.record_key
    where not record.is_gone
),

corpus as (
    select * from {{ ref('int_match__corpus') }}
),

counted as (
    select
        word,
        count(distinct case when record_type = 'account' then record_key end) as account_count,
        count(distinct case when record_type = 'erp_customer' then record_key end)
            as customer_count,
    from word
    group by word
),

final as (
    select
        counted.*,
        -- whole bits, so that a word's weight changes only when its count doubles
        greatest(
            corpus.record_bits
            - {{ whole_bits('counted.account_count + counted.customer_count') }},
            1
        ) as rarity_bits,
    from counted
    cross join corpus
)

select * from final
