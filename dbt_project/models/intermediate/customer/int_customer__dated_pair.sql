-- one row per two records, rule and span of days in which an id that has changed since joined them
with

account as (
    select
        account.*,
        crm_system || ':' || account_id as record_key,
    from {{ ref('int_customer__account') }} as account
),

customer as (
    select
        customer.*,
        erp_system || ':' || erp_customer_id as record_key,
    from {{ ref('int_customer__erp_customer') }} as customer
),

past_value as (
    select * from {{ ref('int_customer__past_value') }}
),

tax_id as (
    select
        record_key,
        record_type,
        value,
        valid_from,
        valid_to,
    from past_value
    where attribute = 'tax id'
    {%- for side, record_type in [('account', 'account'), ('customer', 'erp_customer')] %}
    union all
    select
        {{ side }}.record_key,
        '{{ record_type }}' as record_type,
        {{ side }}.tax_id as value,
        cast('1900-01-01' as date) as valid_from,
        cast('9999-12-31' as date) as valid_to,
    from {{ side }}
    left join past_value
        on {{ side }}.record_key = past_value.record_key and past_value.attribute = 'tax id'
    where past_value.record_key is null and {{ side }}.tax_id is not null
    {%- endfor %}
),

named as (
    select
        past_value.record_key,
        customer.record_key as other_record_key,
        'link' as kind,
        'external id on account' as match_rule,
        past_value.value as evidence,
        past_value.valid_from,
        past_value.valid_to,
    from past_value
    inner join customer
        on past_value.value in (customer.erp_customer_id, customer.customer_number)
    where past_value.record_type = 'account' and past_value.attribute = 'counterpart id'
    union all
    select
        past_value.record_key,
        account.record_key as other_record_key,
        'link' as kind,
        'external id on customer' as match_rule,
        past_value.value as evidence,
        past_value.valid_from,
        past_value.valid_to,
    from past_value
    inner join account
        on {{ crm_record_key('past_value.value') }} = {{ crm_record_key('account.account_id') }}
    where past_value.record_type = 'erp_customer' and past_value.attribute = 'counterpart id'
    union all
    select
        past_value.record_key,
        tax_id.record_key as other_record_key,
        case when past_value.record_type = tax_id.record_type then 'duplicate' else 'link' end
            as kind,
        'same tax id' as match_rule,
        past_value.value as evidence,
        greatest(past_value.valid_from, tax_id.valid_from) as valid_from,
        least(past_value.valid_to, tax_id.valid_to) as valid_to,
    from past_value
    inner join tax_id
        on
            past_value.value = tax_id.value
            and past_value.record_key <> tax_id.record_key
            and past_value.valid_from < tax_id.valid_to
            and past_value.valid_to > tax_id.valid_from
    where past_value.attribute = 'tax id' and {{ is_telling_number('past_value.value') }}
),

-- where the id of either record has changed, both tell of the pair
final as (
    select
        least(record_key, other_record_key) as record_key,
        greatest(record_key, other_record_key) as other_record_key,
        kind,
        match_rule,
        evidence,
        min(record_key) as claimed_by,
        valid_from,
        valid_to,
    from named
    group by
        least(record_key, other_record_key), greatest(record_key, other_record_key),
        kind, match_rule, evidence, valid_from, valid_to
)

select * from final
