-- one row per two definition sets, anchor, record, cell and reason why they treat it differently
{%- set record = [
    'from_definition_id', 'to_definition_id', 'anchor', 'crm_system', 'opportunity_id',
    'erp_system', 'document_type', 'document_id'
] %}
{%- set in_record = 'partition by ' ~ record | join(', ') %}
with definition_set as (
    select
        definition_id,
        row_number() over (order by is_primary desc, definition_id asc) as rank
    from {{ source('definitions', 'definition_set') }}
),

pair as (
    select
        from_set.definition_id as from_definition_id,
        to_set.definition_id as to_definition_id
    from definition_set as from_set
    inner join definition_set as to_set on from_set.rank < to_set.rank
),

document as (select * from {{ ref('int_erp__document') }}),

seen as (
    select
        pair.*,
        record.* exclude (definition_id),
        record.definition_id = pair.from_definition_id as is_from
    from {{ ref('int_bridge__definition_record') }} as record
    inner join pair
        on record.definition_id in (pair.from_definition_id, pair.to_definition_id)
),

cell as (
    select
        {{ record | join(', ') }},
        entity,
        currency,
        period,
        sum(case when is_from then -amount else amount end) as amount,
        bool_or(is_from and not is_left_out) as is_in_from,
        bool_or(not is_from and not is_left_out) as is_in_to,
        max(case when is_from then treatment end) as from_treatment,
        max(case when not is_from then treatment end) as to_treatment
    from seen
    group by {{ record | join(', ') }}, entity, currency, period
),

-- What leaves a cell and what arrives in another one; both are sizes, never negative.
known as (
    select
        *,
        case when amount < 0 then -amount else 0 end as leaving,
        case when amount > 0 then amount else 0 end as arriving,
        bool_or(is_in_from) over of_record as is_record_in_from,
        bool_or(is_in_to) over of_record as is_record_in_to,
        bool_or(is_in_from) over of_currency and bool_or(is_in_to) over of_currency
            as is_currency_in_both,
        bool_or(is_in_from) over of_account and bool_or(is_in_to) over of_account
            as is_entity_in_both,
        max(from_treatment) over of_record as record_from_treatment,
        max(to_treatment) over of_record as record_to_treatment
    from cell
    window
        of_record as ({{ in_record }}),
        of_currency as ({{ in_record }}, currency),
        of_account as ({{ in_record }}, currency, entity)
),

-- As much as leaves some months and arrives in others of one entity and currency has only moved.
running as (
    select
        *,
        case
            when is_entity_in_both then least(sum(leaving) over account, sum(arriving) over account)
            else 0
        end as moving,
        sum(leaving) over to_date as leaving_to_date,
        sum(arriving) over to_date as arriving_to_date,
        min(case when leaving > 0 then period end) over account as first_left_period,
        min(case when arriving > 0 then period end) over account as first_reached_period
    from known
    where amount <> 0
    window
        account as ({{ in_record }}, currency, entity),
        to_date as (
            {{ in_record }}, currency, entity order by period
            rows between unbounded preceding and current row
        )
),

split as (
    select
        *,
        least(arriving_to_date, moving) - least(arriving_to_date - arriving, moving)
        - least(leaving_to_date, moving) + least(leaving_to_date - leaving, moving) as moved
    from running
),

reasoned as (
    select
        *,
        'other_period' as reason,
        moved as difference,
        case when amount < 0 then first_reached_period else first_left_period end as counter_period
    from split
    union all
    select
        *,
        case
            when not is_record_in_to then 'only_from'
            when not is_record_in_from then 'only_to'
            when not is_currency_in_both then 'other_currency'
            when not is_entity_in_both then 'other_entity'
            else 'other_amount'
        end as reason,
        amount - moved as difference,
        null as counter_period
    from split
),

final as (
    select
        reasoned.from_definition_id,
        reasoned.to_definition_id,
        reasoned.anchor,
        reasoned.entity,
        reasoned.currency,
        reasoned.period,
        reasoned.reason,
        cast(reasoned.difference as decimal(28, 4)) as amount,
        reasoned.counter_period,
        reasoned.crm_system,
        reasoned.opportunity_id,
        reasoned.erp_system,
        reasoned.document_type,
        reasoned.document_id,
        coalesce(document.document_number, '') as document_number,
        coalesce(reasoned.record_from_treatment, 'not_counted') as from_treatment,
        coalesce(reasoned.record_to_treatment, 'not_counted') as to_treatment
    from reasoned
    left join document
        on
            reasoned.erp_system = document.erp_system
            and reasoned.document_type = document.document_type
            and reasoned.document_id = document.document_id
    where reasoned.difference <> 0
)

select * from final
