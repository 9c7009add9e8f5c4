-- one row per linked account and ERP customer and owned field on which the two systems disagree
with

conflict as (
    select * from {{ ref('int_golden__conflict') }}
),

stage as (
    select * from {{ ref('int_golden__stage') }}
),

golden as (
    select * from {{ ref('fct_customer_field') }}
),

shared_field as (
    {{ shared_field_rows() }}
),

ownership as (
    {{ primary_field_ownership() }}
),

in_conflict as (
    select
        customer_key,
        field,
    from conflict
    group by customer_key, field
),

golden_value as (
    select
        golden.customer_key,
        golden.owned_as as field,
        min(golden.record_type) as record_type,
        min(golden.basis) as basis,
        {{ string_list('golden.value', 'shared_field.position') }} as value,
    from golden
    inner join shared_field on golden.field = shared_field.field
    inner join in_conflict
        on
            golden.customer_key = in_conflict.customer_key
            and golden.owned_as = in_conflict.field
    group by golden.customer_key, golden.owned_as
),

owned as (
    select
        conflict.*,
        stage.stage,
        stage.first_order_date,
        {{ owner_on('cast(' ~ as_of() ~ ' as date)', 'stage.first_order_date', 'ownership') }}
            as owning_system_type,
        coalesce(ownership.review_required, false) as review_required,
        case
            when conflict.crm_changed_at > conflict.erp_changed_at then 'crm' else 'erp'
        end as changed_last_in,
        golden_value.value as golden_value,
        golden_value.basis = 'accepted proposal' as is_accepted_proposal,
        case when golden_value.record_type = 'account' then 'crm' else 'erp' end
            as winning_system_type,
    from conflict
    left join stage on conflict.customer_key = stage.customer_key
    left join ownership on conflict.field = ownership.field
    left join golden_value
        on
            conflict.customer_key = golden_value.customer_key
            and conflict.field = golden_value.field
),

judged as (
    select
        owned.*,
        coalesce(
            owned.owning_system_type not in ('both', owned.changed_last_in), false
        ) as against_direction,
        case
            when owned.review_status = 'open' then 'in_review'
            when owned.review_status = 'refused' then 'refused'
            when owned.is_accepted_proposal then 'not_taken_over'
            when owned.owning_system_type is null then 'unowned'
            when owned.owning_system_type = 'both' then 'either'
            when owned.owning_system_type <> owned.changed_last_in then 'refused'
            else 'not_taken_over'
        end as status,
    from owned
),

final as (
    select
        judged.* exclude (review_status, is_accepted_proposal),
        case
            when owning_system_type is null then 'No side owns ' || field
            when owning_system_type = 'both' then 'Both sides may change ' || field
            else
                'The ' || upper(owning_system_type) || ' owns ' || field
                || case
                    when stage = 'after_first_order'
                        then
                            ' since the first order on '
                            || cast(first_order_date as {{ dbt.type_string() }})
                    else ' before the first order'
                end
        end || case
            when status = 'in_review' then '; the change waits for Finance'
            when review_status = 'refused' then '; Finance has refused the change'
            when is_accepted_proposal
                then
                    '; Finance has accepted the change in the ' || upper(winning_system_type)
                    || ', which is not taken over'
            when status = 'refused'
                then '; changed last in the ' || upper(changed_last_in) || ', which is refused'
            when status = 'not_taken_over'
                then '; its latest value is not taken over in the other system'
            else ''
        end as reason,
    from judged
)

select * from final
