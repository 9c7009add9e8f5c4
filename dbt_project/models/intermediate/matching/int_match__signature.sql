-- one row per record: a digest of all that its comparison with any other record depends on
with

record as (
    select * from {{ ref('int_match__record') }}
),

corpus as (
    select * from {{ ref('int_match__corpus') }}
),

name as (
    select
        record_key,
        {{ set_digest([
            'name_key', 'spelling', 'core', 'letters', 'initials_with_form', 'weight', 'telling_weight',
            'account_name_bits', 'customer_name_bits', 'account_town_bits', 'customer_town_bits',
        ]) }} as digest,
    from {{ ref('int_match__name_feature') }}
    group by record_key
),

similar_word as (
    select
        word,
        'account' as record_type,
        {{ set_digest(['other_word', 'likeness']) }} as digest,
    from {{ ref('int_match__similar_word') }}
    group by word
    union all
    select
        other_word as word,
        'erp_customer' as record_type,
        {{ set_digest(['word', 'likeness']) }} as digest,
    from {{ ref('int_match__similar_word') }}
    group by other_word
),

word as (
    select
        word.record_key,
        {{ set_digest([
            'word.name_key', 'word.position', 'word.word', 'word.class', 'word.weight',
            'similar_word.digest',
        ]) }} as digest,
    from {{ ref('int_match__matchable_word') }} as word
    left join similar_word
        on word.word = similar_word.word and word.record_type = similar_word.record_type
    group by word.record_key
),

block as (
    select
        record_key,
        {{ set_digest(['block_key', 'is_between_sides', 'is_within_side']) }} as digest,
    from {{ ref('int_match__block') }}
    group by record_key
),

final as (
    select
        record.record_key,
        {{ surrogate_key([
            "'" ~ matcher_code_digest() ~ "'",
            'corpus.record_bits', 'corpus.account_bits', 'corpus.customer_bits',
            'record.city_key', 'record.city_bits', 'record.state_key', 'record.postal_key',
            'record.street_number', 'record.street_word', 'record.country', 'record.phone_key',
            'record.domain', 'record.domain_label',
            'name.digest', 'word.digest', 'block.digest',
        ]) }} as signature,
    from record
    cross join corpus
    left join name on record.record_key = name.record_key
    left join word on record.record_key = word.record_key
    left join block on record.record_key = block.record_key
)

select * from final
