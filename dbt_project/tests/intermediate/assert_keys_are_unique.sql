-- one row per model whose key repeats: a join that multiplies rows would multiply money
{%- set keys = {
    'int_crm__opportunity': ['crm_system', 'opportunity_id'],
    'int_crm__opportunity_line': ['crm_system', 'opportunity_line_id'],
    'int_crm__opportunity_entity': ['crm_system', 'opportunity_id'],
    'int_customer__account_customer': ['crm_system', 'account_id'],
    'int_customer__duplicate_pair': ['source_system', 'record_type', 'record_id', 'other_record_id'],
    'int_customer__judged_pair': ['crm_system', 'account_id', 'erp_system', 'erp_customer_id'],
    'int_customer__member': ['source_system', 'record_type', 'record_id'],
    'int_erp__document': ['erp_system', 'document_id'],
    'int_erp__order_line': ['erp_system', 'order_id', 'order_line_id'],
    'int_erp__billing_line': ['erp_system', 'document_id', 'document_line_id'],
    'int_erp__ledger_line': ['erp_system', 'document_id', 'document_line_id'],
    'int_erp__payment_application': ['erp_system', 'invoice_id', 'payment_id'],
    'int_match__contest': ['account_key', 'customer_key'],
    'int_match__equal_pair': ['record_key', 'other_record_key', 'match_rule'],
    'int_match__name_feature': ['name_key'],
    'int_match__pair_score': ['record_key', 'other_record_key'],
    'int_match__record': ['record_key'],
    'int_match__rule_pair': ['crm_system', 'account_id', 'erp_system', 'erp_customer_id'],
    'int_match__rule_verdict': ['account_key', 'customer_key'],
    'int_match__scored_record': ['record_key'],
    'int_match__similar_word': ['word', 'other_word'],
    'int_match__weighted_word': ['name_key', 'position'],
    'int_match__word_weight': ['word'],
    'int_order_link__customer_pair': [
        'erp_system', 'order_id', 'crm_system', 'opportunity_id', 'kind',
    ],
    'int_order_link__deal_balance': ['crm_system', 'opportunity_id'],
    'int_order_link__deal_item': ['crm_system', 'opportunity_id', 'erp_system', 'sku_normalised'],
    'int_order_link__free_deal': ['crm_system', 'opportunity_id'],
    'int_order_link__free_order': ['erp_system', 'order_id'],
    'int_order_link__item_balance': [
        'crm_system', 'opportunity_id', 'erp_system', 'sku_normalised'
    ],
    'int_order_link__judged_pair': ['erp_system', 'order_id', 'crm_system', 'opportunity_id'],
    'int_order_link__named_pair': [
        'erp_system', 'order_id', 'crm_system', 'opportunity_id', 'link_rule',
    ],
    'int_order_link__order_token': ['erp_system', 'order_id', 'field', 'kind', 'token'],
    'int_order_link__order_item': ['erp_system', 'order_id', 'sku_normalised'],
    'int_order_link__order_opportunity': ['erp_system', 'order_id', 'crm_system', 'opportunity_id'],
    'int_order_link__referenced_pair': ['erp_system', 'order_id', 'crm_system', 'opportunity_id'],
} %}
{%- for model, key in keys.items() %}
select
    '{{ model }}' as model,
    count(*) as repeated_keys,
from (
    select {{ key | join(', ') }}
    from {{ ref(model) }}
    group by {{ key | join(', ') }}
    having count(*) > 1
) as repeated
having count(*) > 0
{{ 'union all' if not loop.last }}
{%- endfor %}
