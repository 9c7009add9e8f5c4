-- one row per bill or credit line and portfolio of variable consideration that it belongs to: sales
-- of an item in a month under one right of return, or all of a contract under one volume price
{%- set party = ['erp_system', 'erp_customer_id', 'entity', 'currency', 'item_id'] %}
{%- set line_key = ['erp_system', 'document_id', 'document_line_id'] %}
{%- set carried = [
    'erp_system', 'portfolio_id', 'basis', 'term_id', 'entity', 'currency', 'minor_unit',
    'document_type', 'document_id', 'document_line_id', 'obligation_id', 'item_id', 'sku',
    'window_days'
] %}
with billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided and amount <> 0 and item_id is not null
),

obligation as (select * from {{ ref('int_revenue__stated_obligation') }}),

reissue_pair as (select * from {{ ref('int_bridge__reissue_pair') }}),

credited_bill as (select * from {{ ref('int_revenue__credited_bill') }}),

term as (select * from {{ ref('int_revenue__variable_term') }}),

-- a line written anew is no second sale, and the credit in between gives nothing back
reissued as (
    select
        erp_system,
        credit_document_id as document_id,
        credit_document_line_id as document_line_id
    from reissue_pair
    union
    select
        erp_system,
        reissue_document_id,
        reissue_document_line_id
    from reissue_pair
),

line as (
    select
        billing_line.*,
        coalesce(
            obligation.contract_id, billing_line.order_id, billing_line.document_id
        ) as contract_id,
        coalesce(
            billing_line.revenue_element_id,
            'bill ' || billing_line.document_id || ':' || billing_line.document_line_id
        ) as obligation_id,
        -- nothing is given back before it is delivered
        case
            when
                billing_line.document_type <> 'credit_memo'
                and obligation.start_date > billing_line.document_date then obligation.start_date
            else billing_line.document_date
        end as sold_on
    from billing_line
    left join obligation
        on
            billing_line.erp_system = obligation.erp_system
            and billing_line.revenue_element_id = obligation.obligation_id
    left join reissued on {{ same_keys('billing_line', 'reissued', line_key) }}
    where reissued.document_id is null
),

-- of several rights of one kind the narrowest holds
ruled as (
    select
        line.*,
        term.term_id,
        term.basis,
        term.window_days,
        row_number() over (
            partition by line.erp_system, line.document_id, line.document_line_id, term.basis
            order by
                case when term.contract_id is null then 1 else 0 end,
                case
                    when term.sku is not null then 0
                    when term.item_class is not null then 1
                    else 2
                end,
                term.term_id
        ) as preference
    from line
    inner join term
        on
            (term.contract_id is null or line.erp_system = term.erp_system)
            and (term.contract_id is null or line.contract_id = term.contract_id)
            and (term.sku is null or upper(line.sku) = upper(term.sku))
            and (term.item_class is null or upper(line.item_class) = upper(term.item_class))
            and line.sold_on >= term.valid_from
            and line.sold_on < term.valid_to
    where line.document_type <> 'credit_memo'
),

sale as (
    select
        *,
        term_id || case
            when basis = 'volume' then ''
            else
                '|' || item_id || '|'
                || cast({{ month_start('sold_on') }} as {{ dbt.type_string() }})
        end as portfolio_id
    from ruled
    where preference = 1
),

naming_credit as (
    select
        erp_system,
        credit_document_id,
        item_id
    from credited_bill
    group by erp_system, credit_document_id, item_id
),

-- a credit of what was deferred takes nothing back from revenue
deferred_line as (
    select
        erp_system,
        document_id,
        document_line_id
    from {{ ref('int_erp__ledger_line') }}
    where is_posting and account_class in ('deferred_revenue', 'contract_asset')
),

-- a credit is of the sale that it names, or else of the customer's oldest that may still come back
credit as (
    select
        line.*,
        sale.basis,
        sale.portfolio_id,
        sale.term_id,
        sale.window_days,
        row_number() over (
            partition by line.erp_system, line.document_id, line.document_line_id, sale.basis
            order by sale.sold_on, sale.document_id, sale.document_line_id
        ) as preference
    from line
    inner join sale
        on
            {{ same_keys('line', 'sale', party) }}
            and line.document_date >= sale.sold_on
            and (
                sale.basis = 'volume'
                or (
                    line.document_date <= {{ add_days('sale.sold_on', 'sale.window_days') }}
                    -- goods come back with their quantity, what is only granted has none
                    and (sale.basis = 'return') = (coalesce(line.quantity, 0) <> 0)
                )
            )
    left join naming_credit
        on
            line.erp_system = naming_credit.erp_system
            and line.document_id = naming_credit.credit_document_id
            and line.item_id = naming_credit.item_id
    left join credited_bill
        on
            line.erp_system = credited_bill.erp_system
            and line.document_id = credited_bill.credit_document_id
            and line.item_id = credited_bill.item_id
            and sale.document_id = credited_bill.bill_document_id
    left join deferred_line on {{ same_keys('line', 'deferred_line', line_key) }}
    where
        line.document_type = 'credit_memo'
        and line.amount < 0
        and deferred_line.document_id is null
        and (naming_credit.item_id is null or credited_bill.item_id is not null)
),

final as (
    {%- for relation in ['sale', 'credit'] %}
    select
        {{ carried | join(', ') }},
        -- of what has a volume price, returned goods are as good as not sold
        {{ "'sale'" if relation == 'sale' else
            "case when basis = 'volume' and coalesce(quantity, 0) <> 0 then 'sale' else 'credit' end"
        }} as role,
        sold_on as event_date,
        case
            when sold_on > document_date and {{ month_start('sold_on') }} > period
                then {{ month_start('sold_on') }}
            else period
        end as period,
        amount,
        -- credited quantities are stated with either sign
        {{ 'coalesce(quantity, 0)' if relation == 'sale' else '-abs(coalesce(quantity, 0))' }}
            as quantity
    from {{ relation }}
    where preference = 1
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from final
