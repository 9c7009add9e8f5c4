-- one row per order, field and word (or words in a row) by which it may name a deal
with

sales_order as (
    select * from {{ ref('int_erp__document') }}
    where document_type = 'sales_order'
),

field_text as (
    select
        erp_system,
        document_id as order_id,
        'deal' as field,
        crm_reference as text,
    from sales_order
    where crm_reference is not null
    union all
    select
        erp_system,
        document_id as order_id,
        'quote' as field,
        crm_quote_number as text,
    from sales_order
    where crm_quote_number is not null
    union all
    select
        erp_system,
        document_id as order_id,
        'contract' as field,
        crm_contract_number as text,
    from sales_order
    where crm_contract_number is not null
    union all
    select
        erp_system,
        document_id as order_id,
        'purchase order' as field,
        external_reference as text,
    from sales_order
    where length(external_reference) >= 15
    union all
    select
        erp_system,
        document_id as order_id,
        'outside id' as field,
        external_id as text,
    from sales_order
    where length(external_id) >= 15
),

-- links are written with %2F for a slash; a purchase order number beside an id is no deal's number
cleaned as (
    select
        erp_system,
        order_id,
        field,
        {{ spaced_words('text') }} as words,
        {{ spaced_words(without_purchase_order('text')) }} as numbers,
    from field_text
),

word as (
    select
        erp_system,
        order_id,
        field,
        {{ words_of('words') }},
    from cleaned
),

-- a number may be written in up to three words: OPP-0100010, "opp 01 00010"
number_word as (
    select
        erp_system,
        order_id,
        field,
        {{ words_of('numbers') }},
    from cleaned
    where field in ('deal', 'quote', 'contract')
),

neighbours as (
    select
        number_word.*,
        lead(word, 1, '') over in_text as next_word,
        lead(word, 2, '') over in_text as third_word,
        count(*) over (partition by erp_system, order_id, field) as word_count,
    from number_word
    window in_text as (partition by erp_system, order_id, field order by position)
),

token as (
    select
        erp_system,
        order_id,
        field,
        'id' as kind,
        word as token,
    from word
    where length(word) in (15, 18) and {{ regexp_matches('word', '[0-9]') }}
    union all
    select
        erp_system,
        order_id,
        field,
        'number' as kind,
        {{ number_key('word') }} as token,
    from neighbours
    where length(word) >= 5 or word_count = 1
    union all
    select
        erp_system,
        order_id,
        field,
        'number' as kind,
        {{ number_key('word || next_word') }} as token,
    from neighbours
    where next_word <> '' and (length(word || next_word) >= 5 or word_count = 2)
    union all
    select
        erp_system,
        order_id,
        field,
        'number' as kind,
        {{ number_key('word || next_word || third_word') }} as token,
    from neighbours
    where third_word <> '' and length(word || next_word || third_word) >= 5
),

final as (
    select
        erp_system,
        order_id,
        field,
        kind,
        token,
    from token
    where token is not null and {{ regexp_matches('token', '[0-9]') }}
    group by erp_system, order_id, field, kind, token
)

select * from final
