-- one row per revenue policy, performance obligation that a modification concerns and modification
-- of its contract: how it is treated (null: not at all) and what is agreed for it from then on
{%- set key = ['policy_id', 'erp_system', 'obligation_id'] %}
with service as (
    select * from {{ ref('int_revenue__service') }}
    where recognition <> 'none'
),

step as (select * from {{ ref('int_revenue__contract_step') }}),

change as (select * from {{ ref('int_revenue__contract_change') }}),

progress as (select * from {{ ref('int_revenue__progress') }}),

contract_name as (select * from {{ ref('int_revenue__contract_name') }}),

part as (
    select
        contract_modification.*,
        contract_name.contract_id
    from {{ source('definitions', 'contract_modification') }} as contract_modification
    inner join contract_name
        on
            contract_modification.erp_system = contract_name.erp_system
            and contract_modification.contract = contract_name.contract_name
    where coalesce(
        contract_modification.element, contract_modification.sku, contract_modification.line
    ) is not null
),

-- a change belongs to the modification in effect when it was made, or to the first one after it
placed as (
    select
        change.*,
        step.step,
        row_number() over (
            partition by
                change.policy_id, change.erp_system, change.obligation_id,
                change.changed_on, change.is_added
            order by
                case when step.effective_on <= change.changed_on then 0 else 1 end,
                abs({{ dbt.datediff('step.effective_on', 'change.changed_on', 'day') }})
        ) as preference
    from change
    inner join step
        on {{ same_keys('change', 'step', ['policy_id', 'erp_system', 'contract_id']) }}
),

ordered as (
    select
        *,
        row_number() over (
            partition by {{ key | join(', ') }}, step, quantity is null
            order by changed_on desc
        ) as recency
    from placed
    where preference = 1
),

changed as (
    select
        {{ key | join(', ') }},
        step,
        sum(amount_change) as amount_change,
        max(case when recency = 1 then quantity end) as quantity,
        max(case when is_added then 1 else 0 end) as is_added
    from ordered
    group by {{ key | join(', ') }}, step
),

treated as (
    select
        {%- for column in key %}
        service.{{ column }},
        {%- endfor %}
        service.recognition,
        service.contract_id,
        step.step,
        step.effective_on,
        case
            when part.treatment is not null then part.treatment
            when step.treatment = 'prospective' then 'prospective'
            -- a catch-up of what did not change is nothing
            when changed.obligation_id is not null and step.treatment is not null
                then step.treatment
            when step.treatment is null and service.is_distinct and part.contract_id is null
                then 'prospective'
            when changed.obligation_id is not null and not service.is_distinct
                then 'cumulative_catch_up'
        end as treatment,
        part.contract_id is not null as is_named,
        coalesce(changed.is_added, 0) = 1 as is_added,
        coalesce(service.added_on > service.inception_date, false) as is_late,
        coalesce(changed.amount_change, 0) as amount_change,
        part.amount as stated_amount,
        coalesce(part.quantity, changed.quantity) as quantity,
        part.start_date,
        part.end_date
    from service
    inner join step
        on {{ same_keys('service', 'step', ['policy_id', 'erp_system', 'contract_id']) }}
    left join part
        on
            {{ same_keys('step', 'part', ['erp_system', 'contract_id', 'effective_on']) }}
            and {{ term_names_obligation('part', 'service') }}
    left join changed
        on
            {{ same_keys('service', 'changed', ['policy_id', 'erp_system', 'obligation_id']) }}
            and step.step = changed.step
),

-- what was added and stands alone stays out of what is agreed anew for the rest, unless it is named
added as (
    select
        *,
        min(case when is_added and treatment <> 'separate' then step end) over (
            partition by {{ key | join(', ') }}
        ) as added_step
    from treated
),

concerned as (
    select
        *,
        case
            when treatment = 'separate' then null
            when not is_late or is_named or step >= added_step then treatment
        end as applied
    from added
),

done as (
    select
        concerned.policy_id,
        concerned.erp_system,
        concerned.obligation_id,
        concerned.step,
        sum(progress.measure) as measure
    from concerned
    inner join progress
        on
            {{ same_keys('concerned', 'progress', ['erp_system', 'obligation_id', 'recognition']) }}
            and concerned.effective_on > progress.event_date
    group by
        concerned.policy_id, concerned.erp_system, concerned.obligation_id, concerned.step
),

final as (
    select
        {%- for column in key %}
        concerned.{{ column }},
        {%- endfor %}
        concerned.step,
        concerned.effective_on,
        concerned.applied as treatment,
        concerned.is_added and concerned.applied is not null as is_added,
        case when concerned.applied is not null then concerned.amount_change else 0 end
            as amount_change,
        concerned.stated_amount,
        concerned.quantity,
        concerned.start_date,
        concerned.end_date,
        coalesce(done.measure, 0) as done_before
    from concerned
    left join done
        on
            {{ same_keys(
                'concerned', 'done', ['policy_id', 'erp_system', 'obligation_id', 'step']
            ) }}
    where exists (
        select 1 from concerned as any_step
        where
            {{ same_keys('concerned', 'any_step', ['policy_id', 'erp_system', 'obligation_id']) }}
            and any_step.applied is not null
    )
)

select * from final
