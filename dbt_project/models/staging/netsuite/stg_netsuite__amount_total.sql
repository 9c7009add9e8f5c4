-- one row per object and amount column: the sum over all current rows, whatever their currency
{{ config(materialized='view') }}

{#- Every column of type money, price or quantity that the source declares; a test compares. -#}
{%- set amounts = [
    ('customer', 'id', 'creditlimit'),
    ('item_member', 'parentitem item', 'quantity'),
    ('next_transaction_line_link', 'previousdoc previousline nextdoc nextline linktype',
        'foreignamount'),
    ('fair_value_price', 'id', 'fairvalue lowvalue highvalue'),
    ('revenue_element', 'id', 'quantity discountedsalesamount allocationamount'),
    ('revenue_plan', 'id', 'amount'),
    ('revenue_plan_planned_revenue', 'revenueplan linenumber', 'amount'),
    ('transaction', 'id', 'foreigntotal'),
    ('transaction_accounting_line', 'transaction transactionline accountingbook',
        'amount debit credit netamount amountpaid amountunpaid amountlinked'),
    ('transaction_line', 'transaction id',
        'quantity rate foreignamount netamount quantitybilled quantityshiprecv '
        ~ 'quantitybackordered custcol_list_rate'),
    ('usage', 'id', 'usagequantity'),
] -%}

with

final as (
    {% for object, key, columns in amounts -%}
    {{ amount_totals('netsuite', object, netsuite_rows(object, key.split()), columns.split()) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
