-- one row per posted credit memo line that takes back a bill line and bill line that replaces what
-- it took: the whole line, by one bill or in parts by several (reissue), or some of its quantity
-- (rebill)
{%- set credit_line = ['erp_system', 'credit_document_id', 'credit_document_line_id'] %}
{%- set reissue_line = ['erp_system', 'reissue_document_id', 'reissue_document_line_id'] %}
with candidate as (select * from {{ ref('int_bridge__reissue_candidate') }}),

ranked as (
    select
        *,
        row_number() over (
            partition by {{ credit_line | join(', ') }}
            order by
                case pair_kind when 'reissue' then 0 else 1 end,
                reissue_date,
                bill_document_id,
                bill_document_line_id,
                reissue_document_id,
                reissue_document_line_id
        ) as credit_rank,
        row_number() over (
            partition by {{ reissue_line | join(', ') }}
            order by
                case pair_kind when 'reissue' then 0 else 1 end,
                credit_date,
                bill_document_id,
                bill_document_line_id,
                credit_document_id,
                credit_document_line_id
        ) as reissue_rank
    from candidate
    where pair_kind <> 'part'
),

pair as (
    select * from ranked
    where credit_rank = 1 and reissue_rank = 1
),

-- Billed again in parts: all later bills of the line together, and of no other credit.
part as (
    select
        candidate.*,
        {{ to_minor('candidate.credit_amount', 'candidate.minor_unit') }} as credit_units,
        {{ hundred_millionths('abs(candidate.reissue_quantity)') }} as weight,
        sum(abs(candidate.reissue_quantity)) over of_credit as parts_quantity,
        row_number() over (
            partition by {{ 'candidate.' ~ credit_line | join(', candidate.') }}
            order by candidate.reissue_document_id, candidate.reissue_document_line_id
        ) as place,
        count(*) over (
            partition by {{ 'candidate.' ~ reissue_line | join(', candidate.') }}
        ) as credits
    from candidate
    left join pair as credited
        on {{ same_keys('candidate', 'credited', credit_line) }}
    left join pair as reissued
        on {{ same_keys('candidate', 'reissued', reissue_line) }}
    where
        candidate.pair_kind = 'part'
        and credited.erp_system is null
        and reissued.erp_system is null
    window of_credit as (partition by {{ 'candidate.' ~ credit_line | join(', candidate.') }})
),

contested as (
    select {{ credit_line | join(', ') }}
    from part
    group by {{ credit_line | join(', ') }}
    having max(credits) > 1
),

whole as (
    select part.*
    from part
    left join contested
        on {{ same_keys('part', 'contested', credit_line) }}
    where part.parts_quantity = abs(part.bill_quantity) and contested.erp_system is null
),

shared as (
    {{ largest_remainder(
        'whole', 'credit_units', 'weight', credit_line,
        ['reissue_document_id', 'reissue_document_line_id'], 'share_units') }}
),

final as (
    {%- for relation, credit_amount, pair_kind, place in [
        ('pair', 'credit_amount', 'pair_kind', 'credit_rank'),
        ('shared', amount_of_share(
            'share_units', 'credit_amount', 'credit_units', 'place = 1', 'minor_unit'
        ), "'reissue'", 'place'),
    ] %}
    select
        erp_system,
        credit_document_id,
        credit_document_line_id,
        {{ credit_amount }} as credit_amount,
        credit_entity,
        credit_currency,
        bill_document_id,
        bill_document_line_id,
        reissue_document_id,
        reissue_document_line_id,
        {{ pair_kind }} as pair_kind,
        {{ place }} as place
    from {{ relation }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from final
