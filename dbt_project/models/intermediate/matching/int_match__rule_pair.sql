-- one row per CRM account and ERP customer that an id proves to be one, by the strongest such rule
with

account as (
    select * from {{ ref('int_customer__account') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

proposed as (
    {%- for tier, match_rule, evidence, condition, filter in [
        (
            1, 'external id on account', 'account.external_erp_customer_id',
            'account.external_erp_customer_id = customer.erp_customer_id', 'true',
        ),
        (
            1, 'external id on account', 'account.external_erp_customer_id',
            'account.external_erp_customer_id = customer.customer_number',
            'customer.customer_number <> customer.erp_customer_id',
        ),
        (
            2, 'external id on customer', 'customer.crm_account_id',
            crm_record_key('account.account_id') ~ ' = ' ~ crm_record_key('customer.crm_account_id'),
            'true',
        ),
        (
            2, 'external id on customer', 'customer.external_id',
            crm_record_key('account.account_id') ~ ' = ' ~ crm_record_key('customer.external_id'),
            crm_record_key('customer.external_id') ~ ' is distinct from '
            ~ crm_record_key('customer.crm_account_id'),
        ),
        (
            3, 'same tax id', 'account.tax_id', 'account.tax_id = customer.tax_id',
            is_telling_number('account.tax_id'),
        ),
        (
            4, 'same D-U-N-S number', 'account.duns_number',
            'account.duns_number = customer.duns_number', is_telling_number('account.duns_number'),
        ),
    ] %}
    select
        account.crm_system,
        account.account_id,
        customer.erp_system,
        customer.erp_customer_id,
        {{ tier }} as tier,
        '{{ match_rule }}' as match_rule,
        {{ evidence }} as evidence,
    from account
    inner join customer on {{ condition }}
    where {{ filter }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

ranked as (
    select
        proposed.*,
        row_number() over (
            partition by crm_system, account_id, erp_system, erp_customer_id
            order by tier, evidence
        ) as strongest_first,
        count(*) over (
            partition by crm_system, account_id, erp_system, erp_customer_id
        ) as rule_count,
    from proposed
)

select * exclude (strongest_first)
from ranked
where strongest_first = 1
